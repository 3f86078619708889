//! The forges, and in what they differ without being asked.

/// A forge.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// github.com and GitHub Enterprise Server.
    GitHub,
    /// gitlab.com and GitLab at home.
    GitLab,
    /// Gitea and Forgejo, which answer alike.
    Gitea,
    /// Bitbucket Cloud.
    Bitbucket,
    /// Azure DevOps Services and Server.
    AzureDevOps,
}

/// What a forge counts in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// Characters of Unicode.
    Character,
    /// Units of UTF-16: a character outside of the basic plane is two.
    Utf16,
}

impl Unit {
    /// How long a text is.
    pub fn length(self, text: &str) -> usize {
        match self {
            Unit::Character => text.chars().count(),
            Unit::Utf16 => text.encode_utf16().count(),
        }
    }
}

impl Kind {
    /// All of them.
    pub const ALL: [Kind; 5] = [Kind::GitHub, Kind::GitLab, Kind::Gitea, Kind::Bitbucket, Kind::AzureDevOps];

    /// What people call it.
    pub const fn name(self) -> &'static str {
        match self {
            Kind::GitHub => "GitHub",
            Kind::GitLab => "GitLab",
            Kind::Gitea => "Gitea",
            Kind::Bitbucket => "Bitbucket",
            Kind::AzureDevOps => "Azure DevOps",
        }
    }

    /// What settings call it.
    pub const fn word(self) -> &'static str {
        match self {
            Kind::GitHub => "github",
            Kind::GitLab => "gitlab",
            Kind::Gitea => "gitea",
            Kind::Bitbucket => "bitbucket",
            Kind::AzureDevOps => "azure-devops",
        }
    }

    /// The forge of a word in settings.
    pub fn of_word(word: &str) -> Option<Kind> {
        if word == "forgejo" {
            return Some(Kind::Gitea);
        }
        Kind::ALL.into_iter().find(|kind| kind.word() == word)
    }

    /// How long a comment may be at most. Gitea names no limit; it gets that of GitHub, which people can still read.
    pub const fn comment_max(self) -> (usize, Unit) {
        match self {
            Kind::GitHub | Kind::Gitea => (65_536, Unit::Character),
            Kind::GitLab => (1_000_000, Unit::Character),
            Kind::Bitbucket => (32_768, Unit::Character),
            Kind::AzureDevOps => (150_000, Unit::Utf16),
        }
    }

    /// Whether what is folded (`<details>`) is shown so; Bitbucket shows the tags.
    pub const fn folds(self) -> bool {
        !matches!(self, Kind::Bitbucket)
    }

    /// How long the line beside a status may be at most, in characters.
    pub(crate) const fn status_text_max(self) -> usize {
        match self {
            Kind::GitHub => 140,
            _ => 255,
        }
    }
}
