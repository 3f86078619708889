//! What the cases leave out: for each type the attributes that no update changes in place, that no replace replaces by,
//! and that nobody tampers with.

use crate::{Case, Stand};
use serde_json::Value as Json;
use std::collections::BTreeSet;
use std::fmt::Write;
use trueup_provider_kit::{Rules, SchemaFile};
use trueup_schema::Block;
use trueup_value::Type;

/// Where a cloud's schemas are, and what is the same for all of its types.
#[derive(Clone, Copy, Debug)]
pub struct Coverage {
    /// The folder of the schema files, one `KIND.json` for each type.
    pub folder: &'static str,
    /// Attributes that are tested in the kit or with one type: identifiers, all tags with the default ones, how long
    /// things may take.
    pub everywhere: &'static [&'static str],
}

/// Attribute paths, in order.
type Paths = BTreeSet<String>;

/// What to do with a type's attributes, and which of them.
#[derive(Default)]
struct Tasks {
    update: Paths,
    replace: Paths,
    tamper: Paths,
}

impl Coverage {
    /// Panics where cases leave an attribute out.
    pub fn assert_complete<S: Stand>(&self, cases: &[&Case]) {
        let mut report = String::new();
        let provider = S::provider("");
        for kind in provider.schema().resources.keys() {
            let of_kind: Vec<&Case> = cases.iter().copied().filter(|case| case.kind == &**kind).collect();
            let left = self.left_out(kind, &of_kind);
            for (task, left) in [("update", left.update), ("replace", left.replace), ("tamper", left.tamper)]
            {
                if !left.is_empty() {
                    let names: Vec<&str> = left.iter().map(String::as_str).collect();
                    let _ = writeln!(report, "{kind} {task}: in none: {}", names.join(" "));
                }
            }
        }
        assert!(
            report.is_empty(),
            "cases are incomplete. update: let an update change these in place; replace: let a replace change these; \
             tamper: change these behind the provider's back. What can't be shown is `excused` in the case, with the \
             reason.\n{report}"
        );
    }

    /// Panics where an excuse names no attribute, or gives no reason.
    pub fn assert_excused_with_reasons(&self, cases: &[&Case]) {
        for case in cases {
            let file = self.schema(case.kind);
            let mut all = Tasks::default();
            self.slots(&file.schema.block, &file.rules, ("", false), &mut all);
            let paths: Paths = [all.update, all.replace, all.tamper].into_iter().flatten().collect();
            for (path, reason) in case.excused {
                let is_there = paths.iter().any(|of| is_at_or_below(of, path));
                assert!(is_there, "{}: {path} is excused and is no attribute to be covered", case.kind);
                assert!(reason.len() > 10, "{}: {path} is excused without a reason", case.kind);
            }
        }
    }

    fn text(&self, kind: &str) -> String {
        let path = format!("{}/{kind}.json", self.folder);
        std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{path}: {e}"))
    }

    /// What the type refuses where a configuration sets it: there is nothing to be shown of it.
    fn refused(&self, kind: &str) -> Vec<String> {
        let file: Json = serde_json::from_str(&self.text(kind)).unwrap_or_else(|e| panic!("{kind}: {e}"));
        let names = file["page"]["refused"].as_array().into_iter().flatten();
        names.filter_map(Json::as_str).map(str::to_owned).collect()
    }

    fn schema(&self, kind: &str) -> SchemaFile {
        let text = self.text(kind);
        // What texts mean doesn't matter here: any meaning will do.
        let text = text.replace(r#""meaning":"#, r#""is_told_apart_by":"#);
        SchemaFile::parse(&text, &[]).unwrap_or_else(|e| panic!("{kind}: {e}"))
    }

    /// What no case of a type does.
    fn left_out(&self, kind: &str, cases: &[&Case]) -> Tasks {
        let file = self.schema(kind);
        let mut tasks = Tasks::default();
        self.slots(&file.schema.block, &file.rules, ("", false), &mut tasks);
        let refused = self.refused(kind);
        for paths in [&mut tasks.update, &mut tasks.replace, &mut tasks.tamper] {
            paths.retain(|path| !refused.iter().any(|name| is_at_or_below(path, name)));
        }
        for case in cases {
            let is_excused = |path: &String| case.excused.iter().any(|(name, _)| is_at_or_below(path, name));
            for paths in [&mut tasks.update, &mut tasks.replace, &mut tasks.tamper] {
                paths.retain(|path| !is_excused(path));
            }
            let mut config = case.create;
            for update in case.updates {
                let touched = touched(config, update);
                tasks.update.retain(|path| !touched.iter().any(|of| is_at_or_below(of, path)));
                config = update;
            }
            for (replace, attribute) in case.replaces {
                let touched = touched(config, replace);
                let is_done = |path: &String| {
                    is_at_or_below(path, attribute) && touched.iter().any(|of| is_at_or_below(of, path))
                };
                tasks.replace.retain(|path| !is_done(path));
            }
            tasks.tamper.retain(|path| case.tampers.iter().all(|(_, attribute)| attribute != path));
        }
        tasks
    }

    /// Sorts the attributes that can be configured by what is to be shown of them. Of blocks and objects the parts are to
    /// be updated and replaced by, and the whole is to be tampered with.
    fn slots(&self, block: &Block, rules: &Rules, (prefix, is_fixed): (&str, bool), out: &mut Tasks) {
        for (name, attribute) in &block.attributes {
            let is_ours = attribute.required || attribute.optional;
            if !is_ours || self.everywhere.contains(&&**name) {
                continue;
            }
            let is_fixed = is_fixed || rules.is_force_new(name);
            leaves(&format!("{prefix}{name}"), &attribute.value_type(), is_fixed, out);
        }
        for (name, nested) in block.blocks.iter().filter(|(name, _)| !self.everywhere.contains(&&***name)) {
            let none = Rules::default();
            let inside = rules.get(name).map_or(&none, |rule| &rule.inside);
            let is_fixed = is_fixed || rules.is_force_new(name);
            self.slots(&nested.block, inside, (&format!("{prefix}{name}."), is_fixed), out);
        }
    }
}

fn leaves(path: &str, ty: &Type, is_fixed: bool, out: &mut Tasks) {
    if let Some(Type::Object(ty)) = ty.element() {
        for (name, ty) in &ty.attributes {
            leaves(&format!("{path}.{name}"), ty, is_fixed, out);
        }
    } else if is_fixed {
        out.replace.insert(path.to_owned());
    } else {
        out.update.insert(path.to_owned());
        let top = path.split('.').next().expect("a path has a first part");
        out.tamper.insert(top.to_owned());
    }
}

/// The paths in which two configurations differ.
fn touched(one: &str, other: &str) -> Paths {
    let parse = |text: &str| -> Json { serde_json::from_str(text).unwrap_or_else(|e| panic!("{text}: {e}")) };
    let mut out = Paths::new();
    compare("", &parse(one), &parse(other), &mut out);
    out
}

fn compare(path: &str, one: &Json, other: &Json, out: &mut Paths) {
    let is_object = |json: &Json| json.is_object() || json.is_null();
    let holds_objects = |json: &Json| {
        json.is_null() || json.as_array().is_some_and(|items| items.iter().all(Json::is_object))
    };
    if one == other {
        return;
    }
    if is_object(one) && is_object(other) {
        let names = [one, other].into_iter().filter_map(Json::as_object).flat_map(|object| object.keys());
        for name in names.collect::<BTreeSet<_>>() {
            let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
            compare(&path, &one[name.as_str()], &other[name.as_str()], out);
        }
    } else if holds_objects(one) && holds_objects(other) {
        let count = |json: &Json| json.as_array().map_or(0, Vec::len);
        for index in 0..count(one).max(count(other)) {
            compare(
                path,
                one.get(index).unwrap_or(&Json::Null),
                other.get(index).unwrap_or(&Json::Null),
                out,
            );
        }
    } else {
        out.insert(path.to_owned());
    }
}

fn is_at_or_below(path: &str, top: &str) -> bool {
    path.strip_prefix(top).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}
