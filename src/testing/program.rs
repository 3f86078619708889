//! The program of one run: the module's, with the test's provider configurations and overridden modules in it.

use crate::file::{Override, OverrideKind, ProviderKind, Run, TestFile, TestProvider};
use crate::mock::{Stage, StageBuilder};
use crate::values::Sight;
use std::collections::BTreeSet;
use trueup_addr::{ModulePath, Target};
use trueup_diag::{Diagnostic, Diagnostics, Sources, nearest};
use trueup_engine::World;
use trueup_resolve::program::{Module, ModuleId, ProviderConfig, ProviderRef};
use trueup_resolve::{Expr, ExprKind, Program, provider_of, rebind_providers};
use trueup_value::{Kind, Type, Value};

/// What is made of a module for a run.
pub(crate) struct Staged {
    pub(crate) program: Program,
    pub(crate) stage: Stage,
}

/// Makes the program of a run, and what stands in for its providers.
pub(crate) fn stage(
    base: &Program,
    (file, run): (&TestFile, &Run),
    sight: &Sight,
    (world, sources): (&World, &Sources),
) -> (Staged, Diagnostics) {
    let mut program = base.clone();
    let mut builder = StageBuilder::new(world, sight);
    // The nearest says what counts: the run's own, then the file's, then those of providers.
    builder.overrides(&run.overrides, false);
    builder.overrides(&file.overrides, false);
    for (name, provider) in chosen(file, run, &mut builder.diagnostics) {
        configure(&mut program, &name, provider, &mut builder);
    }
    builder.diagnostics.extend(run.overrides.iter().filter_map(|one| no_target(base, one)));
    let mut over = BTreeSet::new();
    for one in run.overrides.iter().chain(&file.overrides) {
        if one.kind == OverrideKind::Module && over.insert(&one.target) {
            override_module(&mut program, one, &mut builder);
        }
    }
    let (stage, mut found) = builder.finish();
    let (program, more) = rebind_providers(program, sources);
    found.append(more);
    (Staged { program, stage }, found)
}

/// A run overrides something that its module doesn't have.
fn no_target(program: &Program, one: &Override) -> Option<Diagnostic> {
    let (module, resource) = match &one.target {
        Target::Module(module) => (module, None),
        Target::Resource(node) => (&node.module, Some(&node.resource)),
        Target::Instance(instance) => (&instance.module, Some(&instance.resource)),
    };
    let node = program.node_at(module.0.iter().map(|step| &step.name));
    let found = node.is_some_and(|node| {
        resource.is_none_or(|resource| program.module_at(node).names.resources.contains_key(resource))
    });
    if found {
        return None;
    }
    let detail = format!("The module that is run has no {}, so there is nothing to override.", one.target);
    Some(Diagnostic::warning("Invalid override target", detail).at(one.target_span))
}

/// The test's configurations that a run has, by the names that the module has for them.
fn chosen<'f>(
    file: &'f TestFile,
    run: &Run,
    diagnostics: &mut Diagnostics,
) -> Vec<(ProviderRef, &'f TestProvider)> {
    let Some(passed) = &run.providers else {
        return file.providers.iter().map(|provider| (provider.name.clone(), provider)).collect();
    };
    let mut out = Vec::new();
    for (name, given, span) in passed {
        match file.providers.iter().find(|provider| provider.name == *given) {
            Some(provider) => out.push((name.clone(), provider)),
            // The module's own configuration goes by its own name.
            None if name == given => {}
            None => {
                let detail = format!("There is no provider configuration {given} in this file.");
                let known: Vec<String> = file.providers.iter().map(|one| one.name.to_string()).collect();
                let near = nearest(&given.to_string(), known.iter().map(String::as_str)).map(String::from);
                let problem = Diagnostic::error("Missing provider block", detail).at(*span);
                diagnostics.push(match near {
                    Some(near) => problem.hint(format!("did you mean \"{near}\"?")),
                    None => problem.hint("add a provider or mock_provider block to the test file"),
                });
            }
        }
    }
    out
}

/// Puts a configuration in the place of the module's own.
fn configure(
    program: &mut Program,
    name: &ProviderRef,
    provider: &TestProvider,
    builder: &mut StageBuilder<'_>,
) {
    let Some(root) = program.nodes.first().map(|node| node.module) else { return };
    let root = &mut program.modules[root.0 as usize];
    let (body, mocked) = match &provider.kind {
        ProviderKind::Real(body) => {
            let (body, found) = builder.sight.body(builder.world, body, "provider blocks of a test file");
            builder.diagnostics.append(found);
            (body, false)
        }
        ProviderKind::Mock(_) => (empty_body(provider), true),
    };
    let config = ProviderConfig {
        name: name.clone(),
        provider: provider_of(&root.settings, &name.name),
        version: None,
        for_each: None,
        body,
        mocked,
        span: provider.span,
    };
    let slot = root.provider_configs.iter().position(|own| own.name == *name);
    let slot = slot.unwrap_or_else(|| {
        root.provider_configs.push(config.clone());
        root.provider_configs.len() - 1
    });
    root.provider_configs[slot] = config;
    if let ProviderKind::Mock(mock) = &provider.kind {
        builder.mock(u32::try_from(slot).expect("a module has fewer than 2^32 configurations"), mock);
    }
}

fn empty_body(provider: &TestProvider) -> trueup_resolve::Body {
    trueup_resolve::Body {
        attributes: Vec::new(),
        blocks: Vec::new(),
        json: false,
        span: provider.span,
        end_span: provider.span,
    }
}

/// Puts constants in the place of a module: its outputs, and nothing else.
fn override_module(program: &mut Program, one: &Override, builder: &mut StageBuilder<'_>) {
    let Target::Module(target) = &one.target else { return };
    let path = target.path();
    let Some(node) = program.nodes.iter().position(|node| node.path == path) else { return };
    let Some(values) = builder.object(one.values.as_ref(), "overrides") else { return };
    let module = constant_module(program.module(program.nodes[node].module), &values);
    for (name, given) in unknown_outputs(&module, &values) {
        let detail = format!("{path} has no output \"{name}\".");
        let problem = Diagnostic::warning("Override for undeclared output", detail).at(one.span);
        builder.diagnostics.push(match given {
            Some(near) => problem.hint(format!("did you mean \"{near}\"?")),
            None => problem,
        });
    }
    let id = ModuleId(u32::try_from(program.modules.len()).expect("fewer than 2^32 modules"));
    program.modules.push(module);
    let empty = ModuleId(id.0 + 1);
    program.modules.push(Module::default());
    program.nodes[node].module = id;
    program.nodes[node].children.clear();
    for inner in program.nodes.iter_mut().filter(|inner| is_below(&inner.path, &path)) {
        inner.module = empty;
        inner.children.clear();
    }
}

fn is_below(inner: &ModulePath, outer: &ModulePath) -> bool {
    inner.0.len() > outer.0.len() && inner.0.starts_with(&outer.0)
}

fn constant_module(of: &Module, values: &Value) -> Module {
    let outputs = of.outputs.iter().map(|output| {
        let value = values.get(&output.name).cloned().unwrap_or_else(|| Value::null(Type::Dynamic));
        let mut constant = output.clone();
        constant.expr = Expr { kind: ExprKind::Literal(value), span: output.span };
        constant.depends_on.clear();
        constant.preconditions.clear();
        constant
    });
    let mut module = Module { dir: of.dir.clone(), ..Module::default() };
    module.outputs = outputs.collect();
    module.names.outputs.clone_from(&of.names.outputs);
    module
}

fn unknown_outputs(module: &Module, values: &Value) -> Vec<(String, Option<String>)> {
    let Kind::Object(given) = values.kind() else { return Vec::new() };
    let known = || module.outputs.iter().map(|output| &*output.name);
    let unknown = given.iter().filter(|(name, _)| !known().any(|known| *known == ***name));
    unknown.map(|(name, _)| (name.to_string(), nearest(name, known()).map(String::from))).collect()
}
