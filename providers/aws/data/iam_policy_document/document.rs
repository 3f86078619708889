//! A policy document with the elements that the language of policies has, and its text: two spaces of indentation,
//! elements in a fixed order, maps by key.

use serde_json::Value as Json;
use std::collections::BTreeMap;

/// A policy document.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Document {
    pub(super) version: String,
    pub(super) id: String,
    pub(super) statements: Vec<Statement>,
}

/// One statement.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Statement {
    pub(super) sid: String,
    pub(super) effect: String,
    /// Of `LISTS`, in that order.
    pub(super) words: [Option<Json>; 4],
    pub(super) principals: Principals,
    pub(super) not_principals: Principals,
    pub(super) conditions: Conditions,
}

const LISTS: [&str; 4] = ["Action", "NotAction", "Resource", "NotResource"];

/// Identifiers by kind of principal, each with whether it is one text rather than a list.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Principals(BTreeMap<String, (Vec<String>, bool)>);

/// Values by operator and variable.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Conditions(BTreeMap<String, BTreeMap<String, Vec<String>>>);

/// JSON that keeps the order of its members.
enum Node {
    Leaf(Json),
    List(Vec<Node>),
    Object(Vec<(String, Node)>),
}

impl Document {
    /// Reads a document; elements that the grammar doesn't have are left behind. The error says why it is none.
    pub(super) fn parse(text: &str) -> Result<Document, String> {
        let json: Json = serde_json::from_str(text).map_err(|e| e.to_string())?;
        let fields = json.as_object().ok_or("it is not a JSON object")?;
        let mut document = Document::default();
        for (name, json) in fields {
            match name.to_ascii_lowercase().as_str() {
                "version" => document.version = word(json, "Version")?,
                "id" => document.id = word(json, "Id")?,
                "statement" => {
                    let statements = json.as_array().map_or(std::slice::from_ref(json), Vec::as_slice);
                    document.statements =
                        statements.iter().map(Statement::parse).collect::<Result<_, _>>()?;
                }
                _ => {}
            }
        }
        Ok(document)
    }

    /// The sids that are given.
    pub(super) fn sids(&self) -> impl Iterator<Item = &str> {
        self.statements.iter().map(|statement| statement.sid.as_str()).filter(|sid| !sid.is_empty())
    }

    /// Takes over another document: its id, its version if later, and its statements, which replace those of the same
    /// sid.
    pub(super) fn merge(&mut self, other: Document) {
        if !other.id.is_empty() {
            self.id = other.id;
        }
        if other.version > self.version {
            self.version = other.version;
        }
        for statement in other.statements {
            let is_it = |known: &&mut Statement| !known.sid.is_empty() && known.sid == statement.sid;
            match self.statements.iter_mut().find(is_it) {
                Some(known) => *known = statement,
                None => self.statements.push(statement),
            }
        }
    }

    /// Over several lines.
    pub(super) fn pretty(&self) -> String {
        let mut out = String::new();
        self.node().write(&mut out, Some(0));
        out
    }

    /// Without white space.
    pub(super) fn minified(&self) -> String {
        let mut out = String::new();
        self.node().write(&mut out, None);
        out
    }

    fn node(&self) -> Node {
        let mut members = texts([("Version", &self.version), ("Id", &self.id)]);
        if !self.statements.is_empty() {
            let statements = self.statements.iter().map(Statement::node).collect();
            members.push(("Statement".into(), Node::List(statements)));
        }
        Node::Object(members)
    }
}

impl Statement {
    fn parse(json: &Json) -> Result<Statement, String> {
        let mut statement = Statement::default();
        let fields = json.as_object().ok_or("a Statement is not a JSON object")?;
        for (name, json) in fields {
            let is_it = |element: &&str| element.eq_ignore_ascii_case(name);
            if let Some(at) = LISTS.iter().position(is_it) {
                statement.words[at] = Some(json.clone()).filter(|json| !json.is_null());
                continue;
            }
            match name.to_ascii_lowercase().as_str() {
                "sid" => statement.sid = word(json, "Sid")?,
                "effect" => statement.effect = word(json, "Effect")?,
                "principal" => statement.principals = Principals::parse(json)?,
                "notprincipal" => statement.not_principals = Principals::parse(json)?,
                "condition" => statement.conditions = Conditions::parse(json)?,
                _ => {}
            }
        }
        Ok(statement)
    }

    /// Sets actions, actions excluded, resources and resources excluded: one is a text, several are a list in falling
    /// order.
    pub(super) fn set_words(&mut self, words: [Vec<String>; 4]) {
        self.words = words.map(|mut words| {
            words.sort_by(|one, other| other.cmp(one));
            match words.len() {
                0 => None,
                1 => words.pop().map(Json::String),
                _ => Some(Json::from(words)),
            }
        });
    }

    fn node(&self) -> Node {
        let mut members = texts([("Sid", &self.sid), ("Effect", &self.effect)]);
        for (name, words) in LISTS.iter().zip(&self.words) {
            members.extend(words.clone().map(|words| ((*name).to_owned(), Node::of(words))));
        }
        let principals = [("Principal", &self.principals), ("NotPrincipal", &self.not_principals)];
        for (name, principals) in principals.into_iter().filter(|(_, principals)| !principals.0.is_empty()) {
            members.push((name.to_owned(), principals.node()));
        }
        if !self.conditions.0.is_empty() {
            members.push(("Condition".to_owned(), self.conditions.node()));
        }
        Node::Object(members)
    }
}

impl Principals {
    fn parse(json: &Json) -> Result<Principals, String> {
        let mut principals = Principals::default();
        match json {
            Json::String(_) => principals.add("*", vec!["*".to_owned()], false),
            Json::Object(kinds) => {
                for (kind, json) in kinds {
                    principals.add(kind, words(json, "Principal")?, json.is_string());
                }
            }
            _ => return Err("a Principal is neither a string nor an object".to_owned()),
        }
        Ok(principals)
    }

    /// Adds identifiers of a kind in falling order; `is_one` says that they are written as one text.
    pub(super) fn add(&mut self, kind: &str, mut identifiers: Vec<String>, is_one: bool) {
        identifiers.sort_by(|one, other| other.cmp(one));
        match self.0.get_mut(kind) {
            Some((known, was_one)) => {
                known.extend(identifiers);
                *was_one = false;
            }
            None => drop(self.0.insert(kind.to_owned(), (identifiers, is_one))),
        }
    }

    /// Everyone of every kind is a mere star; `{"AWS": "*"}` stays, which roles take and the star not.
    fn node(&self) -> Node {
        let is_everyone = |(kind, (identifiers, _)): (&String, &(Vec<String>, bool))| {
            kind == "*" && identifiers.as_slice() == ["*"]
        };
        if self.0.len() == 1 && self.0.iter().all(is_everyone) {
            return Node::Leaf(Json::from("*"));
        }
        let member = |(kind, (identifiers, is_one)): (&String, &(Vec<String>, bool))| {
            let identifiers =
                if *is_one { Json::from(identifiers.concat()) } else { Json::from(identifiers.clone()) };
            (kind.clone(), Node::of(identifiers))
        };
        Node::Object(self.0.iter().map(member).collect())
    }
}

impl Conditions {
    fn parse(json: &Json) -> Result<Conditions, String> {
        let mut conditions = Conditions::default();
        let tests = json.as_object().ok_or("a Condition is not a JSON object")?;
        for (test, json) in tests {
            let variables = json.as_object().ok_or("an operator of a Condition is not a JSON object")?;
            for (variable, json) in variables {
                conditions.add((test, variable), words(json, "Condition")?);
            }
        }
        Ok(conditions)
    }

    /// Adds values in the order given.
    pub(super) fn add(&mut self, (test, variable): (&str, &str), values: Vec<String>) {
        let variables = self.0.entry(test.to_owned()).or_default();
        variables.entry(variable.to_owned()).or_default().extend(values);
    }

    fn node(&self) -> Node {
        let variable = |(variable, values): (&String, &Vec<String>)| {
            let values = match values.as_slice() {
                [value] => Json::from(value.as_str()),
                values => Json::from(values.to_vec()),
            };
            (variable.clone(), Node::of(values))
        };
        let test = |(test, variables): (&String, &BTreeMap<String, Vec<String>>)| {
            (test.clone(), Node::Object(variables.iter().map(variable).collect()))
        };
        Node::Object(self.0.iter().map(test).collect())
    }
}

fn word(json: &Json, name: &str) -> Result<String, String> {
    json.as_str().map(str::to_owned).ok_or_else(|| format!("{name} is not a string"))
}

fn words(json: &Json, name: &str) -> Result<Vec<String>, String> {
    let scalar = |json: &Json| match json {
        Json::String(text) => Ok(text.clone()),
        Json::Bool(_) | Json::Number(_) => Ok(json.to_string()),
        _ => Err(format!("{name} holds something other than strings")),
    };
    match json {
        Json::Array(items) => items.iter().map(scalar).collect(),
        json => Ok(vec![scalar(json)?]),
    }
}

/// The members that aren't empty.
fn texts<const N: usize>(members: [(&str, &String); N]) -> Vec<(String, Node)> {
    let filled = members.into_iter().filter(|(_, text)| !text.is_empty());
    filled.map(|(name, text)| (name.to_owned(), Node::Leaf(Json::from(text.as_str())))).collect()
}

impl Node {
    fn of(json: Json) -> Node {
        match json {
            Json::Array(items) => Node::List(items.into_iter().map(Node::of).collect()),
            Json::Object(fields) => {
                Node::Object(fields.into_iter().map(|(name, json)| (name, Node::of(json))).collect())
            }
            leaf => Node::Leaf(leaf),
        }
    }

    /// `indent` is the depth; None writes no white space.
    fn write(&self, out: &mut String, indent: Option<usize>) {
        let inner = indent.map(|depth| depth + 1);
        let newline = |out: &mut String, depth: Option<usize>| {
            if let Some(depth) = depth {
                out.push('\n');
                out.push_str(&"  ".repeat(depth));
            }
        };
        match self {
            Node::Leaf(json) => out.push_str(&escaped(&json.to_string())),
            Node::List(items) if items.is_empty() => out.push_str("[]"),
            Node::Object(members) if members.is_empty() => out.push_str("{}"),
            Node::List(items) => {
                for (at, item) in items.iter().enumerate() {
                    out.push(if at == 0 { '[' } else { ',' });
                    newline(out, inner);
                    item.write(out, inner);
                }
                newline(out, indent);
                out.push(']');
            }
            Node::Object(members) => {
                for (at, (name, node)) in members.iter().enumerate() {
                    out.push(if at == 0 { '{' } else { ',' });
                    newline(out, inner);
                    out.push_str(&escaped(&Json::from(name.as_str()).to_string()));
                    out.push_str(if indent.is_some() { ": " } else { ":" });
                    node.write(out, inner);
                }
                newline(out, indent);
                out.push('}');
            }
        }
    }
}

/// JSON text with the characters escaped that could be taken for HTML, as documents of this data source have them.
fn escaped(json: &str) -> String {
    let mut out = String::with_capacity(json.len());
    for c in json.chars() {
        match c {
            '<' | '>' | '&' | '\u{2028}' | '\u{2029}' => out.push_str(&format!("\\u{:04x}", u32::from(c))),
            c => out.push(c),
        }
    }
    out
}
