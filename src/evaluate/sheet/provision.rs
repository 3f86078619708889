//! Provisioners: what they depend on, and what they say once their object is there.

use super::frame::Repetition;
use super::step::Outcome;
use super::{CellId, CellKind, FrameId, Mode, Sheet};
use crate::expression::Evaluator;
use trueup_addr::{InstanceKey, ResourceInstance};
use trueup_diag::{Diagnostic, Diagnostics};
use trueup_resolve::NodeId;
use trueup_resolve::expr::Body;
use trueup_resolve::program::{Provisioner, Resource};
use trueup_schema::{connection, provisioner, provisioner_problem};
use trueup_value::Value;

/// What a provisioner block says, marks included.
#[derive(Clone, Debug)]
pub struct Provisioning {
    /// As the schema of its type has it.
    pub config: Value,
    /// As the schema of connections has it; `None` where no connection is written.
    pub connection: Option<Value>,
}

/// A provisioner block and the connection of the resource around it.
#[derive(Clone, Copy)]
struct Written<'p> {
    block: &'p Provisioner,
    outer: Option<&'p Body>,
}

impl Sheet {
    /// What an instance waits for because its provisioners need it; what is wrong with them is reported before
    /// anything is made.
    pub(super) fn need_for_provisioners(
        &mut self,
        id: CellId,
        repetition: &Repetition,
        resource: &Resource,
        itself: &Value,
    ) -> Result<(), Outcome> {
        let frame = self.cell(id).frame;
        let judged = self.around.mode == Mode::Validate;
        for block in resource.provisioners.iter().filter(|block| judged || !block.destroy) {
            let written = Written { block, outer: resource.connection.as_ref() };
            let mut attempt =
                self.attempt(frame, Some(repetition), Some(itself), |e| read(e, written).map(drop));
            if self.around.mode == Mode::Apply {
                // It was judged while planning, and is judged again when the object is there.
                attempt.diagnostics = Diagnostics::new();
            }
            self.settle(id, attempt)?;
        }
        Ok(())
    }

    /// What a provisioner of an instance says now that its object is `itself`.
    pub fn provisioning(
        &mut self,
        cell: CellId,
        block: &Provisioner,
        itself: &Value,
    ) -> Result<Provisioning, Diagnostics> {
        let CellKind::Instance(slot, index) = self.cell(cell).kind else {
            unreachable!("only instances are provisioned")
        };
        let frame = self.cell(cell).frame;
        let program = self.program.clone();
        let resource = &program.module(self.frame(frame).module).resources[slot as usize];
        let repetition = self.repetition(frame, slot, index);
        let written = Written { block, outer: resource.connection.as_ref() };
        self.read_provisioner(frame, &repetition, written, itself)
    }

    /// The same for the end of an object, which the configuration may have no instance of any more.
    pub fn provisioning_of_end(
        &mut self,
        (node, addr): (NodeId, &ResourceInstance),
        block: &Provisioner,
        outer: Option<&Body>,
        itself: &Value,
    ) -> Result<Provisioning, Diagnostics> {
        let frame = match self.first_frames.get(&node) {
            Some(frame) => *frame,
            None => self.open_frame(node, addr.module.clone(), None, Vec::new()),
        };
        let repetition = match &addr.key {
            InstanceKey::None => Repetition::default(),
            InstanceKey::Int(index) => {
                Repetition { count: Some(Value::from(i64::try_from(*index).unwrap_or(i64::MAX))), each: None }
            }
            InstanceKey::Text(key) => {
                Repetition { count: None, each: Some((Value::string(key.clone()), Value::dynamic())) }
            }
        };
        self.read_provisioner(frame, &repetition, Written { block, outer }, itself)
    }

    fn read_provisioner(
        &self,
        frame: FrameId,
        repetition: &Repetition,
        written: Written<'_>,
        itself: &Value,
    ) -> Result<Provisioning, Diagnostics> {
        let attempt = self.attempt(frame, Some(repetition), Some(itself), |e| read(e, written));
        if attempt.diagnostics.has_errors() {
            return Err(attempt.diagnostics);
        }
        match attempt.value {
            Some(read) if attempt.missing.is_empty() && !attempt.failed => Ok(read),
            _ => {
                let detail = "Something that the provisioner refers to is not there, so it can't be run.";
                Err(Diagnostic::error("Provisioner can't be evaluated", detail).at(written.block.span).into())
            }
        }
    }
}

fn read(e: &mut Evaluator<'_>, written: Written<'_>) -> Option<Provisioning> {
    let kind = &written.block.kind;
    let Some(schema) = provisioner(kind) else {
        let detail = format!(
            "This configuration asks for a provisioner \"{kind}\"; there are local-exec, remote-exec and file."
        );
        e.fail(written.block.span, "Missing required provisioner plugin", detail);
        return None;
    };
    let config = e.body(&written.block.body, schema);
    if let Some((summary, detail)) = provisioner_problem(kind, &config.without_marks()) {
        e.fail(written.block.span, summary, detail);
    }
    let bodies = [written.outer, written.block.connection.as_ref()];
    let connections: Vec<Value> =
        bodies.into_iter().flatten().map(|body| e.body(body, connection())).collect();
    let connection = connections.into_iter().reduce(|outer, inner| overlaid(&outer, &inner));
    if let Some(first) = bodies.into_iter().flatten().next()
        && connection.as_ref().is_some_and(Value::is_known)
        && !first.attributes.iter().any(|attribute| &*attribute.name == "host")
    {
        let detail = "The argument \"host\" is required, but no definition was found.";
        e.fail(first.end_span, "Missing required argument", detail);
    }
    Some(Provisioning { config, connection })
}

/// An object with what another one says in its place.
fn overlaid(outer: &Value, inner: &Value) -> Value {
    let (Some(below), Some(above)) = (outer.as_mapping(), inner.as_mapping()) else { return inner.clone() };
    let merged = below.iter().map(|(name, value)| {
        let over = above.get(name).filter(|value| !value.is_null());
        (name.clone(), over.unwrap_or(value).clone())
    });
    Value::object(merged)
}
