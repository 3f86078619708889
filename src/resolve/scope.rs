//! What an expression may refer to, by where it stands.

use crate::Functions;
use crate::program::{Names, Settings};
use std::collections::BTreeMap;
use trueup_diag::Sources;

/// What an expression may refer to besides the declarations of its module.
#[derive(Clone, Copy, Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is a first word of references")]
pub struct Scope {
    /// `count.index`
    pub count: bool,
    /// `each.key` and `each.value`
    pub each: bool,
    /// It is a `count` or `for_each` itself.
    pub repetition: bool,
    /// `self`
    pub itself: bool,
    /// `output.x`: in test files.
    pub outputs: bool,
    /// The resource whose arguments these are: they may not refer to it. Slot in [`crate::Module::resources`].
    pub owner: Option<u32>,
    /// The local value that it is: it may not refer to itself. Slot in [`crate::Module::locals`].
    pub local: Option<u32>,
    /// The check block it stands in, whose own data source it may refer to. Slot in [`crate::Module::checks`].
    pub check: Option<u32>,
}

/// What the names in an expression are looked up in.
#[derive(Clone, Copy)]
pub(crate) enum World<'a> {
    /// The declarations of a module.
    Module(&'a ModuleWorld<'a>),
    /// A template that gets its names from a function call: they are symbols.
    Template(&'a dyn Functions),
    /// Nothing: only constants. In JSON, whose texts these are, strings of constants are no templates.
    Constant(Option<&'a Sources>),
}

/// The declarations of a module.
pub(crate) struct ModuleWorld<'a> {
    pub(crate) names: &'a Names,
    pub(crate) settings: &'a Settings,
    pub(crate) functions: &'a dyn Functions,
    /// Data sources that only one check block may refer to, with the slot of that block.
    pub(crate) scoped: &'a BTreeMap<u32, u32>,
    /// How each resource repeats, by slot.
    pub(crate) repeats: &'a [Repeats],
}

/// How a block repeats, as far as references to it must know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Repeats {
    /// There is one instance without a key.
    No,
    /// `count`
    Count,
    /// `for_each`
    ForEach,
}
