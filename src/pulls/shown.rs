//! What a comment showed, as it stands in the comment's mark.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;

const VERSION: u32 = 2;

/// What was planned for a pull request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shown {
    /// The last commit of what the pull request brings.
    pub commit: String,
    /// The branch that it goes into.
    pub base: String,
    /// Where the whole can be read.
    pub link: Option<String>,
    /// The names of the stacks that it takes away.
    pub gone: Vec<String>,
    /// The stacks that it touches, by name.
    pub stacks: BTreeMap<String, ShownStack>,
}

/// What was planned for a stack.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShownStack {
    /// The state's serial.
    pub serial: u64,
    /// Which state it is: some digits that follow from its lineage, which is told to nobody. Empty for one that nothing was
    /// written of yet.
    pub state: String,
    /// The fingerprint of the plan and its configuration; None where it couldn't be planned.
    pub plan: Option<String>,
    /// Whether there is something to apply.
    pub changes: bool,
}

/// The mark of a comment that isn't one of this program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShownError(
    /// Why not.
    pub String,
);

/// Short names, for comments are limited: 200 stacks have to fit.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Wire {
    v: u32,
    commit: String,
    base: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    link: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    gone: Vec<String>,
    stacks: BTreeMap<String, StackWire>,
}

/// Serial, state, plan, changes.
#[derive(Serialize, Deserialize)]
struct StackWire(u64, String, Option<String>, bool);

impl Shown {
    /// As JSON.
    pub fn write(&self) -> String {
        let stack =
            |one: &ShownStack| StackWire(one.serial, one.state.clone(), one.plan.clone(), one.changes);
        let stacks = self.stacks.iter().map(|(name, one)| (name.clone(), stack(one))).collect();
        let wire = Wire {
            v: VERSION,
            commit: self.commit.clone(),
            base: self.base.clone(),
            link: self.link.clone(),
            gone: self.gone.clone(),
            stacks,
        };
        serde_json::to_string(&wire).expect("texts and numbers make JSON")
    }

    /// From JSON.
    ///
    /// # Errors
    /// It isn't what [`Shown::write`] gives.
    pub fn read(text: &str) -> Result<Shown, ShownError> {
        let wire: Wire = serde_json::from_str(text).map_err(|error| ShownError(error.to_string()))?;
        if wire.v != VERSION {
            return Err(ShownError(format!("it is of version {}, and this program reads {VERSION}", wire.v)));
        }
        let stack = |StackWire(serial, state, plan, changes)| ShownStack { serial, state, plan, changes };
        let Wire { commit, base, link, gone, stacks, .. } = wire;
        let stacks = stacks.into_iter().map(|(name, one)| (name, stack(one))).collect();
        Ok(Shown { commit, base, link, gone, stacks })
    }
}

impl ShownStack {
    /// What is kept of a state by its lineage and serial.
    pub fn state_of(lineage: &str, serial: u64) -> String {
        if serial == 0 {
            return String::new();
        }
        Sha256::digest(lineage).iter().take(4).map(|byte| format!("{byte:02x}")).collect()
    }
}
