//! `validate`: everything that can be judged without state, variables or the world.

use crate::inputs::{InputSources, read_inputs};
use crate::load::{Loaded, load, providers_to_judge};
use crate::offers::unseen;
use crate::providers::Providers;
use crate::unresolved::Unresolved;
use crate::world::World;
use std::collections::BTreeMap;
use std::sync::Arc;
use trueup_addr::Mode as ResourceMode;
use trueup_diag::{Diagnostic, Diagnostics, Sources};
use trueup_evaluate::{Ask, Evaluated, InstanceAsk, Mode, Problems, Schemas, Sheet, Surroundings};
use trueup_provider::Provider;
use trueup_resolve::{NodeId, Program};
use trueup_schema::Block;
use trueup_value::{Type, Value};

/// Judges the configuration in the world's directory, and the values for its variables that are given by name.
pub async fn validate(world: &World, inputs: &InputSources) -> (Sources, Diagnostics) {
    let Loaded { program, mut sources, mut diagnostics, calls, references, .. } = load(world, None);
    diagnostics.append(calls);
    if !inputs.given.is_empty() {
        let root = program.module_at(NodeId::ROOT);
        diagnostics.append(read_inputs(&world.dir, root, inputs, &mut sources).1);
    }
    if diagnostics.has_errors() {
        return (sources, diagnostics);
    }
    let (providers, found) = providers_to_judge(world, &program, false);
    let started = !found.has_errors();
    diagnostics.append(found);
    let providers = Arc::new(providers);
    if started {
        diagnostics.append(judged(world, &program, &providers, references).await);
        diagnostics.append(unseen(&program, &providers));
    }
    (sources, diagnostics)
}

/// What is wrong with a configuration whatever its variables hold and whatever there is: every block is judged once,
/// however often it will be repeated. `references` is what is wrong with references: it is reported where something
/// depends on it, and what depends on something wrong isn't judged.
pub(crate) async fn judged(
    world: &World,
    program: &Arc<Program>,
    providers: &Arc<Providers>,
    references: Diagnostics,
) -> Diagnostics {
    let (evaluated, elsewhere) = if references.is_empty() {
        (Diagnostics::new(), references)
    } else {
        Unresolved::of(program).split(references)
    };
    let sheet = Sheet::new(
        program.clone(),
        Surroundings {
            schemas: providers.clone(),
            host: world.host(None, true),
            inputs: BTreeMap::new(),
            workspace: "default".into(),
            cwd: cwd(world),
            mode: Mode::Validate,
        },
    );
    let mut sheet =
        if evaluated.is_empty() { sheet } else { sheet.with_problems(Problems::new(evaluated.clone())) };
    sheet.request_all();
    let mut unchecked = true;
    loop {
        let asks = sheet.ready();
        if asks.is_empty() && !std::mem::take(&mut unchecked) {
            break;
        }
        if asks.is_empty() {
            sheet.request_checks();
        }
        for ask in asks {
            judge(&mut sheet, providers, ask).await;
        }
    }
    judge_imports(&mut sheet, program);
    let mut found = sheet.close().diagnostics;
    if !found.has_errors() {
        // Nothing that was judged refers to these, but they stay wrong.
        found.append(evaluated);
    }
    found.append(elsewhere);
    found
}

/// What `import` blocks say of objects, whatever their elements will be.
fn judge_imports(sheet: &mut Sheet, program: &Program) {
    for import in &program.module_at(NodeId::ROOT).imports {
        let each = import.for_each.is_some().then(|| (Value::unknown(Type::String), Value::dynamic()));
        let keys = import.module_keys.iter().chain([&import.key]).flatten();
        let named = keys.chain(&import.id).chain(&import.identity).map(|expr| (expr, each.clone()));
        for (expr, each) in import.for_each.iter().map(|expr| (expr, None)).chain(named) {
            if let Evaluated::Value(_, found) | Evaluated::Failed(found) = sheet.evaluate_each(expr, each) {
                sheet.report(found);
            }
        }
    }
}

/// An object of which only the shape is known: what it will hold is no business of a judgement that is to be the same
/// whatever there is.
fn unknown_object(block: &Block) -> Value {
    let Type::Object(object) = block.value_type() else { return Value::dynamic() };
    let attributes = object.attributes.iter();
    Value::object(attributes.map(|(name, ty)| (name.clone(), Value::unknown(ty.clone()))))
}

async fn judge(sheet: &mut Sheet, providers: &Providers, ask: Ask) {
    match ask {
        Ask::Provider(ask) => {
            let config = ask.config.without_marks();
            if let Some(provider) = providers.plain(&ask.binding.provider) {
                let found = provider.validate_config(&config).await;
                sheet.report(found.into_iter().map(|d| d.at_opt(ask.span)));
            }
            sheet.fill(ask.cell, Some(Value::from(true)));
        }
        Ask::Instance(ask) => {
            let (mode, kind) = (ask.addr.resource.mode, &ask.addr.resource.kind);
            let offered = providers.schema(&ask.binding.provider);
            let value = match offered.and_then(|offered| offered.of_mode(mode).get(kind)) {
                Some(schema) => {
                    sheet.report(judge_instance(providers, &ask).await);
                    unknown_object(&schema.block)
                }
                None => Value::dynamic(),
            };
            let ephemeral = mode == ResourceMode::Ephemeral;
            let value = if ephemeral { value.mark(trueup_value::Marks::EPHEMERAL) } else { value };
            sheet.fill(ask.cell, Some(value));
        }
    }
}

async fn judge_instance(providers: &Providers, ask: &InstanceAsk) -> Vec<Diagnostic> {
    let Some(provider) = providers.plain(&ask.binding.provider) else { return Vec::new() };
    let config = ask.config.without_marks();
    let kind = &ask.addr.resource.kind;
    let provider: &dyn Provider = &**provider;
    let found = match ask.addr.resource.mode {
        ResourceMode::Managed => provider.validate_resource(kind, &config).await,
        ResourceMode::Data => provider.validate_data(kind, &config).await,
        ResourceMode::Ephemeral => provider.validate_ephemeral(kind, &config).await,
    };
    let name = |d: Diagnostic| {
        let named = Diagnostic { address: d.address.clone().or_else(|| Some(ask.addr.to_string())), ..d };
        named.at_opt(Some(ask.span))
    };
    found.into_iter().map(name).collect()
}

/// What `path.cwd` is.
pub(crate) fn cwd(world: &World) -> Arc<str> {
    world.started_in.to_string_lossy().into()
}
