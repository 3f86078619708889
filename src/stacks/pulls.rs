//! What `trueup.hcl` says of pull requests. It counts as it stands in the base branch: a pull request can't loosen the rules
//! that it is judged by.

use crate::pattern::Pattern;

/// A `pulls` block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PullSettings {
    /// How many people have to approve before it is applied.
    pub approvals: usize,
    /// Whose approvals count, as the forge names them; anybody's who may write where there are none.
    pub owners: Vec<String>,
    /// Whether each stack that has owners needs the approval of one of them.
    pub require_stack_owners: bool,
    /// Whether nothing may stand against merging it.
    pub require_mergeable: bool,
    /// What becomes of pull requests out of other repositories.
    pub forks: Forks,
    /// The branches that pull requests are applied from when they go into them. It counts as it stands in the repository's
    /// default branch, for who opens a pull request chooses its base branch.
    pub branches: Vec<Pattern>,
}

/// Which base branches may be applied from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Branches {
    /// The repository's default branch.
    pub default: String,
    /// Those that `trueup.hcl` in it names.
    pub named: Vec<Pattern>,
}

impl Branches {
    /// Whether a branch is one of them: it is named, or where none is, it is the default branch.
    pub fn include(&self, branch: &str) -> bool {
        if self.named.is_empty() {
            return branch == self.default;
        }
        self.named.iter().any(|pattern| pattern.matches(branch))
    }

    /// As they are written.
    pub fn texts(&self) -> Vec<String> {
        if self.named.is_empty() {
            return vec![self.default.clone()];
        }
        self.named.iter().map(|pattern| pattern.text().to_owned()).collect()
    }
}

/// What becomes of pull requests out of other repositories.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Forks {
    /// They aren't planned: their files could say anything, and a plan reads with whatever credentials the build has.
    Refused,
    /// They are planned with what the build knows: for builds that get no secrets, as those of forks do at most forges.
    /// They aren't applied.
    Planned,
}

impl Default for PullSettings {
    /// Nobody has to approve, but it has to be mergeable; nothing of forks.
    fn default() -> PullSettings {
        PullSettings {
            approvals: 0,
            owners: Vec::new(),
            require_stack_owners: false,
            require_mergeable: true,
            forks: Forks::Refused,
            branches: Vec::new(),
        }
    }
}
