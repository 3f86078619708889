//! A plan for people.

use super::diff::Differ;
use super::resource::{Told, action_symbol, resource, top};
use super::style::{Style, neutral, wrap};
use std::collections::{BTreeMap, BTreeSet};
use trueup_addr::{ConfigResource, Mode};
use trueup_diff::{Action, Reason};
use trueup_engine::{Schemas, origins};
use trueup_plan::{Plan, PlanMode, ResourceChange, Summary};
use trueup_resolve::Program;

/// A plan with what is needed to read it.
pub struct PlanView<'a> {
    /// The plan.
    pub plan: &'a Plan,
    /// What objects look like.
    pub schemas: &'a dyn Schemas,
    /// Says which drift has to do with what is planned.
    pub program: &'a Program,
}

impl PlanView<'_> {
    /// The whole plan as Terraform lays it out: drift, legend, resources, summary, outputs.
    pub fn text(&self, style: Style) -> String {
        let plan = self.plan;
        let differ = Differ { style, whole: false };
        let mut out = self.drift(differ);
        let shown = shown(plan);
        if shown.is_empty() && !plan.outputs.values().any(|output| output.action.is_change()) {
            out.push_str(&no_changes(plan, differ));
            return out;
        }
        if !shown.is_empty() {
            out.push_str(&legend(&shown, differ));
            out.push_str(if plan.errored {
                "\ntrueup planned the following actions, but then encountered a problem:\n\n"
            } else {
                "\ntrueup will perform the following actions:\n\n"
            });
            for change in &shown {
                let notes = self.replaced_after(change);
                out.push_str(&one(change, self.schemas, Told::Plan(&notes), differ));
            }
        }
        if !shown.is_empty() {
            out.push_str(&format!("{} {}\n", style.bold("Plan:"), summary_line(plan)));
            out.push_str(&by_module(plan, differ));
        }
        out.push_str(&outputs(plan, differ));
        out
    }

    /// What others changed, as far as it has to do with what is planned.
    fn drift(&self, differ: Differ) -> String {
        let style = differ.style;
        let found = self.relevant_drift();
        if found.is_empty() {
            return String::new();
        }
        let mut out = format!(
            "\n{}{}\n\nSince the last apply, the following objects were changed by something else{}:\n\n",
            style.bold(&style.cyan("Note: ")),
            style.bold("Objects have changed outside of trueup"),
            if self.plan.mode == PlanMode::RefreshOnly {
                ""
            } else {
                ",\nand what is planned below may come from that"
            },
        );
        for change in found {
            out.push_str(&one(change, self.schemas, Told::Drift, differ));
        }
        if self.plan.mode == PlanMode::RefreshOnly {
            out.push_str("This is a refresh-only plan, so trueup will not take any actions to undo these.\nApplying it takes these changes into the state.\n");
        }
        out.push_str(&format!("\n{}\n", style.dim(&"─".repeat(style.width.min(77)))));
        out
    }

    /// Where what forces a replacement can't be known yet: what it comes from, and what becomes of that.
    pub(crate) fn replaced_after(&self, change: &ResourceChange) -> Vec<String> {
        if change.change.reason != Some(Reason::ReplaceBecauseCannotUpdate) {
            return Vec::new();
        }
        let unknown = |name: &&str| {
            let after = change.change.after.get(name);
            after.is_some_and(|value| !value.is_wholly_known())
        };
        let forcing: BTreeSet<&str> = change.change.replace_paths.iter().filter_map(top).collect();
        let notes = forcing.into_iter().filter(unknown).filter_map(|name| {
            let origins = origins(self.program, &change.addr.config(), name);
            let of_plan = |origin: &ConfigResource| {
                let mut changes = self.plan.changes.iter().filter(|other| other.addr.config() == *origin);
                changes.find_map(|other| becomes(other.change.action))
            };
            let told: Vec<String> = origins
                .iter()
                .filter_map(|origin| of_plan(origin).map(|becomes| format!("{origin}, which {becomes}")))
                .collect();
            if told.is_empty() {
                None
            } else {
                Some(format!("{name} comes from {}", told.join(", and from ")))
            }
        });
        notes.collect()
    }

    /// What others changed that has to do with what is planned.
    pub(crate) fn relevant_drift(&self) -> Vec<&ResourceChange> {
        let plan = self.plan;
        if plan.mode == PlanMode::RefreshOnly {
            return plan.drift.iter().collect();
        }
        let changed = |one: &&ResourceChange| one.change.action != Action::NoOp;
        if !plan.drift.iter().any(|one| changed(&one)) || !plan.has_changes() {
            return Vec::new();
        }
        // What is made again because it is gone would otherwise be told as new without a word.
        let again: BTreeSet<_> = plan
            .changes
            .iter()
            .filter(|change| change.change.action == Action::Create)
            .map(|change| &change.addr)
            .collect();
        let referred = trueup_document::relevant::addresses(plan, self.program);
        let relevant = |one: &&ResourceChange| {
            again.contains(&one.addr)
                || referred.contains(&one.addr.to_string())
                || referred.contains(&one.addr.node().to_string())
        };
        plan.drift.iter().filter(changed).filter(relevant).collect()
    }
}

fn becomes(action: Action) -> Option<&'static str> {
    match action {
        Action::NoOp | Action::Forget => None,
        Action::Create => Some("is new"),
        Action::Read => Some("is read during apply"),
        Action::Update => Some("is updated"),
        Action::Delete => Some("is destroyed"),
        Action::DeleteThenCreate | Action::CreateThenDelete => Some("is replaced"),
    }
}

/// What a plan tells of.
pub(crate) fn shown(plan: &Plan) -> Vec<&ResourceChange> {
    let is_shown = |change: &&ResourceChange| {
        change.change.action.is_change() || change.previous.is_some() || change.importing.is_some()
    };
    plan.changes.iter().filter(is_shown).collect()
}

/// Only what a correction of drift does.
pub fn correction(plan: &Plan, schemas: &dyn Schemas, differ: Differ) -> String {
    let shown = shown(plan);
    if shown.is_empty() {
        return "\nNothing to correct: what changed is left to the cloud. The state takes it in.\n".into();
    }
    let mut out = String::from("\nCorrecting does the following:\n\n");
    for change in shown {
        out.push_str(&one(change, schemas, Told::Plan(&[]), differ));
    }
    out.push_str(&format!("{} {}\n", differ.style.bold("Plan:"), summary_line(plan)));
    out
}

/// The commit that a plan is of, as a line of its own; nothing where the configuration isn't in Git.
pub fn commit(plan: &Plan) -> String {
    match &plan.commit {
        Some(commit) => format!("\nPlanned from {}.\n", neutral(&super::commit(commit))),
        None => String::new(),
    }
}

fn one(change: &ResourceChange, schemas: &dyn Schemas, told: Told<'_>, differ: Differ) -> String {
    let data = change.addr.resource.mode == Mode::Data;
    let schema =
        schemas.schema(&change.provider.provider).and_then(|p| p.resource(data, &change.addr.resource.kind));
    match schema {
        Some(schema) => resource(change, &schema.block, told, differ),
        None => format!(
            "  # {} (its provider is not available, so its attributes can't be shown)\n\n",
            change.addr
        ),
    }
}

/// What the symbols mean; nothing where there are none, as where all that is to be done is imports and moves.
fn legend(shown: &[&ResourceChange], differ: Differ) -> String {
    let symbols = [
        (Action::Create, "create"),
        (Action::Update, "update in-place"),
        (Action::Delete, "destroy"),
        (Action::DeleteThenCreate, "destroy and then create replacement"),
        (Action::CreateThenDelete, "create replacement and then destroy"),
        (Action::Read, "read (data resources)"),
        (Action::Forget, "forget, without destroying"),
    ];
    let used = symbols.iter().filter(|(action, _)| shown.iter().any(|one| one.change.action == *action));
    let lines: String =
        used.map(|(action, text)| format!("{} {text}\n", action_symbol(*action, differ))).collect();
    if lines.is_empty() {
        return lines;
    }
    format!(
        "\ntrueup used the selected providers to generate the following execution\nplan. Resource actions are indicated with the following symbols:\n{lines}"
    )
}

/// `1 to add, 0 to change, 0 to destroy.`
pub fn summary_line(plan: &Plan) -> String {
    counted(&plan.summary())
}

/// Plans of fewer changes are seen at a glance.
const CHANGES_BY_MODULE_MIN: usize = 10;

/// How much of a long plan each module has; nothing where there is but one.
fn by_module(plan: &Plan, differ: Differ) -> String {
    let mut modules: BTreeMap<String, Vec<&ResourceChange>> = BTreeMap::new();
    for change in shown(plan) {
        modules.entry(change.addr.module.to_string()).or_default().push(change);
    }
    if modules.len() < 2 || modules.values().map(Vec::len).sum::<usize>() < CHANGES_BY_MODULE_MIN {
        return String::new();
    }
    let named = |name: &str| if name.is_empty() { "root module".to_owned() } else { neutral(name) };
    let width = modules.keys().map(|name| named(name).chars().count()).max().unwrap_or(0);
    let line = |(name, changes): (&String, &Vec<&ResourceChange>)| {
        let counts = counted(&Summary::of(changes.iter().copied()));
        differ.style.dim(&format!("  {:width$}  {counts}", named(name))) + "\n"
    };
    modules.iter().map(line).collect()
}

fn counted(s: &Summary) -> String {
    let import = if s.import > 0 { format!("{} to import, ", s.import) } else { String::new() };
    let forget = if s.forget > 0 { format!(", {} to forget", s.forget) } else { String::new() };
    format!("{import}{} to add, {} to change, {} to destroy{forget}.", s.add, s.change, s.destroy)
}

fn no_changes(plan: &Plan, differ: Differ) -> String {
    let style = differ.style;
    let (rest, text) = match plan.mode {
        _ if plan.errored => {
            let failed = style.bold(&style.red("Planning failed."));
            return format!("\n{failed} trueup encountered an error while generating this plan.\n");
        }
        PlanMode::RefreshOnly if plan.drift.is_empty() => (
            "Your infrastructure still matches the configuration.",
            "The real objects are still as the last apply left them.",
        ),
        PlanMode::RefreshOnly => return String::new(),
        PlanMode::Destroy => {
            ("No objects need to be destroyed.", "The state holds nothing that could be destroyed.")
        }
        PlanMode::Normal => (
            "Your infrastructure matches the configuration.",
            "trueup has compared the real infrastructure with the configuration and found no differences, so no changes are needed.",
        ),
    };
    let first = style.bold(&style.green("No changes."));
    format!("\n{first} {}\n\n{}\n", style.bold(rest), wrap(text, style.width.saturating_sub(1)))
}

fn outputs(plan: &Plan, differ: Differ) -> String {
    let changed: Vec<_> = plan.outputs.iter().filter(|(_, output)| output.action.is_change()).collect();
    if changed.is_empty() {
        return String::new();
    }
    let width = changed.iter().map(|(name, _)| name.chars().count()).max().unwrap_or(0);
    let mut out = format!("\n{}\n", differ.style.bold("Changes to Outputs:"));
    for (name, output) in changed {
        let (before, after) = (Some(&output.before), Some(&output.after));
        let sign = super::diff::sign(before, after);
        let value = match (output.sensitive && !differ.style.reveal, sign) {
            (true, super::diff::Sign::Remove) => "(sensitive value) -> null".into(),
            (true, _) => "(sensitive value)".into(),
            (false, _) => differ.value(before, after, 2, true),
        };
        let pad = " ".repeat(width - name.chars().count());
        out.push_str(&format!("  {} {name}{pad} = {value}\n", differ.symbol(sign)));
    }
    if shown(plan).is_empty() {
        out.push_str(
            "\nYou can apply this plan to save these new output values to the state, without\nchanging any real infrastructure.\n",
        );
    }
    out
}
