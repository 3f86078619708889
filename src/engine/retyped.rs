//! Objects that `moved` blocks give another type: their new provider says what they are now.

use crate::bindings::provider_addr;
use crate::providers::Providers;
use trueup_addr::ResourceInstance;
use trueup_diag::{Diagnostic, Diagnostics};
use trueup_diff::{Move, apply_moves};
use trueup_provider::MoveRequest;
use trueup_resolve::Program;
use trueup_resolve::program::ProviderBinding;
use trueup_state::{Change, Object, State};

/// The state whose objects have the types and providers that the configuration gives them, as far as addresses go:
/// which providers are needed can be told from it.
pub(crate) fn as_moved(state: &State, program: &Program) -> State {
    let mut moved = state.clone();
    if !program.modules.iter().any(|module| module.moved.iter().any(|one| kinds_differ(&one.from, &one.to))) {
        return moved;
    }
    let (moves, _) = apply_moves(&mut moved, program);
    for one in retyped(&moves) {
        let Some(binding) = binding_of(program, &one.to) else { continue };
        for (deposed, object) in objects(&moved, &one.to) {
            let provider = provider_addr(program, &binding);
            let change = Change::Set { address: one.to.clone(), deposed, provider, object };
            moved.apply(&change).expect("setting always fits");
        }
    }
    moved
}

/// Has the providers of new types turn the objects that were moved to them.
pub(crate) async fn retype(
    (program, providers): (&Program, &Providers),
    state: &mut State,
    before: &State,
    moves: &[Move],
) -> Diagnostics {
    let mut found = Diagnostics::new();
    for one in retyped(moves) {
        if let Err(problems) = turn((program, providers), state, before, one).await {
            found.extend(problems.into_iter().map(|problem| {
                problem.on(one.to.to_string()).at_opt(program.block_of(&one.to).map(|(_, block)| block.span))
            }));
        }
    }
    found
}

async fn turn(
    (program, providers): (&Program, &Providers),
    state: &mut State,
    before: &State,
    one: &Move,
) -> Result<(), Diagnostics> {
    let kind = &one.to.resource.kind;
    let missing = |why: &str| {
        let detail = format!("{} moves to {}, {why}.", one.from, one.to);
        Diagnostics::from(Diagnostic::error("Move Resource State Not Supported", detail))
    };
    let binding = binding_of(program, &one.to)
        .ok_or_else(|| missing("which the configuration doesn't have, so nobody can say what it is there"))?;
    if !program.has_provider_key(&binding) {
        return Err(missing(
            "whose provider configuration is one of several: between types only one alone can take over",
        ));
    }
    let provider = providers.plain(&binding.provider).ok_or_else(Diagnostics::new)?;
    let schema = providers
        .resource(&binding.provider, false, kind)
        .ok_or_else(|| missing("a type that its provider doesn't have"))?;
    let Some(old) = before.provider(&one.from) else { return Ok(()) };
    for (deposed, object) in objects(state, &one.to) {
        let request = MoveRequest {
            kind,
            from_provider: &old.provider,
            from_kind: &one.from.resource.kind,
            version: object.schema_version,
            json: &object.attributes,
            private: &object.private,
        };
        let (value, private) = provider.move_state(request).await.state?;
        let fresh = Object::encode(&value, &schema)
            .map_err(|error| missing(&format!("and what it is there can't be stored: {error}")))?;
        let object = Object {
            private,
            status: object.status,
            dependencies: object.dependencies.clone(),
            create_before_destroy: object.create_before_destroy,
            ..fresh
        };
        let provider = provider_addr(program, &binding);
        let change = Change::Set { address: one.to.clone(), deposed, provider, object };
        state.apply(&change).expect("setting always fits");
    }
    Ok(())
}

fn retyped(moves: &[Move]) -> impl Iterator<Item = &Move> {
    moves.iter().filter(|one| one.from.resource.kind != one.to.resource.kind)
}

fn kinds_differ(from: &trueup_addr::Target, to: &trueup_addr::Target) -> bool {
    use trueup_addr::Target;
    let kind = |target: &Target| match target {
        Target::Module(_) => None,
        Target::Resource(node) => Some(node.resource.kind.clone()),
        Target::Instance(instance) => Some(instance.resource.kind.clone()),
    };
    kind(from) != kind(to)
}

fn binding_of(program: &Program, addr: &ResourceInstance) -> Option<ProviderBinding> {
    let (node, block) = program.block_of(addr)?;
    program.node(node).providers.get(&block.provider).cloned()
}

/// The objects of an instance with their deposed keys.
fn objects(state: &State, addr: &ResourceInstance) -> Vec<(Option<trueup_addr::Name>, Object)> {
    let Some(instance) = state.instance(addr) else { return Vec::new() };
    let current = instance.current.iter().map(|object| (None, object.clone()));
    current.chain(instance.deposed.iter().map(|(key, one)| (Some(key.clone()), one.clone()))).collect()
}
