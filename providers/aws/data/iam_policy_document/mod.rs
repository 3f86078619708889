//! `aws_iam_policy_document`: a policy written as blocks, as JSON text. Calls nothing.

mod document;
#[cfg(test)]
mod tests;

use crate::account::site::Site;
use async_trait::async_trait;
use document::{Document, Principals, Statement};
use trueup_diag::{Diagnostic, Diagnostics};
use trueup_provider_kit::{DataSource, Fault, FaultKind, Fields, Object};
use trueup_value::{Name, Value};

/// `aws_iam_policy_document`
pub(crate) struct IamPolicyDocument;

/// The version that has no policy variables.
const VERSION_OLD: &str = "2008-10-17";
const VERSIONS: [&str; 2] = [VERSION_OLD, "2012-10-17"];
const EFFECTS: [&str; 2] = ["Allow", "Deny"];

#[async_trait]
impl DataSource<Site> for IamPolicyDocument {
    fn validate(&self, config: &Object) -> Diagnostics {
        let mut diagnostics = Diagnostics::new();
        let mut check = |name: &str, value: Option<&str>, allowed: [&str; 2]| {
            if let Some(value) = value.filter(|value| !allowed.contains(value)) {
                let [one, other] = allowed;
                let summary = format!("expected {name} to be one of [{one:?} {other:?}], got {value}");
                diagnostics.push(Diagnostic::error(summary, "IAM's policy grammar has no other words here."));
            }
        };
        check("version", config.text("version"), VERSIONS);
        for statement in config.items("statement") {
            check("effect", statement.text("effect"), EFFECTS);
        }
        diagnostics
    }

    async fn read(&self, _site: &Site, object: &mut Object) -> Result<(), Fault> {
        let document = document(object)?;
        let json = document.pretty();
        object.put_text("id", Some(crc32fast::hash(json.as_bytes()).to_string()));
        object.put_text("json", Some(json));
        object.put_text("minified_json", Some(document.minified()));
        let statements: Vec<Value> = object.items("statement").iter().map(with_effect).collect();
        let element = object.type_of("statement").element().expect("statements are a list").clone();
        object.put("statement", Value::list(element, statements));
        Ok(())
    }
}

/// The effect of a statement that says none is Allow.
fn with_effect(statement: &Value) -> Value {
    let Some(fields) = statement.as_mapping().filter(|_| !statement.is_set("effect")) else {
        return statement.clone();
    };
    let field = |(name, value): (&Name, &Value)| {
        (name.clone(), if &**name == "effect" { Value::from("Allow") } else { value.clone() })
    };
    Value::object(fields.iter().map(field))
}

/// The documents to start from, what is written here, and the documents that win, merged in this order.
fn document(object: &Object) -> Result<Document, Fault> {
    let mut merged = Document::default();
    if let Some(text) = object.text("source_json") {
        merged = parsed(text, "source_json")?;
    }
    let mut sids: Vec<String> = merged.sids().map(str::to_owned).collect();
    for (index, source) in texts(object, "source_policy_documents").enumerate() {
        let source = parsed(source, &format!("source_policy_documents[{index}]"))?;
        for sid in source.sids() {
            if sids.iter().any(|known| known == sid) {
                let place = format!("in source_policy_documents (item {index})");
                return Err(twice(sid, &place));
            }
            sids.push(sid.to_owned());
        }
        merged.merge(source);
    }
    merged.merge(written(object)?);
    for (index, text) in texts(object, "override_policy_documents").enumerate() {
        merged.merge(parsed(text, &format!("override_policy_documents[{index}]"))?);
    }
    if let Some(text) = object.text("override_json") {
        merged.merge(parsed(text, "override_json")?);
    }
    Ok(merged)
}

fn texts<'a>(object: &'a Object, name: &str) -> impl Iterator<Item = &'a str> {
    object.items(name).iter().filter_map(Value::as_str)
}

fn parsed(text: &str, name: &str) -> Result<Document, Fault> {
    Document::parse(text).map_err(|reason| {
        let message = format!("{name} is no policy document: {reason}");
        Fault::new(FaultKind::Invalid, message).hint("Give it the json of another aws_iam_policy_document.")
    })
}

fn twice(sid: &str, place: &str) -> Fault {
    let message = format!("duplicate Sid ({sid}) {place}");
    Fault::new(FaultKind::Invalid, message).hint("Remove the Sid or ensure Sids are unique.")
}

fn written(object: &Object) -> Result<Document, Fault> {
    let version = object.text("version").unwrap_or_default();
    let mut document = Document {
        version: version.to_owned(),
        id: object.owned("policy_id").unwrap_or_default(),
        statements: Vec::new(),
    };
    for block in object.items("statement") {
        let statement = statement(block, version)?;
        if document.sids().any(|sid| sid == statement.sid) {
            return Err(twice(&statement.sid, "in the statements"));
        }
        document.statements.push(statement);
    }
    Ok(document)
}

fn statement(block: &Value, version: &str) -> Result<Statement, Fault> {
    let replaced = |name: &str| -> Result<Vec<String>, Fault> {
        block.texts(name).into_iter().map(|text| variables(text, version)).collect()
    };
    let mut statement = Statement {
        sid: block.owned("sid").unwrap_or_default(),
        effect: block.text("effect").unwrap_or("Allow").to_owned(),
        ..Statement::default()
    };
    let words = [
        block.texts("actions"),
        block.texts("not_actions"),
        replaced("resources")?,
        replaced("not_resources")?,
    ];
    statement.set_words(words);
    statement.principals = principals(block, "principals", version)?;
    statement.not_principals = principals(block, "not_principals", version)?;
    for condition in block.items("condition") {
        let values = condition.texts("values").into_iter().map(|text| variables(text, version));
        let test = condition.text("test").unwrap_or_default();
        let variable = variables(condition.owned("variable").unwrap_or_default(), version)?;
        statement.conditions.add((test, &variable), values.collect::<Result<_, _>>()?);
    }
    Ok(statement)
}

fn principals(block: &Value, name: &str, version: &str) -> Result<Principals, Fault> {
    let mut principals = Principals::default();
    for block in block.items(name) {
        let identifiers = block.texts("identifiers").into_iter().map(|text| variables(text, version));
        let identifiers: Vec<String> = identifiers.collect::<Result<_, _>>()?;
        let is_one = identifiers.len() == 1;
        principals.add(block.text("type").unwrap_or_default(), identifiers, is_one);
    }
    Ok(principals)
}

/// Policy variables are written `&{...}`, since `${...}` is the language's own.
fn variables(text: String, version: &str) -> Result<String, Fault> {
    if !text.contains("&{") {
        return Ok(text);
    }
    if version == VERSION_OLD {
        let message = format!(
            "found &{{ sequence in ({text}), which is not supported in document version {VERSION_OLD}"
        );
        return Err(Fault::new(FaultKind::Invalid, message).hint("Set the version to 2012-10-17."));
    }
    Ok(text.replace("&{", "${"))
}
