//! One module source to its compiled form.

use crate::Functions;
use crate::index::{Index, index, slot};
use crate::program::{Import, Module, ProviderConfig, Removed};
use crate::read::ReadFile;
use crate::report::Report;
use crate::scope::ModuleWorld;
use crate::settings::settings;
use crate::unit::Unit;
use std::collections::BTreeMap;
use std::sync::Arc;
use trueup_addr::{ModulePath, Resource, Target};
use trueup_diag::Sources;

/// Compiles the files of one module.
pub(crate) fn compile_module<'a>(
    dir: &str,
    files: &[ReadFile],
    sources: &'a Sources,
    functions: &dyn Functions,
) -> (Module, Report<'a>) {
    let mut report = Report::new(sources);
    let index = index(files, &mut report);
    let (mut settings, backend) = settings(&index.terraform, &mut report);
    let world = ModuleWorld {
        names: &index.names,
        settings: &settings,
        functions,
        scoped: &index.scoped,
        repeats: &index.repeats,
    };
    let mut unit = Unit { world: &world, report, output_uses: Vec::new() };
    let mut module = unit.declarations(&index);
    let mut found = settings.backend.clone();
    if let (Some(found), Some(declared)) = (&mut found, backend) {
        unit.backend(found, declared);
    }
    module.output_uses = unit.output_uses;
    let report = unit.report;
    settings.backend = found;
    module.dir = Arc::from(dir);
    module.settings = settings;
    module.names = index.names;
    module.names.removed = removed_by_name(&module.removed);
    (module, report)
}

/// Where to find the first `removed` block about each module and resource.
fn removed_by_name(all: &[Removed]) -> BTreeMap<(ModulePath, Option<Resource>), u32> {
    let mut found = BTreeMap::new();
    for (at, removed) in all.iter().enumerate() {
        let name = match &removed.from {
            Target::Module(module) => (module.path(), None),
            Target::Resource(node) => (node.module.path(), Some(node.resource.clone())),
            Target::Instance(instance) => (instance.module.path(), Some(instance.resource.clone())),
        };
        found.entry(name).or_insert(slot(at));
    }
    found
}

impl Unit<'_, '_> {
    fn declarations(&mut self, index: &Index<'_>) -> Module {
        let provider_configs: Vec<ProviderConfig> =
            index.providers.iter().map(|declared| self.provider_config(declared)).collect();
        self.check_duplicate_providers(&provider_configs);
        let imports: Vec<Import> =
            index.imports.iter().filter_map(|declared| self.import(declared)).collect();
        self.check_duplicate_imports(&imports);
        Module {
            provider_configs,
            imports,
            variables: index.variables.iter().enumerate().map(|(at, one)| self.variable(at, one)).collect(),
            locals: index.locals.iter().map(|attribute| self.local(attribute)).collect(),
            outputs: index.outputs.iter().map(|declared| self.output(declared)).collect(),
            resources: index.resources.iter().enumerate().map(|(at, one)| self.resource(at, one)).collect(),
            calls: index.calls.iter().map(|declared| self.call(declared)).collect(),
            moved: index.moved.iter().filter_map(|declared| self.moved(declared)).collect(),
            removed: index.removed.iter().filter_map(|declared| self.removed(declared)).collect(),
            checks: index.checks.iter().enumerate().map(|(at, one)| self.check(at, one, index)).collect(),
            ..Module::default()
        }
    }

    fn check_duplicate_imports(&mut self, imports: &[Import]) {
        let mut seen = BTreeMap::new();
        for import in imports.iter().filter(|import| import.for_each.is_none()) {
            let constant = |key: &Option<crate::Expr>| match key {
                None => Some(trueup_addr::InstanceKey::None),
                Some(key) => crate::refactor::constant_key(key),
            };
            let Some(key) = constant(&import.key) else { continue };
            let module: Option<Vec<_>> = import.module_keys.iter().map(constant).collect();
            let Some(module) = module else { continue };
            let address = format!("{}{key}", import.to);
            let Some(first) = seen.insert((import.to.clone(), module, key), import.span) else { continue };
            let place = self.report.place(first);
            let detail = format!("An object is imported to {address} already, in {place}.");
            let summary = format!("Duplicate import configuration for \"{address}\"");
            self.report.error(summary, detail, import.to_span);
        }
    }
}
