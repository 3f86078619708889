//! `terraform_data`: keeps a value in the state, and is replaced when a trigger changes.

use crate::{Ids, SCHEMA};
use trueup_diag::{Diagnostic, Diagnostics};
use trueup_provider::{
    ApplyAnswer, ApplyRequest, ImportAnswer, Imported, MoveAnswer, MoveRequest, PlanAnswer, PlanRequest,
};
use trueup_schema::{Attribute, Block, Schema};
use trueup_value::{Path, PathStep, Type, Value};

/// The resource type.
pub(crate) const KIND: &str = "terraform_data";

const ID: &str = "id";
const INPUT: &str = "input";
const OUTPUT: &str = "output";
const TRIGGERS: &str = "triggers_replace";

pub(crate) fn schema() -> Schema {
    let optional = || Attribute { optional: true, ..Attribute::new(Type::Dynamic) };
    let computed = |ty| Attribute { computed: true, ..Attribute::new(ty) };
    let attributes = [
        (ID, computed(Type::String)),
        (INPUT, optional()),
        (OUTPUT, computed(Type::Dynamic)),
        (TRIGGERS, optional()),
    ];
    let attributes = attributes.map(|(name, attribute)| (name.into(), attribute)).into();
    Schema { version: 0, block: Block { attributes, ..Block::default() } }
}

/// The id is unknown, though never null, for a new object and for one that a trigger replaces. The output is unknown
/// but for the input's type whenever the input changes, in value or in type; for a new object without input it is
/// null at once.
pub(crate) fn plan(request: PlanRequest) -> PlanAnswer {
    let Some(proposed) = request.proposed.as_mapping() else {
        return answer(request.proposed, request.private);
    };
    let mut planned = proposed.clone();
    let mut set = |name: &str, value: Value| {
        *planned.get_mut(name).expect("the proposed object has the schema's attributes") = value;
    };
    let input = &proposed[INPUT];
    let mut requires_replace = Vec::new();
    if request.prior.is_null() {
        set(ID, new_id());
        set(OUTPUT, if input.is_null() { input.clone() } else { Value::unknown(input.ty()) });
    } else {
        let changed = |name: &str| request.prior.get(name) != proposed.get(name);
        if changed(INPUT) {
            set(OUTPUT, Value::unknown(input.ty()));
        }
        if changed(TRIGGERS) {
            set(ID, new_id());
            requires_replace.push(Path(vec![PathStep::Attribute(TRIGGERS.into())]));
        }
    }
    PlanAnswer { requires_replace, ..answer(Value::object(planned), request.private) }
}

fn new_id() -> Value {
    Value::unknown(Type::String).refine_not_null()
}

fn answer(planned: Value, private: trueup_provider::Private) -> PlanAnswer {
    PlanAnswer {
        planned,
        requires_replace: Vec::new(),
        private,
        diagnostics: Diagnostics::new(),
        legacy: false,
    }
}

pub(crate) fn apply(request: ApplyRequest, ids: &Ids) -> ApplyAnswer {
    let state = match request.planned.as_mapping() {
        None => request.planned,
        Some(planned) => {
            let mut made = planned.clone();
            let unknown = |name: &str| planned.get(name).is_some_and(|value| !value.is_known());
            if unknown(ID) {
                made.insert(ID.into(), Value::string(ids()));
            }
            if unknown(OUTPUT) {
                made.insert(OUTPUT.into(), planned[INPUT].clone());
            }
            Value::object(made)
        }
    };
    let (private, diagnostics) = (request.private, Diagnostics::new());
    ApplyAnswer { state, private, diagnostics, legacy: false, end_unknown: false }
}

/// A `null_resource` becomes one: its triggers are what replaces the new object as well.
pub(crate) fn moved(request: &MoveRequest<'_>) -> MoveAnswer {
    let of_null = &*request.from_provider.namespace == "hashicorp" && &*request.from_provider.kind == "null";
    if request.kind != KIND || !of_null || request.from_kind != "null_resource" {
        return MoveAnswer::unsupported(request);
    }
    let stored = match trueup_value::json::decode_implied(request.json) {
        Ok(stored) => stored,
        Err(error) => {
            let detail = format!("The stored null_resource can't be read: {error}.");
            return MoveAnswer { state: Err(Diagnostic::error("Invalid stored object", detail).into()) };
        }
    };
    let block = &SCHEMA.resources[KIND].block;
    let mut state = block.empty_value().as_mapping().expect("a block's value is an object").clone();
    for (from, to) in [("id", ID), ("triggers", TRIGGERS)] {
        if let Some(value) = stored.get(from).filter(|value| !value.is_null()) {
            state.insert(to.into(), value.clone());
        }
    }
    MoveAnswer { state: Ok((Value::object(state), [].into())) }
}

/// Any id will do: the object has this one from now on.
pub(crate) fn import(id: &str) -> ImportAnswer {
    let block = &SCHEMA.resources[KIND].block;
    let mut state = block.empty_value().as_mapping().expect("a block's value is an object").clone();
    state.insert(ID.into(), Value::string(id));
    let imported = Imported { kind: KIND.into(), state: Value::object(state), private: [].into() };
    ImportAnswer { objects: vec![imported], diagnostics: Diagnostics::new() }
}
