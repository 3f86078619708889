//! Which of several provider configurations an instance uses.

use super::frame::{Keys, Repetition};
use super::step::Outcome;
use super::{CellId, FrameId, Mode, Sheet};
use crate::expression::{Cause, Evaluator};
use trueup_addr::InstanceKey;
use trueup_diag::{Diagnostic, nearest};
use trueup_resolve::Expr;
use trueup_resolve::program::{ProviderBinding, Resource};
use trueup_value::{Name, Type, Value, convert};

const SUMMARY: &str = "Invalid provider instance key";

impl Sheet {
    /// The binding of an instance, with the key that its block or a call around it says.
    pub(super) fn keyed_binding(
        &mut self,
        id: CellId,
        (frame, slot, index): (FrameId, u32, u32),
        resource: &Resource,
        binding: ProviderBinding,
    ) -> Result<ProviderBinding, Outcome> {
        let program = self.program.clone();
        let Some(known) =
            binding.config.and_then(|config| program.node(binding.node).provider_instances.get(&config))
        else {
            return Ok(binding);
        };
        let own = resource.provider_key.as_ref();
        let chosen = own.map(|expr| (frame, self.repetition(frame, slot, index), expr));
        let Some((frame, repetition, expr)) = chosen.or_else(|| self.given_key(&program, frame, resource))
        else {
            // That nothing says it was reported when the configuration was read.
            return Err(Outcome::Failed);
        };
        let mode = self.around.mode;
        let attempt = self.attempt(frame, Some(&repetition), None, |e| key_of(e, expr, (&**known, mode)));
        match self.settle(id, attempt)? {
            Some(key) => Ok(ProviderBinding { key: InstanceKey::Text(key), ..binding }),
            // A judgement that is the same for every key.
            None => Ok(binding),
        }
    }

    /// Where a call around says which of several it gives: the expression, and what it is evaluated in.
    fn given_key<'p>(
        &self,
        program: &'p trueup_resolve::Program,
        frame: FrameId,
        resource: &Resource,
    ) -> Option<(FrameId, Repetition, &'p Expr)> {
        let place = *program.node(self.frame(frame).node).given_keys.get(&resource.provider)?;
        let mut at = frame;
        loop {
            let (caller, call, repetition) = self.frame(at).caller.clone()?;
            if self.frame(caller).node == place.caller && call == place.call {
                let entry =
                    &program.module_at(place.caller).calls[call as usize].providers[place.entry as usize];
                return Some((caller, repetition, entry.key.as_ref()?));
            }
            at = caller;
        }
    }

    /// What `each.key` and `each.value` are in a provider configuration.
    pub(super) fn provider_repetition(&self, binding: &ProviderBinding) -> Option<Repetition> {
        let known = self.program.node(binding.node).provider_instances.get(&binding.config?)?;
        let InstanceKey::Text(key) = &binding.key else { return Some(Keys::Abstract(false).repetition(0)) };
        let index = known.binary_search_by(|(name, _)| name.cmp(key)).ok()?;
        Some(Keys::ForEach(known.clone()).repetition(index))
    }
}

/// The key that an expression gives; `None` where it isn't known in a judgement, or after a report.
fn key_of(e: &mut Evaluator<'_>, expr: &Expr, (known, mode): (&[(Name, Value)], Mode)) -> Option<Name> {
    let (value, marks) = e.evaluate(expr).unmark();
    if e.diagnostics.has_errors() {
        return None;
    }
    if marks.is_sensitive() || marks.is_ephemeral() {
        return refused(
            e,
            expr,
            "The key is written down in the state, so it can't be sensitive or ephemeral.",
        );
    }
    if value.is_null() {
        return refused(e, expr, "The key is null, and so it names no provider configuration.");
    }
    let Ok(text) = convert(&value, &Type::String) else {
        let detail = format!("The key is a string, and this is {}.", value.ty().friendly_name());
        return refused(e, expr, &detail);
    };
    if mode == Mode::Validate {
        return None;
    }
    let Some(text) = text.as_str() else {
        let detail = "The key depends on what is not known before something is applied, so it can't be told which provider configuration is meant.";
        let found = Diagnostic::error(SUMMARY, detail).at(expr.span);
        let found = e.told(found, expr, Cause::Unknown);
        e.diagnostics.push(found);
        return None;
    };
    if known.iter().any(|(name, _)| **name == *text) {
        return Some(text.into());
    }
    let near = nearest(text, known.iter().map(|(name, _)| &**name));
    let near = near.map(|near| format!(" Did you mean \"{near}\"?")).unwrap_or_default();
    refused(e, expr, &format!("The provider configuration's for_each has no element \"{text}\".{near}"))
}

fn refused(e: &mut Evaluator<'_>, expr: &Expr, detail: &str) -> Option<Name> {
    e.fail(expr, SUMMARY, detail);
    None
}
