//! What becomes of a node, in a class of its own and in words.

use std::collections::BTreeMap;
use trueup_diff::Action;
use trueup_engine::DrawnNode;

/// The class of a node's colours: that of its gravest action.
pub(super) fn class(node: &DrawnNode) -> Option<&'static str> {
    let gravity = |action: &Action| match action {
        Action::NoOp => 0,
        Action::Read => 1,
        Action::Create => 2,
        Action::Update => 3,
        Action::Forget => 4,
        Action::DeleteThenCreate | Action::CreateThenDelete => 5,
        Action::Delete => 6,
    };
    node.instances.values().copied().max_by_key(gravity).map(word)
}

/// An action in a word.
pub(super) fn word(action: Action) -> &'static str {
    match action {
        Action::NoOp => "unchanged",
        Action::Read => "read",
        Action::Create => "create",
        Action::Update => "update",
        Action::Forget => "forget",
        Action::DeleteThenCreate | Action::CreateThenDelete => "replace",
        Action::Delete => "destroy",
    }
}

/// The classes with the sign that stands for each, in plans too.
pub(super) const SIGNS: [(&str, &str); 7] = [
    ("create", "+"),
    ("update", "~"),
    ("replace", "±"),
    ("destroy", "-"),
    ("forget", "."),
    ("read", "≤"),
    ("unchanged", "="),
];

/// `+ create`, or `+2 create ~1 update`; nothing without a plan.
pub(super) fn summary(node: &DrawnNode) -> String {
    let mut counts: BTreeMap<usize, usize> = BTreeMap::new();
    for action in node.instances.values() {
        let word = word(*action);
        if let Some(index) = SIGNS.iter().position(|(name, _)| *name == word) {
            *counts.entry(index).or_default() += 1;
        }
    }
    let one = node.instances.len() == 1;
    let parts = counts.into_iter().map(|(index, count)| {
        let (word, sign) = SIGNS[index];
        if one { format!("{sign} {word}") } else { format!("{sign}{count} {word}") }
    });
    parts.collect::<Vec<_>>().join("  ")
}
