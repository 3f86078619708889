//! What `trueup.hcl` says.

use crate::drift::DriftSettings;
use crate::glob::Glob;
use crate::pulls::PullSettings;
use std::collections::{BTreeMap, BTreeSet};
use trueup_diag::Span;
use trueup_resolve::Expr;
use trueup_value::Name;

/// The whole file. Without a file everything is empty, and stacks are found by looking.
#[derive(Debug, Default)]
pub struct Settings {
    /// Directories that hold stacks; found by looking where there are none and no stack is named.
    pub(crate) include: Vec<Glob>,
    /// Directories that hold none after all.
    pub(crate) exclude: Vec<Glob>,
    /// What holds for the drift of all stacks.
    pub drift: DriftSettings,
    /// What holds for pull requests.
    pub pulls: PullSettings,
    /// Stacks by name.
    pub stacks: BTreeMap<Name, StackSettings>,
}

/// Where a stack's configuration is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// A directory of the repository, with forward slashes; empty for the repository's own.
    Directory(String),
    /// Another repository, as `-from` takes it: `https://host/repository.git//directory?ref=v1`.
    Git(String),
}

/// One `stack` block.
#[derive(Clone, Debug)]
pub struct StackSettings {
    /// Where its configuration is.
    pub place: Place,
    /// The workspace; that of the working directory where none is named.
    pub workspace: Option<String>,
    /// Files of values, relative to the repository.
    pub var_files: Vec<String>,
    /// Words to choose stacks by.
    pub tags: BTreeSet<String>,
    /// Who is asked: teams or people as the forge names them.
    pub owners: Vec<String>,
    /// Stacks that are applied before it, by name.
    pub after: BTreeMap<Name, Span>,
    /// Files besides its own that its plan depends on.
    pub(crate) watch: Vec<Glob>,
    /// Values of variables, which may refer to outputs of other stacks as `stack.NAME.OUTPUT`.
    pub inputs: Vec<Input>,
    /// The same as they are written.
    pub(crate) inputs_text: String,
    /// What holds for its drift besides what holds for that of all; [`crate::Stacks::drift`] has both together.
    pub drift: DriftSettings,
    /// Where it stands.
    pub span: Span,
}

/// A value for a root variable.
#[derive(Clone, Debug)]
pub struct Input {
    /// The variable.
    pub name: Name,
    /// Its value; in symbol slot 0 is an object with the outputs of the other stacks by name.
    pub expr: Expr,
    /// The stacks whose outputs it refers to.
    pub stacks: BTreeSet<Name>,
}

/// A stack of the repository.
#[derive(Clone, Debug)]
pub struct Stack {
    /// Its name: that in `trueup.hcl`, or its directory.
    pub name: Name,
    /// What is said of it; all but the place is empty where nothing is.
    pub settings: StackSettings,
}

impl StackSettings {
    /// Those of a directory that nothing is said of.
    pub(crate) fn of(place: Place, span: Span) -> StackSettings {
        StackSettings {
            place,
            workspace: None,
            var_files: Vec::new(),
            tags: BTreeSet::new(),
            owners: Vec::new(),
            after: BTreeMap::new(),
            watch: Vec::new(),
            inputs: Vec::new(),
            inputs_text: String::new(),
            drift: DriftSettings::default(),
            span,
        }
    }

    /// Whether a plan comes out the same from both.
    pub(crate) fn plans_as(&self, other: &StackSettings) -> bool {
        self.place == other.place
            && self.workspace == other.workspace
            && self.var_files == other.var_files
            && self.inputs_text == other.inputs_text
    }
}

/// Where a stack lies, which it keeps when it gets another name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spot {
    /// Where its configuration is.
    pub place: Place,
    /// The workspace; that of the working directory where none is named.
    pub workspace: Option<String>,
}

impl Spot {
    /// Whether both may be about the same state: a workspace that isn't named may be any.
    pub(crate) fn may_be(&self, other: &Spot) -> bool {
        let workspaces = self.workspace.as_ref().zip(other.workspace.as_ref());
        self.place == other.place && workspaces.is_none_or(|(one, other)| one == other)
    }
}

impl StackSettings {
    /// Where it lies.
    pub(crate) fn spot(&self) -> Spot {
        Spot { place: self.place.clone(), workspace: self.workspace.clone() }
    }
}

impl Stack {
    /// Where it lies.
    pub fn spot(&self) -> Spot {
        self.settings.spot()
    }

    /// Its directory in the repository.
    pub fn directory(&self) -> Option<&str> {
        match &self.settings.place {
            Place::Directory(directory) => Some(directory),
            Place::Git(_) => None,
        }
    }
}
