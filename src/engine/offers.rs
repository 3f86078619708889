//! What is known of the types of providers beside the schemas at hand, and what is said of blocks without one.

use crate::load::providers_to_judge;
use crate::providers::Providers;
use crate::world::World;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, PoisonError};
use trueup_addr::{ConfigResource, Mode, ProviderAddr};
use trueup_diag::{Diagnostic, Diagnostics, Span, nearest};
use trueup_evaluate::{Absent, Schemas};
use trueup_provider::{Published, StartError};
use trueup_resolve::Program;
use trueup_source::version_fits;

/// What a configuration may expect of providers.
#[derive(Debug, Default)]
pub(crate) struct Offers {
    /// Those of which another release is asked for than the one whose type names are kept.
    other_release: BTreeSet<ProviderAddr>,
    /// Blocks without a schema are judged as far as it goes.
    lenient: bool,
    /// Functions that were called of providers whose functions aren't at hand, and where first.
    called: Mutex<BTreeMap<ProviderAddr, BTreeMap<String, Span>>>,
}

impl Offers {
    /// What `program` may expect where its blocks are to be worked with.
    pub(crate) fn of(program: &Program) -> Offers {
        let requirements = program.modules.iter().flat_map(|module| module.settings.providers.values());
        let other = requirements.filter(|requirement| {
            let published = Published::of(&requirement.provider);
            published
                .zip(requirement.version.as_deref())
                .is_some_and(|(published, constraint)| !version_fits(published.version, constraint))
        });
        let other_release = other.map(|requirement| requirement.provider.clone()).collect();
        Offers { other_release, ..Offers::default() }
    }

    /// The same where its blocks are only judged.
    pub(crate) fn lenient(program: &Program) -> Offers {
        Offers { lenient: true, ..Offers::of(program) }
    }

    /// Whether another release of a provider is asked for than the one that is known here.
    pub(crate) fn is_other_release(&self, provider: &ProviderAddr) -> bool {
        self.other_release.contains(provider)
    }

    /// The names that are kept of a provider's types, where the release that they are of is one that may be used.
    fn names(&self, provider: &ProviderAddr) -> Option<&'static Published> {
        Published::of(provider).filter(|_| !self.other_release.contains(provider))
    }

    /// What is to be made of a type without a schema, of a provider that is `embedded` or not at hand at all.
    pub(crate) fn absent(&self, provider: &ProviderAddr, mode: Mode, kind: &str, embedded: bool) -> Absent {
        match self.names(provider) {
            Some(names) if !names.has(mode, kind) => {
                return Absent::Wrong { near: names.nearest(mode, kind) };
            }
            None if embedded && Published::of(provider).is_none() => return Absent::Wrong { near: None },
            _ => {}
        }
        if self.lenient {
            return Absent::Unseen;
        }
        let (what, summary) = match mode {
            Mode::Managed => ("resource type", "Resource type not available"),
            Mode::Data => ("data source", "Data source not available"),
            Mode::Ephemeral => ("ephemeral resource type", "Ephemeral resource type not available"),
        };
        let name = provider.short();
        let has = match self.names(provider) {
            Some(names) => format!("{name} has the {what} {kind} (in {})", names.version),
            None => format!("{name} may have a {what} {kind}"),
        };
        let detail = format!(
            "{has}, the provider that is embedded in trueup does not have it yet, and provider plugins can't be used yet."
        );
        Absent::Unavailable(Diagnostic::error(summary, detail).hint(
            "what is embedded is listed in the documentation; keep the block in a configuration of its own until then. \"trueup validate\" judges it as far as it goes",
        ))
    }

    /// The functions that were noted.
    fn called(&self) -> BTreeMap<ProviderAddr, BTreeMap<String, Span>> {
        self.called.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Whether a function that can't be called is taken to be there, which is noted.
    pub(crate) fn is_unseen_function(&self, provider: &ProviderAddr, name: &str, at: Span) -> bool {
        // What is built in has all its functions.
        if !self.lenient || provider.is_builtin() {
            return false;
        }
        let mut called = self.called.lock().unwrap_or_else(PoisonError::into_inner);
        let first = called.entry(provider.clone()).or_default().entry(name.to_owned()).or_insert(at);
        *first = at.min(*first);
        true
    }
}

/// That a provider can't be started.
pub(crate) fn not_started(error: &StartError) -> Diagnostic {
    let diagnostic = Diagnostic::error("Provider not available", format!("{error}."));
    diagnostic.hint(misspelt(&error.provider).unwrap_or_else(|| {
        "only the providers that are built in can be used so far: see the README for the list. \"trueup validate\" judges the configuration as far as it goes".into()
    }))
}

/// The provider that one was probably meant to be which nothing but the name of a type asks for.
fn misspelt(provider: &ProviderAddr) -> Option<String> {
    if *provider != ProviderAddr::official(&provider.kind) {
        return None;
    }
    let near = nearest(&provider.kind, Published::KINDS).filter(|near| **near != *provider.kind)?;
    Some(format!("did you mean a type of hashicorp/{near}, whose name begins with {near}_?"))
}

/// The blocks of one provider that were judged without a schema.
#[derive(Default)]
struct Unseen {
    /// Addresses by type, as blocks name it.
    blocks: BTreeMap<String, Vec<String>>,
    /// Provider blocks.
    configurations: usize,
    /// Functions, as they are called.
    functions: Vec<String>,
    /// The first of them.
    first: Option<Span>,
}

/// How many addresses of one type are named.
const NAMED_MAX: usize = 10;

/// A warning for each provider of which blocks were judged without a schema.
pub(crate) fn unseen(program: &Program, providers: &Providers) -> Diagnostics {
    let all = without_schema(program, providers).into_iter();
    all.map(|(provider, unseen)| warning(providers, &provider, &unseen)).collect()
}

/// An error for each provider of which there are blocks that can't be planned.
pub fn unplannable(world: &World, program: &Program) -> Diagnostics {
    let (providers, mut diagnostics) = providers_to_judge(world, program, true);
    let all = without_schema(program, &providers).into_iter();
    diagnostics.extend(all.map(|(provider, unseen)| refusal(&providers, &provider, &unseen)));
    diagnostics
}

fn without_schema(program: &Program, providers: &Providers) -> BTreeMap<ProviderAddr, Unseen> {
    let mut all: BTreeMap<ProviderAddr, Unseen> = BTreeMap::new();
    for node in &program.nodes {
        let module = program.module(node.module);
        for config in module.provider_configs.iter().filter(|c| providers.schema(&c.provider).is_none()) {
            let unseen = all.entry(config.provider.clone()).or_default();
            unseen.configurations += 1;
            unseen.first = unseen.first.or(Some(config.span));
        }
        for resource in &module.resources {
            let Some(binding) = node.providers.get(&resource.provider) else { continue };
            let (mode, kind) = (resource.addr.mode, &*resource.addr.kind);
            if !providers.is_unseen(&binding.provider, mode, kind) {
                continue;
            }
            let unseen = all.entry(binding.provider.clone()).or_default();
            let addr = ConfigResource { module: node.path.clone(), resource: resource.addr.clone() };
            unseen.blocks.entry(kind_text(mode, kind)).or_default().push(addr.to_string());
            unseen.first = unseen.first.or(Some(resource.kind_span));
        }
    }
    for (provider, functions) in providers.offers().called() {
        let unseen = all.entry(provider).or_default();
        unseen.first = unseen.first.or(functions.values().min().copied());
        unseen.functions = functions.into_keys().collect();
    }
    all
}

fn kind_text(mode: Mode, kind: &str) -> String {
    match mode {
        Mode::Managed => kind.to_owned(),
        Mode::Data => format!("data {kind}"),
        Mode::Ephemeral => format!("ephemeral {kind}"),
    }
}

/// Why there is no schema.
fn reason(providers: &Providers, provider: &ProviderAddr) -> String {
    let name = provider.short();
    let other = Published::of(provider).filter(|_| providers.offers().is_other_release(provider));
    let why = match (providers.schema(provider), other) {
        (Some(_), _) => format!("The {name} that is embedded in trueup doesn't have these types yet"),
        (None, Some(known)) => format!(
            "The configuration asks for another release of {name} than {}, which is the one that trueup knows",
            known.version
        ),
        (None, None) => format!("{name} is not built in to trueup"),
    };
    why + ", and provider plugins can't be used yet."
}

fn warning(providers: &Providers, provider: &ProviderAddr, unseen: &Unseen) -> Diagnostic {
    let detail = format!(
        "{} So whether the following has the arguments that the provider takes was not checked, and what comes of it is taken for unknown; everything else was judged:{}",
        reason(providers, provider),
        unseen.lines()
    );
    let hint = misspelt(provider).unwrap_or_else(|| {
        "nothing has to be changed for this; but a plan of these blocks can't be made with trueup yet".into()
    });
    let summary = format!("Judged without the schema of {}", provider.short());
    Diagnostic::warning(summary, detail).at_opt(unseen.first).hint(hint)
}

fn refusal(providers: &Providers, provider: &ProviderAddr, unseen: &Unseen) -> Diagnostic {
    let embedded = providers.schema(provider).is_some();
    let summary = if embedded { "Resource types not available" } else { "Provider not available" };
    let detail =
        format!("{} So these blocks can't be planned:{}", reason(providers, provider), unseen.lines());
    let hint = misspelt(provider).unwrap_or_else(|| {
        "\"trueup validate\" judges the configuration as far as it goes; a plan needs these blocks to be in a configuration of their own".into()
    });
    Diagnostic::error(summary, detail).at_opt(unseen.first).hint(hint)
}

impl Unseen {
    /// A line for each type of block.
    fn lines(&self) -> String {
        let mut lines = String::new();
        if self.configurations > 0 {
            lines.push_str(&format!("\n  - provider: {} written", counted(self.configurations, "block")));
        }
        for (kind, addresses) in &self.blocks {
            let named: Vec<&str> = addresses.iter().map(String::as_str).take(NAMED_MAX).collect();
            let more = match addresses.len() - named.len() {
                0 => String::new(),
                more => format!(" and {more} more"),
            };
            lines.push_str(&format!("\n  - {kind}: {}{more}", named.join(", ")));
        }
        if !self.functions.is_empty() {
            lines.push_str(&format!("\n  - functions: {}", self.functions.join(", ")));
        }
        lines
    }
}

fn counted(number: usize, what: &str) -> String {
    format!("{number} {what}{}", if number == 1 { "" } else { "s" })
}
