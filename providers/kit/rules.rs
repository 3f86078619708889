//! What a resource's schema file says beyond the plugin protocol: defaults, what can't be changed in place, and when
//! texts mean the same.

use crate::Meaning;
use trueup_value::Value;

/// Rules of the attributes and blocks of one block, by name.
#[derive(Clone, Debug, Default)]
pub struct Rules {
    rules: Vec<(Box<str>, Rule)>,
}

/// What holds for one attribute or block.
#[derive(Clone, Debug, Default)]
pub struct Rule {
    /// It can't be changed in place.
    pub force_new: bool,
    /// What it is when the configuration doesn't say.
    pub default: Option<Value>,
    /// A block that the provider fills in when none is written.
    pub computed_block: bool,
    /// Computed in name only: the cloud doesn't decide it, and unset it is empty.
    pub is_configured: bool,
    /// When two texts of it mean the same, other than by their letters.
    pub meaning: Option<Meaning>,
    /// What the cloud tells of it where nothing was said; the two mean the same.
    pub unset: Option<Value>,
    /// Rules of what stands inside a block.
    pub inside: Rules,
}

impl Rule {
    fn is_empty(&self) -> bool {
        let says_nothing = !self.force_new && self.default.is_none() && !self.computed_block;
        let means_itself = self.meaning.is_none() && self.unset.is_none();
        says_nothing && means_itself && !self.is_configured && self.inside.rules.is_empty()
    }
}

impl Rules {
    /// Adds one unless it says nothing.
    pub fn add(&mut self, name: &str, rule: Rule) {
        if !rule.is_empty() {
            self.rules.push((name.into(), rule));
        }
    }

    /// The rule of an attribute or block.
    pub fn get(&self, name: &str) -> Option<&Rule> {
        self.rules.iter().find(|(of, _)| **of == *name).map(|(_, rule)| rule)
    }

    /// Whether an attribute or block can't be changed in place.
    pub fn is_force_new(&self, name: &str) -> bool {
        self.get(name).is_some_and(|rule| rule.force_new)
    }

    /// All of them in the order of the schema.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Rule)> {
        self.rules.iter().map(|(name, rule)| (&**name, rule))
    }

    /// Whether something here or further inside can't be changed in place.
    pub fn has_force_new(&self) -> bool {
        self.rules.iter().any(|(_, rule)| rule.force_new || rule.inside.has_force_new())
    }

    /// Whether plans go beyond the configuration: the protocol allows defaults of attributes that aren't computed, and
    /// blocks that the provider fills in, only to providers that declare themselves legacy.
    pub fn go_beyond(&self) -> bool {
        self.rules
            .iter()
            .any(|(_, rule)| rule.default.is_some() || rule.computed_block || rule.inside.go_beyond())
    }
}
