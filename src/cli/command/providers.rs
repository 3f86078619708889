//! `trueup providers`: which a configuration needs, their schemas, and what is locked or mirrored of them.

use super::Context;
use super::plan::complain;
use super::show::single;
use crate::arguments::{Providers as Arguments, ProvidersCommand, ProvidersLock, ProvidersMirror};
use crate::screen::Screen;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use trueup_addr::ProviderAddr;
use trueup_diag::{Diagnostic, Diagnostics, Sources};
use trueup_document::schemas;
use trueup_engine::{Loaded, Unobserved, World, load, open_state, providers_of, schemas_of};
use trueup_resolve::{NodeId, Program};
use trueup_view::branches::{Branch, tree};
use trueup_view::style::neutral;

/// Looks at the providers of the configuration.
pub(crate) async fn run(context: &Context, args: Arguments) -> u8 {
    let screen = context.screen();
    let world = context.world(Arc::new(Unobserved));
    if let Some(ProvidersCommand::Schema(args)) = &args.command
        && !args.json
    {
        let detail = "Schemas are printed as JSON only: add the option -json.";
        return complain(&screen, single("The -json option is required", detail), &Sources::default());
    }
    let loaded = load(&world, None);
    if loaded.diagnostics.has_errors() {
        return complain(&screen, loaded.diagnostics, &loaded.sources);
    }
    match args.command {
        None => required(&screen, &world, loaded).await,
        Some(ProvidersCommand::Schema(_)) => schema(&screen, &world, &loaded),
        Some(ProvidersCommand::Lock(args)) => lock(&screen, &world, &loaded, &args),
        Some(ProvidersCommand::Mirror(args)) => mirror(&screen, &world, &loaded, &args),
    }
}

fn schema(screen: &Screen, world: &World, loaded: &Loaded) -> u8 {
    let used = providers_of(world, &loaded.program).into_keys().collect();
    match schemas_of(world, &loaded.program) {
        Ok(providers) => {
            screen.line(schemas::document(&used, &providers).trim_end());
            0
        }
        Err(diagnostics) => complain(screen, diagnostics, &loaded.sources),
    }
}

async fn required(screen: &Screen, world: &World, loaded: Loaded) -> u8 {
    let view = match open_state(world, None).await {
        Ok(view) => view,
        Err(refused) => return complain(screen, refused.diagnostics, &refused.sources),
    };
    let branches = branches(&loaded.program, NodeId::ROOT);
    screen.print(&format!("\nProviders required by configuration:\n{}\n", tree(&branches)));
    let held: BTreeSet<String> =
        view.state.resources.values().map(|resource| resource.provider.provider.to_string()).collect();
    if !held.is_empty() {
        screen.line("Providers required by state:\n");
        held.iter().for_each(|provider| screen.line(&neutral(&format!("    provider[{provider}]\n"))));
    }
    complain(screen, loaded.diagnostics, &loaded.sources)
}

/// What a module requires, and the modules that it calls.
fn branches(program: &Program, at: NodeId) -> Vec<Branch> {
    let (node, module) = (program.node(at), program.module_at(at));
    let mut needed: BTreeMap<&ProviderAddr, BTreeSet<String>> = BTreeMap::new();
    for resource in &module.resources {
        if let Some(binding) = node.providers.get(&resource.provider) {
            needed.entry(&binding.provider).or_default();
        }
    }
    for config in &module.provider_configs {
        needed
            .entry(&config.provider)
            .or_default()
            .extend(config.version.iter().map(|text| constraint(text)));
    }
    for requirement in module.settings.providers.values() {
        let versions = requirement.version.iter().map(|text| constraint(text));
        needed.entry(&requirement.provider).or_default().extend(versions);
    }
    let providers = needed.into_iter().map(|(provider, versions)| {
        let versions: Vec<String> = versions.into_iter().collect();
        let text = format!("provider[{provider}] {}", versions.join(", "));
        Branch { text: text.trim_end().into(), below: Vec::new() }
    });
    let mut called: Vec<Branch> = node
        .children
        .iter()
        .enumerate()
        .filter_map(|(slot, child)| {
            let text = format!("module.{}", module.calls[slot].name);
            Some(Branch { text, below: branches(program, (*child)?) })
        })
        .collect();
    called.sort_by(|left, right| left.text.cmp(&right.text));
    providers.chain(called).collect()
}

/// A version constraint as Terraform prints it: three numbers, except after `~>`, and no sign for equality.
fn constraint(text: &str) -> String {
    let condition = |part: &str| {
        let part = part.trim();
        let digits = part.find(|c: char| c.is_ascii_digit()).unwrap_or(part.len());
        let (operator, version) = part.split_at(digits);
        let dots = version.split(['-', '+']).next().unwrap_or_default().matches('.').count();
        match operator.trim() {
            "~>" => format!("~> {version}"),
            operator => {
                let whole = if version.contains(['-', '+']) { 2 } else { dots };
                let zeros = ".0".repeat(2_usize.saturating_sub(whole));
                let operator = if operator == "=" { "" } else { operator };
                format!("{operator} {version}{zeros}").trim_start().to_owned()
            }
        }
    };
    text.split(',').map(condition).collect::<Vec<_>>().join(", ")
}

/// Where a provider comes from.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Origin {
    BuiltIn,
    Embedded,
    /// A program of its own, which this program can't fetch or run yet.
    Plugin,
}

fn origins(world: &World, program: &Program) -> BTreeMap<ProviderAddr, Origin> {
    let origin = |addr: &ProviderAddr, known: bool| match (known, addr.is_builtin()) {
        (_, true) => Origin::BuiltIn,
        (true, false) => Origin::Embedded,
        (false, false) => Origin::Plugin,
    };
    providers_of(world, program)
        .into_iter()
        .map(|(addr, need)| (addr.clone(), origin(&addr, need.known)))
        .collect()
}

fn lock(screen: &Screen, world: &World, loaded: &Loaded, args: &ProvidersLock) -> u8 {
    let mut wrong = platforms(&args.platform);
    let mut origins = origins(world, &loaded.program);
    let mut chosen = BTreeMap::new();
    for text in &args.providers {
        match ProviderAddr::parse(text) {
            Ok(addr) if addr.is_builtin() => {}
            Ok(addr) => {
                if let Some(origin) = origins.remove(&addr) {
                    chosen.insert(addr, origin);
                } else {
                    let detail = format!("The provider {addr} is not required by the current configuration.");
                    wrong.push(Diagnostic::error("Invalid provider argument", detail));
                }
            }
            Err(error) => wrong.push(Diagnostic::error("Invalid provider argument", format!("{error}."))),
        }
    }
    if !args.providers.is_empty() {
        origins = chosen;
    }
    if wrong.has_errors() {
        return complain(screen, wrong, &Sources::default());
    }
    for (addr, _) in origins.iter().filter(|(_, origin)| **origin == Origin::Embedded) {
        screen.line(&format!(
            "- {addr} is embedded in trueup: it needs no lock, and its entry is left as it is"
        ));
    }
    refuse_plugins(&origins, "locked", &mut wrong);
    if wrong.has_errors() {
        return complain(screen, wrong, &Sources::default());
    }
    let style = screen.style;
    let said = style.bold("There is nothing to lock, and the lock file is left as it is.");
    screen.line(&format!("\n{} {said}", style.bold(&style.green("Success!"))));
    0
}

fn mirror(screen: &Screen, world: &World, loaded: &Loaded, args: &ProvidersMirror) -> u8 {
    let mut wrong = platforms(&args.platform);
    let origins = origins(world, &loaded.program);
    for (addr, origin) in &origins {
        match origin {
            Origin::BuiltIn => screen.line(&format!("- Skipping {addr} because it is built in to trueup")),
            Origin::Embedded => {
                screen.line(&format!(
                    "- Skipping {addr} because it is embedded in trueup, which uses no plugin for it"
                ));
            }
            Origin::Plugin => {}
        }
    }
    refuse_plugins(&origins, "mirrored", &mut wrong);
    if !wrong.has_errors() {
        screen.line(&neutral(&format!("\nThere is nothing to mirror: {} is left as it is.", args.directory)));
    }
    complain(screen, wrong, &Sources::default())
}

/// Says of plugins what can't be done with them.
fn refuse_plugins(origins: &BTreeMap<ProviderAddr, Origin>, done: &str, wrong: &mut Diagnostics) {
    for (addr, _) in origins.iter().filter(|(_, origin)| **origin == Origin::Plugin) {
        let detail = format!(
            "{addr} is a plugin. trueup can't fetch plugins yet, nor check their signatures, so it isn't {done} and no file was written."
        );
        let hint = "Terraform and OpenTofu have the same command, and trueup keeps the files that they write";
        wrong
            .push(Diagnostic::error(format!("Provider {} can't be {done}", addr.short()), detail).hint(hint));
    }
}

fn platforms(given: &[String]) -> Diagnostics {
    let wrong = given.iter().filter(|text| {
        let words: Vec<&str> = text.split('_').collect();
        words.len() != 2 || words.iter().any(|word| word.is_empty())
    });
    let mut all = Diagnostics::new();
    for text in wrong {
        let detail = format!(
            "The string {text:?} given in the -platform option is not a valid target platform: must be two words separated by an underscore."
        );
        all.push(Diagnostic::error("Invalid target platform", detail).hint("write it as in linux_amd64"));
    }
    all
}

#[cfg(test)]
mod tests {
    use super::constraint;

    #[test]
    fn constraints_are_shown_as_terraform_shows_them() {
        for (text, wanted) in [
            (">= 3.0, < 6.0.0", ">= 3.0.0, < 6.0.0"),
            ("3.0", "3.0.0"),
            ("= 1", "1.0.0"),
            ("~> 5.0", "~> 5.0"),
            ("~>1.2.3,!=1.2.5", "~> 1.2.3, != 1.2.5"),
            ("2.0.0-beta1", "2.0.0-beta1"),
        ] {
            assert_eq!(constraint(text), wanted, "{text}");
        }
    }
}
