//! Access policies compared by what they mean (IAM user guide, "Grammar of the IAM JSON policy language"). AWS answers
//! policies in another form than it was given them: what means the same must show neither drift nor a change.

use serde_json::{Map, Value as Json};
use std::collections::{BTreeMap, BTreeSet};
use trueup_provider_kit::Meaning;

/// The meaning of attributes that hold a policy.
pub(crate) const POLICY: Meaning = Meaning { name: "policy", is_same, complaint };

/// Version of a policy that doesn't name one.
const VERSION_DEFAULT: &str = "2008-10-17";

/// Words in no order, each once.
type Words = BTreeSet<String>;

/// A policy in a form of which there is one for each meaning.
#[derive(PartialEq, Eq)]
struct Policy {
    version: String,
    id: String,
    statements: BTreeSet<Statement>,
    /// Elements that the grammar doesn't have.
    others: BTreeMap<String, String>,
}

#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Statement {
    sid: String,
    effect: String,
    /// By element, such as `Action` and `NotResource`.
    lists: BTreeMap<&'static str, Words>,
    /// By element and kind of principal: `Principal`, `AWS`.
    principals: BTreeMap<(&'static str, String), Words>,
    /// By operator and key.
    conditions: BTreeMap<(String, String), Words>,
    others: BTreeMap<String, String>,
}

/// Whether two policies mean the same. What is no policy is compared as JSON, and what is no JSON as text; nothing and
/// a policy that says nothing are the same.
pub(crate) fn is_same(one: &str, other: &str) -> bool {
    if one == other {
        return true;
    }
    let parse = |text: &str| match text.trim() {
        "" => Ok(Json::Object(Map::new())),
        text => serde_json::from_str::<Json>(text),
    };
    let (Ok(one), Ok(other)) = (parse(one), parse(other)) else { return false };
    match (Policy::of(&one), Policy::of(&other)) {
        (Some(one), Some(other)) => one == other,
        _ => one == other,
    }
}

/// What keeps AWS from taking a text as a policy.
fn complaint(text: &str) -> Option<String> {
    let reason = match serde_json::from_str::<Json>(text) {
        _ if text.starts_with(char::is_whitespace) => "leading space characters are not allowed".to_owned(),
        Ok(Json::Object(_)) => return None,
        Ok(_) => "a policy is a JSON object".to_owned(),
        Err(error) => error.to_string(),
    };
    Some(format!("an invalid JSON policy: {reason}"))
}

impl Policy {
    /// None where the text hasn't the shape of a policy.
    fn of(json: &Json) -> Option<Policy> {
        let mut policy = Policy {
            version: VERSION_DEFAULT.into(),
            id: String::new(),
            statements: BTreeSet::new(),
            others: BTreeMap::new(),
        };
        for (element, json) in json.as_object()? {
            match element.as_str() {
                "Version" => json.as_str()?.clone_into(&mut policy.version),
                "Id" => json.as_str()?.clone_into(&mut policy.id),
                "Statement" => {
                    let statements = json.as_array().map_or(std::slice::from_ref(json), Vec::as_slice);
                    policy.statements = statements.iter().map(Statement::of).collect::<Option<_>>()?;
                }
                _ => drop(policy.others.insert(element.clone(), json.to_string())),
            }
        }
        Some(policy)
    }
}

/// The elements that are one text or a list of them.
const LISTS: [&str; 4] = ["Action", "NotAction", "Resource", "NotResource"];
/// The elements that name principals.
const PRINCIPALS: [&str; 2] = ["Principal", "NotPrincipal"];

impl Statement {
    fn of(json: &Json) -> Option<Statement> {
        let mut statement = Statement {
            sid: String::new(),
            effect: String::new(),
            lists: BTreeMap::new(),
            principals: BTreeMap::new(),
            conditions: BTreeMap::new(),
            others: BTreeMap::new(),
        };
        for (element, json) in json.as_object()? {
            if let Some(name) = LISTS.into_iter().find(|name| name == element) {
                let words = words(json)?.into_iter().map(|word| cased(name, word)).collect();
                statement.lists.insert(name, words);
                continue;
            }
            if let Some(name) = PRINCIPALS.into_iter().find(|name| name == element) {
                statement.add_principals(name, json)?;
                continue;
            }
            match element.as_str() {
                "Sid" => json.as_str()?.clone_into(&mut statement.sid),
                "Effect" => json.as_str()?.clone_into(&mut statement.effect),
                "Condition" => statement.add_conditions(json)?,
                _ => drop(statement.others.insert(element.clone(), json.to_string())),
            }
        }
        Some(statement)
    }

    /// Everyone is written `"*"` or `{"AWS": "*"}`; an account by its number or by the ARN of its root.
    fn add_principals(&mut self, element: &'static str, json: &Json) -> Option<()> {
        let Some(kinds) = json.as_object() else {
            self.principals.insert((element, "AWS".into()), words(json)?);
            return Some(());
        };
        for (kind, json) in kinds {
            let named = words(json)?;
            let named = match kind.as_str() {
                "AWS" => named.into_iter().map(account).collect(),
                _ => named,
            };
            self.principals.insert((element, kind.clone()), named);
        }
        Some(())
    }

    /// Keys are without case; numbers and bools are written as such or as texts.
    fn add_conditions(&mut self, json: &Json) -> Option<()> {
        for (operator, json) in json.as_object()? {
            let is_bool = operator.split(':').any(|part| part.starts_with("Bool") || part == "Null");
            for (key, json) in json.as_object()? {
                let values = words(json)?;
                let values = match values {
                    values if is_bool => values.into_iter().map(|word| word.to_lowercase()).collect(),
                    values => values,
                };
                let name = (operator.clone(), key.to_lowercase());
                // The same key in two cases is for AWS to refuse: here it stays apart.
                let is_taken = self.conditions.contains_key(&name);
                let name = if is_taken { (operator.clone(), key.clone()) } else { name };
                self.conditions.insert(name, values);
            }
        }
        Some(())
    }
}

/// Actions are without case, resources are not.
fn cased(element: &str, word: String) -> String {
    if element.ends_with("Action") { word.to_lowercase() } else { word }
}

/// One word or a list of them.
fn words(json: &Json) -> Option<Words> {
    match json {
        Json::Array(items) => items.iter().map(word).collect(),
        one => Some(Words::from([word(one)?])),
    }
}

fn word(json: &Json) -> Option<String> {
    match json {
        Json::String(text) => Some(text.clone()),
        Json::Bool(_) | Json::Number(_) => Some(json.to_string()),
        _ => None,
    }
}

/// The number of the account whose root an ARN names, `arn:aws:iam::123456789012:root`; other principals as they are.
fn account(principal: String) -> String {
    let parts: Vec<&str> = principal.split(':').collect();
    match parts[..] {
        ["arn", _, "iam", "", id, "root"] if id.len() == 12 && id.bytes().all(|b| b.is_ascii_digit()) => {
            id.to_owned()
        }
        _ => principal,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A policy of one statement.
    fn statement(elements: &str) -> String {
        format!(r#"{{"Version": "2012-10-17", "Statement": [{{"Effect": "Allow", {elements}}}]}}"#)
    }

    #[test]
    fn statements_that_mean_the_same_are_the_same() {
        let cases = [
            (r#""Action": "s3:GetObject""#, r#""Action": ["s3:GetObject"]"#),
            (r#""Action": ["a:B", "c:D"]"#, r#""Action": ["c:d", "A:b", "a:B"]"#),
            (r#""NotAction": "iam:*""#, r#""NotAction": ["IAM:*"]"#),
            (r#""Resource": ["x", "y"]"#, r#""Resource": ["y", "x"]"#),
            (r#""NotResource": "x""#, r#""NotResource": ["x"]"#),
            (r#""Principal": "*""#, r#""Principal": {"AWS": "*"}"#),
            (r#""Principal": {"AWS": ["*"]}"#, r#""Principal": "*""#),
            (
                r#""Principal": {"AWS": "123456789012"}"#,
                r#""Principal": {"AWS": ["arn:aws:iam::123456789012:root"]}"#,
            ),
            (
                r#""NotPrincipal": {"AWS": ["123456789012", "arn:aws:iam::1:user/x"], "Service": ["b", "a"]}"#,
                r#""NotPrincipal": {"Service": ["a", "b"],
                    "AWS": ["arn:aws:iam::1:user/x", "arn:aws-cn:iam::123456789012:root"]}"#,
            ),
            (r#""Condition": {}"#, ""),
            (r#""Condition": {"Bool": {}}"#, ""),
            (
                r#""Condition": {"Bool": {"aws:SecureTransport": false}}"#,
                r#""Condition": {"Bool": {"aws:securetransport": ["false"]}}"#,
            ),
            (
                r#""Condition": {"ForAnyValue:BoolIfExists": {"k": "True"}, "Null": {"l": true}}"#,
                r#""Condition": {"Null": {"l": "TRUE"}, "ForAnyValue:BoolIfExists": {"k": true}}"#,
            ),
            (
                r#""Condition": {"NumericLessThan": {"s3:max-keys": 10}}"#,
                r#""Condition": {"NumericLessThan": {"s3:max-keys": "10"}}"#,
            ),
            (
                r#""Condition": {"StringEquals": {"a": ["1", "2"], "b": "3"}}"#,
                r#""Condition": {"StringEquals": {"B": ["3"], "A": ["2", "1"]}}"#,
            ),
            (r#""Later": {"a": 1, "b": 2}"#, r#""Later": {"b": 2, "a": 1}"#),
        ];
        for (one, other) in cases {
            let whole =
                |elements: &str| statement(if elements.is_empty() { r#""Sid": """# } else { elements });
            assert!(is_same(&whole(one), &whole(other)), "{one} / {other}");
        }
    }

    #[test]
    fn statements_that_differ_are_told_apart() {
        let cases = [
            (r#""Action": "a:B""#, r#""NotAction": "a:B""#),
            (r#""Action": "a:B""#, r#""Action": ["a:B", "a:C"]"#),
            (r#""Resource": "x""#, r#""Resource": "X""#),
            (r#""Resource": "x""#, r#""NotResource": "x""#),
            (r#""Sid": "a""#, r#""Sid": "b""#),
            (r#""Principal": "*""#, r#""Principal": {"Service": "*"}"#),
            (r#""Principal": "*""#, r#""NotPrincipal": "*""#),
            (r#""Principal": {"AWS": "123456789012"}"#, r#""Principal": {"AWS": "123456789013"}"#),
            (
                r#""Principal": {"AWS": "123456789012"}"#,
                r#""Principal": {"AWS": "arn:aws:iam::123456789012:user/root"}"#,
            ),
            (r#""Principal": {"Service": "a"}"#, r#""Principal": {"Service": "A"}"#),
            (r#""Condition": {"Bool": {"k": true}}"#, r#""Condition": {"Bool": {"k": false}}"#),
            (r#""Condition": {"StringEquals": {"k": "a"}}"#, r#""Condition": {"StringEquals": {"k": "A"}}"#),
            (r#""Condition": {"StringEquals": {"k": "a"}}"#, r#""Condition": {"StringLike": {"k": "a"}}"#),
            (r#""Condition": {"StringEquals": {"k": "a"}}"#, r#""Condition": {"StringEquals": {"l": "a"}}"#),
            (r#""Later": [1, 2]"#, r#""Later": [2, 1]"#),
        ];
        for (one, other) in cases {
            assert!(!is_same(&statement(one), &statement(other)), "{one} / {other}");
        }
    }

    #[test]
    fn policies_are_compared_whole() {
        let (a, b) = (r#"{"Sid": "a", "Effect": "Allow"}"#, r#"{"Sid": "b", "Effect": "Deny"}"#);
        let cases = [
            (format!(r#"{{"Statement": {a}}}"#), format!(r#"{{"Statement": [{a}]}}"#), true),
            (format!(r#"{{"Statement": [{a}, {b}]}}"#), format!(r#"{{"Statement":[{b},{a},{a}]}}"#), true),
            (format!(r#"{{"Statement": [{a}]}}"#), format!(r#"{{"Statement": [{b}]}}"#), false),
            (format!(r#"{{"Statement": [{a}]}}"#), format!(r#"{{"Statement": [{a}, {b}]}}"#), false),
            (r#"{"Version": "2008-10-17"}"#.into(), "{}".into(), true),
            (r#"{"Version": "2012-10-17"}"#.into(), "{}".into(), false),
            (r#"{"Id": ""}"#.into(), " {} ".into(), true),
            (r#"{"Id": "x"}"#.into(), "{}".into(), false),
            ("{}".into(), String::new(), true),
            // Not policies: as JSON, then as text.
            (r#"[{"a": 1}, 2]"#.into(), r#"[{"a":1},2]"#.into(), true),
            (r#"{"Statement": [1, 2]}"#.into(), r#"{"Statement": [2, 1]}"#.into(), false),
            ("{nothing".into(), "{nothing".into(), true),
            ("{nothing".into(), "{ nothing".into(), false),
        ];
        for (one, other, same) in cases {
            assert_eq!(is_same(&one, &other), same, "{one} / {other}");
            assert_eq!(is_same(&other, &one), same, "{other} / {one}");
        }
    }

    #[test]
    fn what_is_no_policy_is_complained_about() {
        let cases = [
            ("{}", None),
            (" {}", Some("an invalid JSON policy: leading space characters are not allowed")),
            ("[]", Some("an invalid JSON policy: a policy is a JSON object")),
            ("{", Some("an invalid JSON policy: EOF while parsing an object at line 1 column 1")),
        ];
        for (text, expected) in cases {
            assert_eq!(complaint(text).as_deref(), expected, "{text}");
        }
    }
}
