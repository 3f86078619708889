//! What a run with `-target` or `-exclude` is about, and what it must not leave half-done.

use crate::planning::PlanOptions;
use std::collections::{BTreeMap, BTreeSet};
use trueup_addr::{ConfigResource, InstanceKey, ResourceInstance, Target};
use trueup_diag::{Diagnostic, Diagnostics};
use trueup_diff::Move;
use trueup_plan::Plan;

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
    if let Some(only) = &options.only {
        return moved_besides(moves, only);
    }
    let left_out = |addr: &&ResourceInstance| {
        (!options.targets.is_empty() && !names(&options.targets, addr)) || names(&options.excludes, addr)
    };
    let ends = moves.iter().flat_map(|one| [&one.from, &one.to]);
    let ends: BTreeSet<String> = ends.filter(left_out).map(|addr| addr.node().to_string()).collect();
    if ends.is_empty() {
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

/// The state that a plan of some objects leads to would have the moves of all others as well.
fn moved_besides(moves: &[Move], only: &BTreeSet<ResourceInstance>) -> Option<Diagnostic> {
    let others = moves.iter().filter(|one| !only.contains(&one.to));
    let others: Vec<String> = others.map(|one| format!("{} to {}", one.from, one.to)).collect();
    if others.is_empty() {
        return None;
    }
    let detail = format!(
        "Git has moved objects to new addresses, which was never applied, and to write the state would carry that out as well: {}.",
        others.join(", ")
    );
    let problem = Diagnostic::error("Correction would do more than it may", detail);
    Some(problem.hint("apply the moves first (trueup plan shows them); what drifts then can be corrected"))
}

/// That a plan may not be the whole story. That one of some objects alone isn't goes without saying.
pub(crate) fn warn(diagnostics: &mut Diagnostics, options: &PlanOptions) {
    if options.only.is_some() {
        return;
    }
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

/// That there may be more to do than a plan of a part did.
pub(crate) fn warn_applied(diagnostics: &mut Diagnostics, plan: &Plan) {
    let option = match (plan.targets.is_empty(), plan.excludes.is_empty()) {
        (true, true) => return,
        (false, _) => "-target",
        (true, false) => "-exclude",
    };
    let detail = format!(
        "The plan was made with {option}, so other changes that the configuration asks for may still be to do, and outputs may have older values."
    );
    let warning = Diagnostic::warning("Applied changes may be incomplete", detail);
    diagnostics.push(warning.hint("run \"trueup plan\" to see whether anything is left"));
}

/// Requests to replace an instance that name a resource of several instances without saying which; `declared` are
/// the instances that the configuration has.
pub(crate) fn half_named<T>(
    replace: &BTreeSet<ResourceInstance>,
    declared: &BTreeMap<ResourceInstance, T>,
) -> Vec<Diagnostic> {
    let whole = replace.iter().filter(|addr| addr.key == InstanceKey::None && !declared.contains_key(addr));
    let warnings = whole.filter_map(|addr| {
        let node = addr.node();
        let from = declared.range(addr.clone()..).map(|(instance, _)| instance);
        let instances: Vec<&ResourceInstance> = from.take_while(|instance| instance.node() == node).collect();
        let example = instances.first()?;
        let detail = format!(
            "{addr} has {} instances, and -replace is for one of them, so it replaces nothing here.",
            instances.len()
        );
        let warning = Diagnostic::warning("Incompletely-matched force-replace resource instance", detail);
        Some(warning.hint(format!("name the instance with its key, such as -replace='{example}'")))
    });
    warnings.collect()
}
