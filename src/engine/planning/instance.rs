//! One managed instance: from its configuration and prior object to a decision.

use std::sync::Arc;
use trueup_diag::{Diagnostic, Diagnostics};
use trueup_diff::{Decision, Replace, decide, ignore_changes};
use trueup_provider::{PlanRequest, Private, Provider};
use trueup_resolve::program::IgnoreChanges;
use trueup_schema::{Schema, plan_errors, proposed_new, sensitive_paths, without_write_only};
use trueup_value::{Marks, Name, Path, PathStep, Value};

/// What a plan of one instance is made from; owned, so that many can be in flight.
pub(crate) struct Subject {
    pub(crate) provider: Arc<dyn Provider>,
    pub(crate) schema: Arc<Schema>,
    pub(crate) kind: Name,
    /// The object as it is, marks included; null when there is none.
    pub(crate) prior: Value,
    pub(crate) private: Private,
    /// The configuration, marks included.
    pub(crate) config: Value,
    pub(crate) ignore: IgnoreChanges,
    pub(crate) replace: Replace,
}

/// What was planned.
pub(crate) struct Planned {
    pub(crate) decision: Decision,
    /// The object as it will be, marks included.
    pub(crate) after: Value,
    pub(crate) private: Private,
    /// Where the configuration is marked.
    pub(crate) marked: Vec<Path>,
}

/// Asks the provider and decides.
pub(crate) async fn plan_instance(subject: Subject) -> (Option<Planned>, Diagnostics) {
    let (config, marks) = subject.config.unmark_deep();
    // What is ephemeral goes to the provider with the configuration and is part of nothing else.
    let marks: Vec<(Path, Marks)> = marks
        .into_iter()
        .filter(|(_, marks)| marks.is_sensitive() && !marks.is_ephemeral())
        .map(|(path, _)| (path, Marks::SENSITIVE))
        .collect();
    let (prior, _) = subject.prior.unmark_deep();
    let written = config;
    let config = ignore_changes(&written, &prior, &without_computed(&subject.ignore, &subject.schema));
    let mut diagnostics = subject.provider.validate_resource(&subject.kind, &config).await;
    if diagnostics.has_errors() {
        return (None, diagnostics);
    }
    let dress = |value: &Value| dress(&subject.schema, value, &marks);
    let first = ask(&subject, &prior, &config, &mut diagnostics).await;
    let Some((planned, private, paths)) = first else { return (None, diagnostics) };
    let after = dress(&planned);
    let decision = decide(&subject.prior, &after, &paths, subject.replace);
    let marked = marks.iter().map(|(path, _)| path.clone()).collect();
    if !decision.action.is_replace() {
        return (Some(Planned { decision, after, private, marked }), diagnostics);
    }
    // The object that replaces it is planned as a new one: nothing of the old one carries over, not even what
    // changes of were to be ignored.
    let nothing = Value::null(prior.ty());
    let Some((planned, private, _)) = ask(&subject, &nothing, &written, &mut diagnostics).await else {
        return (None, diagnostics);
    };
    (Some(Planned { decision, after: dress(&planned), private, marked }), diagnostics)
}

/// What only the provider sets is not the configuration's to change, so there is nothing to ignore in it.
fn without_computed(ignore: &IgnoreChanges, schema: &Schema) -> IgnoreChanges {
    let IgnoreChanges::Paths(paths) = ignore else { return ignore.clone() };
    let configurable = |path: &Path| match path.0.first() {
        Some(PathStep::Attribute(name)) => {
            schema.block.attributes.get(name).is_none_or(|attribute| attribute.required || attribute.optional)
        }
        _ => true,
    };
    IgnoreChanges::Paths(paths.iter().filter(|(path, _)| configurable(path)).cloned().collect())
}

type Answered = (Value, Private, Vec<Path>);

async fn ask(subject: &Subject, prior: &Value, config: &Value, found: &mut Diagnostics) -> Option<Answered> {
    let lasting = without_write_only(&subject.schema.block, config);
    let proposed = proposed_new(&subject.schema.block, prior, &lasting);
    let private = if prior.is_null() { Private::from([]) } else { subject.private.clone() };
    let request = PlanRequest {
        kind: subject.kind.clone(),
        prior: prior.clone(),
        proposed,
        config: config.clone(),
        private,
    };
    let answer = subject.provider.plan(request).await;
    let failed = answer.diagnostics.has_errors();
    found.append(answer.diagnostics);
    if failed {
        return None;
    }
    if !answer.legacy {
        let errors = plan_errors(&subject.schema.block, prior, &lasting, &answer.planned);
        if !errors.is_empty() {
            found.extend(errors.into_iter().map(|(path, message)| {
                Diagnostic::error(
                    "Provider produced invalid plan",
                    format!("The provider planned a value that its own schema and the configuration don't allow: {path}: {message}."),
                )
                .hint("this is a defect of the provider: report it there")
            }));
            return None;
        }
    }
    let planned = without_write_only(&subject.schema.block, &answer.planned);
    Some((planned, answer.private, answer.requires_replace))
}

/// Puts back the configuration's marks and adds those of the schema.
pub(crate) fn dress(schema: &Schema, value: &Value, marks: &[(Path, Marks)]) -> Value {
    let value = value.mark_paths(marks);
    if !schema.block.has_sensitive() {
        return value;
    }
    let own: Vec<(Path, Marks)> =
        sensitive_paths(&schema.block, &value).into_iter().map(|path| (path, Marks::SENSITIVE)).collect();
    value.mark_paths(&own)
}
