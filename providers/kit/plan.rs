//! The plan logic that all types share: defaults, computed attributes, what forces a replacement.

#[cfg(test)]
#[path = "plan_tests.rs"]
mod tests;

use crate::notes::{self, LEFT};
use crate::{Entry, Fields, Object, Resource, Rule, Rules, TagPolicy};
use trueup_diag::{Diagnostic, Diagnostics};
use trueup_provider::{PlanAnswer, PlanRequest};
use trueup_schema::{Attribute, Block, NestedBlock, Nesting};
use trueup_value::{Kind, Name, Path, PathStep, Type, Value};

/// A plan in the making, as a resource's own plan code sees it.
#[derive(Debug)]
pub struct Planning<'a> {
    /// The object as it is; None when it is to be created.
    pub prior: Option<&'a Object>,
    /// The configuration alone.
    pub config: &'a Object,
    /// The object after apply.
    pub planned: Object,
    replace: Vec<Path>,
    diagnostics: Diagnostics,
}

impl Planning<'_> {
    /// Whether an existing object's attribute would change.
    pub fn changes(&self, name: &str) -> bool {
        self.prior.is_some_and(|prior| prior.differs(&self.planned, name))
    }

    /// Whether one of the attributes of an existing object would change.
    pub fn changes_any(&self, names: &[&str]) -> bool {
        names.iter().any(|name| self.changes(name))
    }

    /// Says that a change of this attribute can't be made in place.
    pub fn replace(&mut self, name: &str) {
        self.replace.push(attribute(name));
    }

    /// Says that only the apply will tell these, where the configuration doesn't.
    pub fn unsettle(&mut self, names: &[&str]) {
        for name in names {
            if !self.config.is_set(name) {
                self.planned.put_unknown(name);
            }
        }
    }

    /// Refuses the plan.
    pub fn refuse(&mut self, diagnostic: Diagnostic) {
        self.diagnostics.push(diagnostic);
    }
}

/// Where objects of a provider configuration stand and what tags they get.
pub(crate) struct Surroundings<'a> {
    pub(crate) region: Option<&'a str>,
    pub(crate) tags: &'a TagPolicy,
    /// What else the provider block adds.
    pub(crate) adjust: &'a (dyn Fn(&mut Planning<'_>) + Sync),
}

/// Plans one object.
pub(crate) fn plan<S: Send + Sync>(
    entry: &Entry<dyn Resource<S>>,
    around: &Surroundings<'_>,
    request: PlanRequest,
) -> PlanAnswer {
    let PlanRequest { prior, proposed, config, private, .. } = request;
    let mut answer = PlanAnswer {
        planned: proposed.clone(),
        requires_replace: Vec::new(),
        private,
        diagnostics: Diagnostics::new(),
        legacy: entry.is_legacy(),
    };
    let (Some(planned), Some(config)) = (entry.object(&proposed), entry.object(&config)) else {
        return answer;
    };
    let before = entry.object(&prior);
    let planned = fill(entry, before.as_ref(), &config, planned);
    let mut planning = Planning {
        prior: before.as_ref(),
        config: &config,
        planned,
        replace: Vec::new(),
        diagnostics: Diagnostics::new(),
    };
    place(&mut planning, around.region);
    tag(&mut planning, around.tags);
    tag_blocks(&entry.schema.block, &mut planning, around.tags);
    (around.adjust)(&mut planning);
    entry.code.plan(&mut planning);
    let mut replace = planning.replace;
    if let Some(before) = &before {
        replacements(&entry.rules, before, (&config, &planning.planned), &mut replace);
        replace.dedup();
        answer.requires_replace = replace;
    }
    let mut noted = planning.planned.noted(&answer.private);
    let left = entry.code.costly().iter().filter(|name| config.field(name).is_some_and(Value::is_null));
    let left: Vec<&str> = left.copied().collect();
    noted.put_note(LEFT, (!left.is_empty()).then(|| left.join(" ")));
    answer.private = notes::write(&answer.private, noted.notes());
    answer.planned = noted.value();
    answer.diagnostics = planning.diagnostics;
    answer
}

/// The region is the provider's own where the configuration names none.
fn place(planning: &mut Planning<'_>, region: Option<&str>) {
    if !planning.planned.has("region") || !planning.config.field("region").is_some_and(Value::is_null) {
        return;
    }
    match (region, planning.prior) {
        (Some(region), Some(prior)) if !prior.is_set("region") || prior.text("region") == Some(region) => {
            planning.planned.put("region", prior.field("region").cloned().unwrap_or_else(|| region.into()));
        }
        (Some(region), _) => planning.planned.put_text("region", Some(region)),
        (None, Some(_)) => {}
        (None, None) => planning.planned.put_unknown("region"),
    }
}

fn tag(planning: &mut Planning<'_>, policy: &TagPolicy) {
    let Some(own) = planning.planned.field("tags").filter(|_| planning.planned.has("tags_all")) else {
        return;
    };
    let all = policy.planned_all(own);
    let before = planning.prior.and_then(|prior| prior.field("tags_all"));
    match before.filter(|before| is_same(before, &all)) {
        Some(before) => planning.planned.put("tags_all", before.clone()),
        None => planning.planned.put("tags_all", all),
    }
}

/// Blocks of things that have tags of their own, such as the volumes of a machine, get the default tags too.
fn tag_blocks(block: &Block, planning: &mut Planning<'_>, policy: &TagPolicy) {
    let is_tagged = |nested: &NestedBlock| {
        ["tags", "tags_all"].iter().all(|name| nested.block.attributes.contains_key(*name))
    };
    for (name, nested) in block.blocks.iter().filter(|(_, nested)| is_tagged(nested)) {
        if planning.config.items(name).is_empty() {
            continue;
        }
        let ty = planning.planned.type_of(name).clone();
        let items = planning.planned.items(name).iter().map(|item| tagged_item(item, policy));
        let element = ty.element().cloned().unwrap_or(Type::Dynamic);
        let filled = match nested.nesting {
            Nesting::Set => Value::set(element, items),
            _ => Value::list(element, items),
        };
        planning.planned.put(name, filled);
    }
}

fn tagged_item(item: &Value, policy: &TagPolicy) -> Value {
    let (Some(fields), Some(own), Some(before)) = (item.as_mapping(), item.get("tags"), item.get("tags_all"))
    else {
        return item.clone();
    };
    let all = policy.planned_all(own);
    let all = if is_zero(&all) { Value::null(all.ty()) } else { all };
    let all = if before.is_known() && is_same(before, &all) { before.clone() } else { all };
    let part = |(name, value): (&Name, &Value)| {
        (name.clone(), if &**name == "tags_all" { all.clone() } else { value.clone() })
    };
    Value::object(fields.iter().map(part))
}

/// The planned object: defaults where nothing is said, unknown where only the cloud can say.
fn fill<S>(
    entry: &Entry<dyn Resource<S>>,
    prior: Option<&Object>,
    config: &Object,
    mut planned: Object,
) -> Object
where
    S: Send + Sync,
{
    let Block { attributes, blocks, .. } = &entry.schema.block;
    let filling = Filling { is_legacy: entry.is_legacy() };
    for (name, attribute) in attributes {
        let before = prior.and_then(|prior| prior.field(name));
        let wanted = config.field(name).expect("a configuration has all attributes");
        planned.put(name, filling.attribute(attribute, entry.rules.get(name), before, wanted));
    }
    for (name, nested) in blocks {
        let none = Rule::default();
        let rule = entry.rules.get(name).unwrap_or(&none);
        let before = prior.and_then(|prior| prior.field(name));
        let wanted = config.field(name).expect("a configuration has all blocks");
        planned.put(name, filling.blocks(nested, rule, before, wanted));
    }
    planned
}

/// How what a configuration gives becomes what is planned.
#[derive(Clone, Copy)]
struct Filling {
    /// Plans may leave null where the configuration gives a zero value: the protocol allows it to legacy providers.
    is_legacy: bool,
}

impl Filling {
    fn attribute(
        self,
        attribute: &Attribute,
        rule: Option<&Rule>,
        before: Option<&Value>,
        wanted: &Value,
    ) -> Value {
        let default = rule.and_then(|rule| rule.default.as_ref());
        let is_computed = attribute.computed && !rule.is_some_and(|rule| rule.is_configured);
        let means_same = |one: &Value, other: &Value| rule.is_some_and(|rule| rule.means_same(one, other));
        if wanted.is_null() {
            return match (default, before) {
                (Some(default), Some(before)) if is_same(before, default) => before.clone(),
                (Some(default), _) => default.clone(),
                (None, Some(before)) if is_computed || is_zero(before) => before.clone(),
                (None, Some(before)) if self.is_legacy && means_same(before, wanted) => before.clone(),
                (None, None) if is_computed => Value::unknown(wanted.ty()),
                (None, _) => wanted.clone(),
            };
        }
        match before {
            Some(before) if !self.is_legacy && before.is_null() => wanted.clone(),
            Some(before) if is_same(before, wanted) || means_same(before, wanted) => before.clone(),
            _ => wanted.clone(),
        }
    }

    fn blocks(self, nested: &NestedBlock, rule: &Rule, before: Option<&Value>, wanted: &Value) -> Value {
        let Some(items) = wanted.as_sequence() else { return wanted.clone() };
        if items.is_empty() && rule.computed_block {
            return before.cloned().unwrap_or_else(|| Value::unknown(wanted.ty()));
        }
        let old = before.and_then(Value::as_sequence).unwrap_or_default();
        let before: Vec<Option<&Value>> = match nested.nesting {
            Nesting::Set => self.pairs(&nested.block, &rule.inside, old, items),
            _ => (0..items.len()).map(|index| old.get(index)).collect(),
        };
        let pairs = items.iter().zip(before);
        let filled = pairs.map(|(item, before)| self.item(&nested.block, &rule.inside, before, item));
        let element = wanted.ty().element().cloned().unwrap_or(Type::Dynamic);
        match nested.nesting {
            Nesting::Set => Value::set(element, filled),
            _ => Value::list(element, filled),
        }
    }

    fn item(self, block: &Block, rules: &Rules, before: Option<&Value>, wanted: &Value) -> Value {
        let Some(fields) = wanted.as_mapping() else { return wanted.clone() };
        let fill = |(name, wanted): (&Name, &Value)| {
            let rule = rules.get(name);
            let before = before.and_then(|before| before.get(name));
            let value = match (block.attributes.get(name), block.blocks.get(name)) {
                (Some(attribute), _) => self.attribute(attribute, rule, before, wanted),
                (None, Some(nested)) => self.blocks(nested, rule.unwrap_or(&Rule::default()), before, wanted),
                (None, None) => wanted.clone(),
            };
            (name.clone(), value)
        };
        Value::object(fields.iter().map(fill))
    }

    /// The existing element of a set of blocks that each wanted one goes on from: one that is just so, or else one that
    /// can be changed into it in place.
    fn pairs<'a>(
        self,
        block: &Block,
        rules: &Rules,
        old: &'a [Value],
        wanted: &[Value],
    ) -> Vec<Option<&'a Value>> {
        let mut left: Vec<&Value> = old.iter().collect();
        let mut found: Vec<Option<&Value>> = vec![None; wanted.len()];
        let is_fixed = |name: &str| rules.is_force_new(name);
        let rounds: [&dyn Fn(&str) -> bool; 2] = [&|_| true, &is_fixed];
        let rounds = if rules.has_force_new() { &rounds[..] } else { &rounds[..1] };
        for looks_at in rounds {
            for (item, found) in wanted.iter().zip(&mut found).filter(|(_, found)| found.is_none()) {
                let position =
                    left.iter().position(|before| self.matches((block, rules), before, item, looks_at));
                *found = position.map(|position| left.remove(position));
            }
        }
        found
    }

    /// Whether an existing element is what the configuration's element asks for, in the attributes that `looks_at`.
    fn matches(
        self,
        (block, rules): (&Block, &Rules),
        before: &Value,
        wanted: &Value,
        looks_at: &dyn Fn(&str) -> bool,
    ) -> bool {
        let Some(fields) = wanted.as_mapping() else { return false };
        fields.iter().filter(|(name, _)| looks_at(name)).all(|(name, wanted)| {
            let Some(before) = before.get(name) else { return false };
            match block.attributes.get(name) {
                Some(attribute) => {
                    is_same(before, &self.attribute(attribute, rules.get(name), Some(before), wanted))
                }
                None => is_same(before, wanted),
            }
        })
    }
}

/// Finds the attributes that differ and can't be changed in place.
fn replacements(rules: &Rules, before: &Object, (config, planned): (&Object, &Object), out: &mut Vec<Path>) {
    for (name, rule) in rules.iter() {
        let (Some(old), Some(new)) = (before.field(name), planned.field(name)) else { continue };
        // What the configuration leaves to the cloud doesn't ask for another object by being told anew.
        let is_told = !new.is_known() && config.field(name).is_some_and(Value::is_null);
        if old == new || is_told || rule.means_same(old, new) {
            continue;
        }
        if rule.force_new {
            out.push(attribute(name));
        } else if let (Type::List(_), Some(_)) = (old.ty(), new.as_sequence()) {
            list_replacements(name, &rule.inside, [old, new], out);
        } else if rule.inside.has_force_new() && projected(&rule.inside, old) != projected(&rule.inside, new)
        {
            out.push(attribute(name));
        }
    }
}

fn list_replacements(name: &str, rules: &Rules, [old, new]: [&Value; 2], out: &mut Vec<Path>) {
    let (old, new) = (old.as_sequence().unwrap_or_default(), new.as_sequence().unwrap_or_default());
    for (inner, rule) in rules.iter().filter(|(_, rule)| rule.force_new) {
        for index in 0..old.len().max(new.len()) {
            let at = |items: &[Value]| items.get(index).and_then(|item| item.get(inner)).cloned();
            let (before, planned) = (at(old), at(new));
            let same = match (&before, &planned) {
                (Some(before), Some(planned)) => is_same(before, planned) || rule.means_same(before, planned),
                (Some(one), None) | (None, Some(one)) => is_zero(one),
                (None, None) => true,
            };
            if !same {
                let index = i64::try_from(index).expect("blocks are few");
                let steps = [Value::from(index)].map(PathStep::Index);
                let mut path = attribute(name);
                path.0.extend(steps);
                path.0.push(PathStep::Attribute(inner.into()));
                out.push(path);
            }
        }
    }
}

/// The parts of a set's elements that can't be changed in place.
fn projected(rules: &Rules, value: &Value) -> Vec<Vec<Value>> {
    let part = |item: &Value| {
        rules.iter().filter(|(_, rule)| rule.force_new).filter_map(|(n, _)| item.get(n).cloned()).collect()
    };
    value.as_sequence().unwrap_or_default().iter().map(part).collect()
}

fn attribute(name: &str) -> Path {
    Path(vec![PathStep::Attribute(name.into())])
}

/// Null, false, 0, the empty string, and collections with nothing in them.
pub(crate) fn is_zero(value: &Value) -> bool {
    match value.kind() {
        Kind::Null(_) => true,
        Kind::Bool(flag) => !flag,
        Kind::Number(number) => number.to_i64() == Some(0),
        Kind::String(text) => text.is_empty(),
        Kind::List(items) | Kind::Set(items) => items.items.is_empty(),
        Kind::Map(map) => map.1.is_empty(),
        _ => false,
    }
}

/// Whether two values mean the same to a cloud: null and the zero value of a type do.
pub(crate) fn is_same(one: &Value, other: &Value) -> bool {
    one == other || (is_zero(one) && is_zero(other))
}
