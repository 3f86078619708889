//! What a run with `-target` or `-exclude` is about, and what it must not leave half-done.

use crate::planning::PlanOptions;
use std::collections::BTreeSet;
use trueup_addr::{ConfigResource, ResourceInstance, Target};
use trueup_diag::{Diagnostic, Diagnostics};
use trueup_diff::Move;

impl PlanOptions {
    /// Whether the run is about a part of the configuration only.
    pub(crate) fn is_partial(&self) -> bool {
        !(self.targets.is_empty() && self.excludes.is_empty())
    }

    /// Whether the run is about an instance by its name; what others need of it comes on top.
    pub(crate) fn is_about(&self, addr: &ResourceInstance) -> bool {
        (self.targets.is_empty() || names(&self.targets, addr)) && !names(&self.excludes, addr)
    }
}

/// Whether one of the targets may name an instance of one of these resources.
pub(crate) fn touches(targets: &BTreeSet<Target>, resources: &[ConfigResource]) -> bool {
    let touched = |resource: &ConfigResource| {
        targets.iter().any(|target| match target {
            Target::Module(module) => resource.module.0.starts_with(&module.path().0),
            Target::Resource(node) => node.config() == *resource,
            Target::Instance(instance) => instance.config() == *resource,
        })
    };
    !targets.is_empty() && resources.iter().any(touched)
}

/// Whether one of the targets names an instance.
pub(crate) fn names(targets: &BTreeSet<Target>, addr: &ResourceInstance) -> bool {
    targets.iter().any(|target| target.contains(addr))
}

/// A move has two ends: a plan that is about one of them alone would leave the object at neither.
pub(crate) fn half_moved(moves: &[Move], options: &PlanOptions) -> Option<Diagnostic> {
    let left_out = |addr: &&ResourceInstance| {
        (!options.targets.is_empty() && !names(&options.targets, addr)) || names(&options.excludes, addr)
    };
    let ends = moves.iter().flat_map(|one| [&one.from, &one.to]);
    let ends: BTreeSet<String> = ends.filter(left_out).map(|addr| addr.node().to_string()).collect();
    if ends.is_empty() || options.only.is_some() {
        return None;
    }
    let ends: Vec<String> = ends.into_iter().collect();
    let (option, hint) = if options.excludes.is_empty() {
        let more: Vec<String> = ends.iter().map(|end| format!("-target='{end}'")).collect();
        ("-target", format!("leave -target out, or add these: {}", more.join(" ")))
    } else {
        ("-exclude", "leave -exclude out until the moves are applied".into())
    };
    let detail = format!(
        "Objects have moved to new addresses, and with {option} the plan is not about these ends of their moves: {}.",
        ends.join(", ")
    );
    Some(Diagnostic::error("Moved resource instances excluded by targeting", detail).hint(hint))
}

/// That a plan may not be the whole story.
pub(crate) fn warn(diagnostics: &mut Diagnostics, options: &PlanOptions) {
    let option = match (options.targets.is_empty(), options.excludes.is_empty()) {
        (true, true) => return,
        (false, _) => "-target",
        (true, false) => "-exclude",
    };
    let detail = format!(
        "The plan was made with {option}, so it may not hold all that the configuration asks for. Plan without it once the exceptional situation is over."
    );
    diagnostics.push(Diagnostic::warning("Resource targeting is in effect", detail));
}
