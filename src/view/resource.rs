//! One resource of a plan for people.

use super::diff::{Differ, Sign, sign};
use super::style::neutral;
use std::collections::BTreeSet;
use trueup_addr::Mode;
use trueup_diff::{Action, Reason};
use trueup_plan::{Importing, ResourceChange};
use trueup_schema::{Attribute, Block, NestedBlock, Nesting};
use trueup_value::{Name, Path, PathStep, Value};

/// What a change is told as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Told<'a> {
    /// What will be done, with more of why.
    Plan(&'a [String]),
    /// What something else has done.
    Drift,
}

/// The comment, the block with its changes, and an empty line.
pub(crate) fn resource(change: &ResourceChange, schema: &Block, told: Told<'_>, differ: Differ) -> String {
    let mut out = comment(change, told, differ);
    let resource = &change.addr.resource;
    let word = if resource.mode == Mode::Data { "data" } else { "resource" };
    let symbol = action_symbol(change.change.action, differ);
    out.push_str(&format!("{symbol} {word} \"{}\" \"{}\" {{\n", resource.kind, resource.name));
    out.push_str(&body(change, schema, differ, 6));
    out.push_str("    }\n\n");
    out
}

/// What is inside of the block; its symbols stand in this column.
pub(crate) fn body(change: &ResourceChange, schema: &Block, differ: Differ, column: usize) -> String {
    let (before, after) = (&change.change.before, &change.change.after);
    let nothing = Value::null(before.ty());
    let (before, after) = match change.change.action {
        Action::Read => (&nothing, after),
        // The object stays as it is.
        Action::Forget => (before, before),
        _ => (before, after),
    };
    let view = BlockView { differ, replace: &change.change.replace_paths };
    view.block(schema, (Some(before), Some(after)), column, &[])
}

/// What becomes of it and why, each on a line that begins with `  # `.
pub(crate) fn comment(change: &ResourceChange, told: Told<'_>, differ: Differ) -> String {
    match told {
        Told::Plan(notes) => heading(change, notes, differ),
        Told::Drift => drift_heading(change, differ),
    }
}

fn drift_heading(change: &ResourceChange, differ: Differ) -> String {
    let style = differ.style;
    let addr = style.bold(&subject(change));
    let what = match change.change.action {
        Action::Delete => "has been deleted",
        Action::NoOp => match &change.previous {
            Some(from) => {
                return format!("  # {} has moved to {addr}\n", style.bold(&neutral(&from.to_string())));
            }
            None => "is unchanged",
        },
        _ => "has changed",
    };
    format!("  # {addr} {what}\n")
}

/// The address, with the key of a deposed object.
pub(crate) fn subject(change: &ResourceChange) -> String {
    let deposed = change.deposed.as_ref().map(|key| format!(" (deposed object {key})")).unwrap_or_default();
    neutral(&format!("{}{deposed}", change.addr))
}

/// The symbol of an action, three columns wide.
pub(crate) fn action_symbol(action: Action, differ: Differ) -> String {
    let style = differ.style;
    match action {
        Action::NoOp => "   ".into(),
        Action::Create => format!("  {}", style.green("+")),
        Action::Read => format!(" {}", style.cyan("<=")),
        Action::Update => format!("  {}", style.yellow("~")),
        Action::Delete => format!("  {}", style.red("-")),
        Action::DeleteThenCreate => format!("{}/{}", style.red("-"), style.green("+")),
        Action::CreateThenDelete => format!("{}/{}", style.green("+"), style.red("-")),
        Action::Forget => format!("  {}", style.red(".")),
    }
}

fn heading(change: &ResourceChange, notes: &[String], differ: Differ) -> String {
    let style = differ.style;
    let addr = style.bold(&subject(change));
    let what = match change.change.action {
        Action::NoOp if change.importing.is_some() => "will be imported".into(),
        Action::NoOp if change.previous.is_some() => {
            let from = change.previous.as_ref().map(ToString::to_string).unwrap_or_default();
            return format!("  # {} has moved to {addr}\n", style.bold(&neutral(&from)));
        }
        Action::NoOp => "is unchanged".into(),
        Action::Create => "will be created".into(),
        Action::Read => "will be read during apply".into(),
        Action::Update => "will be updated in-place".into(),
        Action::Delete => format!("will be {}", style.red("destroyed")),
        Action::Forget => "will no longer be managed by trueup, but will not be destroyed".into(),
        Action::DeleteThenCreate | Action::CreateThenDelete => match change.change.reason {
            Some(Reason::ReplaceBecauseTainted) => {
                format!("is tainted, so must be {}", style.red("replaced"))
            }
            Some(Reason::ReplaceByRequest) => format!("will be {}, as requested", style.red("replaced")),
            Some(Reason::ReplaceByTriggers) => {
                format!("will be {} due to changes in replace_triggered_by", style.red("replaced"))
            }
            _ => format!("must be {}", style.red("replaced")),
        },
    };
    let mut out = format!("  # {addr} {what}\n");
    if change.deposed.is_some() {
        out.push_str("  # (left over from a partially-failed replacement of this instance)\n");
    }
    if let Some(note) = why(change) {
        out.push_str(&format!("  # ({})\n", neutral(&note)));
    }
    notes.iter().for_each(|note| out.push_str(&format!("  # ({})\n", neutral(note))));
    if let (Some(from), true) = (&change.previous, change.change.action != Action::NoOp) {
        out.push_str(&format!("  # (moved from {})\n", neutral(&from.to_string())));
    }
    if change.generated.is_some() {
        out.push_str("  # (config will be generated)\n");
    }
    match &change.importing {
        Some(Importing::Id(id)) => out.push_str(&format!("  # (imported from \"{}\")\n", neutral(id))),
        Some(named) => out.push_str(&format!("  # (imported from {})\n", neutral(&named.to_string()))),
        None => {}
    }
    out
}

fn why(change: &ResourceChange) -> Option<String> {
    if change.change.action == Action::Forget {
        return Some("destroy = false is set in the configuration".into());
    }
    let resource = &change.addr.resource;
    let key = &change.addr.key;
    Some(match change.change.reason? {
        Reason::DeleteBecauseNoResourceConfig => format!("because {resource} is not in configuration"),
        Reason::DeleteBecauseNoModule => format!("because {} is not in configuration", change.addr.module),
        Reason::DeleteBecauseWrongRepetition => "because the resource's repetition mode has changed".into(),
        Reason::DeleteBecauseCountIndex => format!("because index {key} is out of range for count"),
        Reason::DeleteBecauseEachKey => format!("because key {key} is not in for_each map"),
        Reason::DeleteBecauseEnabledFalse => "because enabled is false".into(),
        Reason::DeleteBecauseNoMoveTarget => "because its move has no target in the configuration".into(),
        Reason::ReadBecauseConfigUnknown => "config refers to values not yet known".into(),
        Reason::ReadBecauseDependencyPending => {
            "depends on a resource or a module with changes pending".into()
        }
        Reason::ReadBecauseCheckNested => "config will be reloaded to verify a check block".into(),
        Reason::ReplaceBecauseCannotUpdate => {
            let names: BTreeSet<&str> = change.change.replace_paths.iter().filter_map(top).collect();
            let names: Vec<&str> = names.into_iter().collect();
            let (last, rest) = names.split_last()?;
            let rest = if rest.is_empty() { String::new() } else { format!("{} and ", rest.join(", ")) };
            format!("because {rest}{last} can't be changed in place")
        }
        _ => return None,
    })
}

/// The attribute or block that a path begins with.
pub(super) fn top(path: &Path) -> Option<&str> {
    match path.0.first()? {
        PathStep::Attribute(name) => Some(name),
        PathStep::Index(_) => None,
    }
}

/// The two sides of a change; one that isn't there is absent.
type Sides<'v> = (Option<&'v Value>, Option<&'v Value>);

/// Writes the inside of blocks.
#[derive(Clone, Copy)]
struct BlockView<'a> {
    differ: Differ,
    replace: &'a [Path],
}

/// Shown although they are the same: they tell which object it is.
const TELLING: [&str; 3] = ["id", "name", "tags"];

impl BlockView<'_> {
    fn block(self, schema: &Block, (before, after): Sides<'_>, column: usize, at: &[PathStep]) -> String {
        let mut out = self.attributes(schema, (before, after), column, at);
        let mut hidden = 0;
        for (name, nested) in &schema.blocks {
            let (text, same) =
                self.nested((name, nested), (child(before, name), child(after, name)), column, at);
            hidden += same;
            out.push_str(&text);
        }
        if hidden > 0 {
            let s = if hidden == 1 { "" } else { "s" };
            let note = self.differ.style.dim(&format!("# ({hidden} unchanged block{s} hidden)"));
            out.push_str(&format!("\n{}{note}\n", " ".repeat(column + 2)));
        }
        out
    }

    fn attributes(
        self,
        schema: &Block,
        (before, after): Sides<'_>,
        column: usize,
        at: &[PathStep],
    ) -> String {
        let mut rows = Vec::new();
        let mut hidden = 0;
        let mut width = 0;
        for (name, attribute) in &schema.attributes {
            let (b, a) = (child(before, name), child(after, name));
            let sign = sign(b, a);
            let empty = b.is_none_or(Value::is_null) && a.is_none_or(Value::is_null);
            if empty {
                continue;
            }
            width = width.max(name.chars().count());
            let telling = at.is_empty() && TELLING.contains(&&**name);
            if sign == Sign::Same && !telling && !self.differ.whole {
                hidden += 1;
                continue;
            }
            rows.push((name, attribute, (b, a), sign));
        }
        let mut out = String::new();
        for (name, attribute, (b, a), sign) in rows {
            let value = self.value(attribute, (b, a), sign, column);
            let forces = if self.forces(at, name) {
                self.differ.style.red(" # forces replacement")
            } else {
                String::new()
            };
            let value = mark_first_line(&value, &forces);
            let pad = " ".repeat(width - name.chars().count());
            out.push_str(&format!(
                "{}{} {name}{pad} = {value}\n",
                " ".repeat(column),
                self.differ.symbol(sign)
            ));
        }
        if hidden > 0 {
            let s = if hidden == 1 { "" } else { "s" };
            let note = self.differ.style.dim(&format!("# ({hidden} unchanged attribute{s} hidden)"));
            out.push_str(&format!("{}{note}\n", " ".repeat(column + 2)));
        }
        out
    }

    /// Of what the schema calls sensitive nothing is shown, marked or not.
    fn value(self, attribute: &Attribute, (before, after): Sides<'_>, sign: Sign, column: usize) -> String {
        let unknown = after.is_some_and(|value| !value.is_known());
        match (attribute.sensitive && !unknown && !self.differ.style.reveal, sign) {
            (true, Sign::Remove) => format!("(sensitive value){}", self.differ.style.dim(" -> null")),
            (true, _) => "(sensitive value)".into(),
            (false, _) => self.differ.value(before, after, column, true),
        }
    }

    fn forces(self, at: &[PathStep], name: &Name) -> bool {
        self.replace.iter().any(|path| {
            path.0.starts_with(at)
                && matches!(path.0.get(at.len()), Some(PathStep::Attribute(step)) if step == name)
        })
    }

    /// All blocks of one type; gives the text and how many are the same and not shown.
    fn nested(
        self,
        (name, nested): (&Name, &NestedBlock),
        sides: Sides<'_>,
        column: usize,
        at: &[PathStep],
    ) -> (String, usize) {
        let mut out = String::new();
        let mut same = 0;
        let unknown = sides.1.is_some_and(|v| !v.is_known());
        if unknown {
            let text = format!(
                "{}{} {name} {{\n{}(known after apply)\n{}}}\n",
                " ".repeat(column),
                self.differ.symbol(Sign::Change),
                " ".repeat(column + 4),
                " ".repeat(column + 2)
            );
            return (format!("\n{text}"), 0);
        }
        for (label, b, a, step) in pairs(nested.nesting, sides.0, sides.1) {
            let sign = sign(b, a);
            if sign == Sign::Same {
                same += usize::from(b.is_some_and(|v| !v.is_null()));
                continue;
            }
            let mut inner = at.to_vec();
            inner.push(PathStep::Attribute(name.clone()));
            inner.extend(step);
            let forces = self.replace.iter().any(|path| path.0 == inner || path.0 == inner[..=at.len()]);
            let forces = if forces { self.differ.style.red(" # forces replacement") } else { String::new() };
            let label = label.map(|l| format!(" {}", super::value::quote(&l))).unwrap_or_default();
            let body = self.block(&nested.block, (b, a), column + 4, &inner);
            out.push_str(&format!(
                "\n{}{} {name}{label} {{{forces}\n{body}{}}}\n",
                " ".repeat(column),
                self.differ.symbol(sign),
                " ".repeat(column + 2)
            ));
        }
        (out, same)
    }
}

fn child<'v>(value: Option<&'v Value>, name: &str) -> Option<&'v Value> {
    value?.get(name)
}

/// A note at the end of the first line of a value.
fn mark_first_line(value: &str, note: &str) -> String {
    match value.split_once('\n') {
        Some((first, rest)) => format!("{first}{note}\n{rest}"),
        None => format!("{value}{note}"),
    }
}

type BlockPair<'v> = (Option<Name>, Option<&'v Value>, Option<&'v Value>, Option<PathStep>);

/// Which block is which: by position, by key, or for sets by being equal.
fn pairs<'v>(nesting: Nesting, before: Option<&'v Value>, after: Option<&'v Value>) -> Vec<BlockPair<'v>> {
    let items = |side: Option<&'v Value>| side.and_then(Value::as_sequence).unwrap_or_default();
    match nesting {
        Nesting::Single | Nesting::Group => vec![(None, before, after, None)],
        Nesting::List => {
            let (b, a) = (items(before), items(after));
            let step = |i: usize| i64::try_from(i).ok().map(|i| PathStep::Index(Value::from(i)));
            (0..b.len().max(a.len())).map(|i| (None, b.get(i), a.get(i), step(i))).collect()
        }
        Nesting::Set => {
            let (b, a) = (items(before), items(after));
            let gone = b.iter().filter(|v| !a.contains(v)).map(|v| (None, Some(v), None, None));
            let come = a.iter().filter(|v| !b.contains(v)).map(|v| (None, None, Some(v), None));
            let kept = b.iter().filter(|v| a.contains(v)).map(|v| (None, Some(v), Some(v), None));
            gone.chain(come).chain(kept).collect()
        }
        Nesting::Map => {
            let keys =
                [before, after].into_iter().flatten().filter_map(Value::as_mapping).flat_map(|m| m.keys());
            let keys: BTreeSet<&Name> = keys.collect();
            keys.into_iter()
                .map(|key| (Some(key.clone()), child(before, key), child(after, key), None))
                .collect()
        }
    }
}
