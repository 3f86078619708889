//! A plan for people.

use super::diff::Differ;
use super::resource::resource;
use trueup_addr::Mode;
use trueup_diff::Action;
use trueup_engine::Schemas;
use trueup_plan::{Plan, PlanMode, ResourceChange};

/// The whole plan as Terraform lays it out: drift, legend, resources, summary, outputs.
pub(crate) fn plan(plan: &Plan, schemas: &dyn Schemas, differ: Differ) -> String {
    let mut out = drift(plan, schemas, differ);
    let shown: Vec<&ResourceChange> = plan.changes.iter().filter(|c| is_shown(c)).collect();
    if shown.is_empty() && !plan.outputs.values().any(|o| o.action.is_change()) {
        out.push_str(&no_changes(plan, differ));
        return out;
    }
    if !shown.is_empty() {
        out.push_str(&legend(&shown, differ));
        out.push_str(if plan.errored {
            "\ntrueup planned the following actions, but then encountered a problem:\n\n"
        } else {
            "\nTerraform will perform the following actions:\n\n"
        });
        for change in shown {
            out.push_str(&one(change, schemas, differ));
        }
    }
    if !plan.errored {
        out.push_str(&summary(plan, differ));
    }
    out.push_str(&outputs(plan, differ));
    out
}

/// Only what a correction of drift does.
pub(crate) fn correction(plan: &Plan, schemas: &dyn Schemas, differ: Differ) -> String {
    let shown: Vec<&ResourceChange> = plan.changes.iter().filter(|c| is_shown(c)).collect();
    if shown.is_empty() {
        return "\nNothing to correct: what changed is left to the cloud. The state takes it in.\n".into();
    }
    let mut out = String::from("\nCorrecting does the following:\n\n");
    for change in shown {
        out.push_str(&one(change, schemas, differ));
    }
    out.push_str(&format!("{} {}\n", differ.style.bold("Plan:"), summary_line(plan)));
    out
}

fn is_shown(change: &ResourceChange) -> bool {
    change.change.action.is_change() || change.previous.is_some() || change.importing.is_some()
}

fn one(change: &ResourceChange, schemas: &dyn Schemas, differ: Differ) -> String {
    let data = change.addr.resource.mode == Mode::Data;
    let schema =
        schemas.schema(&change.provider.provider).and_then(|p| p.resource(data, &change.addr.resource.kind));
    match schema {
        Some(schema) => resource(change, &schema.block, differ),
        None => format!(
            "  # {} (its provider is not available, so its attributes can't be shown)\n\n",
            change.addr
        ),
    }
}

fn legend(shown: &[&ResourceChange], differ: Differ) -> String {
    let mut out = String::from(
        "\nTerraform used the selected providers to generate the following execution\nplan. Resource actions are indicated with the following symbols:\n",
    );
    for (action, text) in [
        (Action::Create, "create"),
        (Action::Update, "update in-place"),
        (Action::Delete, "destroy"),
        (Action::DeleteThenCreate, "destroy and then create replacement"),
        (Action::CreateThenDelete, "create replacement and then destroy"),
        (Action::Read, "read (data resources)"),
        (Action::Forget, "forget"),
    ] {
        if shown.iter().any(|c| c.change.action == action) {
            out.push_str(&format!("{} {text}\n", super::resource::action_symbol(action, differ)));
        }
    }
    out
}

/// `Plan: 1 to add, 0 to change, 0 to destroy.`
pub(crate) fn summary_line(plan: &Plan) -> String {
    let s = plan.summary();
    let import = if s.import > 0 { format!("{} to import, ", s.import) } else { String::new() };
    let forget = if s.forget > 0 { format!(", {} to forget", s.forget) } else { String::new() };
    format!("{import}{} to add, {} to change, {} to destroy{forget}.", s.add, s.change, s.destroy)
}

fn summary(plan: &Plan, differ: Differ) -> String {
    if !plan.changes.iter().any(is_shown) {
        return String::new();
    }
    format!("{} {}\n", differ.style.bold("Plan:"), summary_line(plan))
}

fn no_changes(plan: &Plan, differ: Differ) -> String {
    let (first, rest) = match plan.mode {
        _ if plan.errored => {
            return "\nPlanning failed. trueup encountered an error while generating this plan.\n".into();
        }
        PlanMode::RefreshOnly if plan.drift.is_empty() => (
            "No changes.",
            " Your infrastructure still matches the configuration.\n\nNothing differs between the state and what is really there.\n",
        ),
        PlanMode::RefreshOnly => return String::new(),
        PlanMode::Destroy => (
            "No changes.",
            " No objects need to be destroyed.\n\nThe state holds nothing that could be destroyed.\n",
        ),
        PlanMode::Normal => (
            "No changes.",
            " Your infrastructure matches the configuration.\n\nThe real infrastructure was compared with the configuration, and there is nothing\nto do.\n",
        ),
    };
    format!("\n{}{rest}", differ.style.bold(&differ.style.green(first)))
}

fn outputs(plan: &Plan, differ: Differ) -> String {
    let changed: Vec<_> = plan.outputs.iter().filter(|(_, o)| o.action.is_change()).collect();
    if changed.is_empty() {
        return String::new();
    }
    let width = changed.iter().map(|(name, _)| name.chars().count()).max().unwrap_or(0);
    let mut out = format!("\n{}\n", differ.style.bold("Changes to Outputs:"));
    for (name, output) in changed {
        let (before, after) = (Some(&output.before), Some(&output.after));
        let sign = super::diff::sign(before, after);
        let value =
            if output.sensitive { "(sensitive value)".into() } else { differ.value(before, after, 2, true) };
        let pad = " ".repeat(width - name.chars().count());
        out.push_str(&format!("  {} {name}{pad} = {value}\n", differ.symbol(sign)));
    }
    if !plan.changes.iter().any(is_shown) {
        out.push_str(
            "\nYou can apply this plan to save these new output values to the Terraform\nstate, without changing any real infrastructure.\n",
        );
    }
    out
}

fn drift(plan: &Plan, schemas: &dyn Schemas, differ: Differ) -> String {
    if plan.drift.is_empty() {
        return String::new();
    }
    let relevant =
        plan.mode == PlanMode::RefreshOnly || plan.changes.iter().any(|c| c.change.action.is_change());
    if !relevant {
        return String::new();
    }
    let mut out = format!(
        "\n{} Objects have changed outside of Terraform\n\nSince the last apply, the following objects were changed by something else:\n\n",
        differ.style.bold(&differ.style.cyan("Note:"))
    );
    for change in &plan.drift {
        let text = one(change, schemas, differ);
        out.push_str(
            &text
                .replace("will be updated in-place", "has changed")
                .replace("destroyed", "deleted")
                .replace("will be deleted", "has been deleted"),
        );
    }
    if plan.mode == PlanMode::RefreshOnly {
        out.push_str(
            "\nThis is a refresh-only plan, so nothing will be done to undo these changes. Applying\nit takes them into the state.\n",
        );
    }
    out.push_str(&format!("\n{}\n", differ.style.dim(&"─".repeat(differ.style.width.min(77)))));
    out
}
