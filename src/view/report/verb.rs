//! What becomes of an object, with the words, symbols and weight that every format gives it.

use super::Level;
use trueup_diff::Action;
use trueup_engine::DriftKind;

/// What becomes, or became, of an object; gravest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verb {
    /// It will be destroyed.
    Destroy,
    /// It will be destroyed and made anew.
    Replace,
    /// It is gone, and nobody who goes by Git did it.
    Vanished,
    /// It was changed, and nobody who goes by Git did it.
    Changed,
    /// It will no longer be managed.
    Forget,
    /// It will be changed in place.
    Update,
    /// It will be made.
    Create,
    /// It will be taken in.
    Import,
    /// It stands at another address from now on.
    Move,
    /// A data source will be read.
    Read,
    /// Git says something of it that was never applied.
    Unapplied,
    /// It differs where Git leaves it to the cloud.
    Unmanaged,
}

/// What is said of a verb.
struct Words {
    word: &'static str,
    symbol: &'static str,
    rule: &'static str,
    level: Level,
    about: &'static str,
}

impl Verb {
    /// All of them, gravest first.
    pub const ALL: [Verb; 12] = [
        Verb::Destroy,
        Verb::Replace,
        Verb::Vanished,
        Verb::Changed,
        Verb::Forget,
        Verb::Update,
        Verb::Create,
        Verb::Import,
        Verb::Move,
        Verb::Read,
        Verb::Unapplied,
        Verb::Unmanaged,
    ];

    fn words(self) -> Words {
        let words = |word, symbol, rule, level, about| Words { word, symbol, rule, level, about };
        match self {
            Verb::Destroy => {
                words("destroy", "-", "plan/destroy", Level::Warning, "An object will be destroyed.")
            }
            Verb::Replace => words(
                "replace",
                "±",
                "plan/replace",
                Level::Warning,
                "An object will be destroyed and made anew.",
            ),
            Verb::Vanished => words(
                "vanished",
                "-",
                "drift/vanished",
                Level::Error,
                "An object that Git manages was deleted by something else.",
            ),
            Verb::Changed => words(
                "changed",
                "~",
                "drift/changed",
                Level::Error,
                "An object that Git manages was changed by something else.",
            ),
            Verb::Forget => words(
                "forget",
                ".",
                "plan/forget",
                Level::Note,
                "An object will no longer be managed, and stays as it is.",
            ),
            Verb::Update => {
                words("update", "~", "plan/update", Level::Note, "An object will be changed in place.")
            }
            Verb::Create => words("create", "+", "plan/create", Level::Note, "An object will be made."),
            Verb::Import => {
                words("import", "+", "plan/import", Level::Note, "An object that is there will be managed.")
            }
            Verb::Move => {
                words("move", ">", "plan/move", Level::Note, "An object will stand at another address.")
            }
            Verb::Read => {
                words("read", "≤", "plan/read", Level::Note, "A data source will be read during apply.")
            }
            Verb::Unapplied => words(
                "not applied",
                "?",
                "drift/unapplied",
                Level::Warning,
                "Git says something of an object that was never applied.",
            ),
            Verb::Unmanaged => words(
                "unmanaged",
                "=",
                "drift/unmanaged",
                Level::Note,
                "An object differs only where Git leaves it to the cloud or says the same.",
            ),
        }
    }

    /// A word, as in a table.
    pub fn word(self) -> &'static str {
        self.words().word
    }

    /// A character that stands for it.
    pub fn symbol(self) -> &'static str {
        self.words().symbol
    }

    /// The name that programs know it by; it stays the same from version to version.
    pub fn rule(self) -> &'static str {
        self.words().rule
    }

    /// How grave it is.
    pub fn level(self) -> Level {
        self.words().level
    }

    /// What it means, in a sentence.
    pub fn about(self) -> &'static str {
        self.words().about
    }

    /// Something is lost by it.
    pub fn is_loud(self) -> bool {
        matches!(self, Verb::Destroy | Verb::Replace | Verb::Vanished)
    }

    /// What will be done, rather than what was found.
    pub fn is_planned(self) -> bool {
        self.rule().starts_with("plan/")
    }

    pub(super) fn of_action(action: Action) -> Option<Verb> {
        Some(match action {
            Action::NoOp => return None,
            Action::Create => Verb::Create,
            Action::Read => Verb::Read,
            Action::Update => Verb::Update,
            Action::Delete => Verb::Destroy,
            Action::DeleteThenCreate | Action::CreateThenDelete => Verb::Replace,
            Action::Forget => Verb::Forget,
        })
    }

    pub(super) fn of_drift(kind: DriftKind) -> Verb {
        match kind {
            DriftKind::Changed => Verb::Changed,
            DriftKind::Vanished => Verb::Vanished,
            DriftKind::Unmanaged => Verb::Unmanaged,
            DriftKind::Unapplied => Verb::Unapplied,
        }
    }
}
