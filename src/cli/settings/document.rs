//! The language of CLI configuration files: attributes and blocks with constant values, or the same as JSON.
//!
//! What is said of a mistake never quotes the line: it may hold a token.

use super::{Host, Method, Read};
use serde_json::Value as Json;
use std::path::{Path, PathBuf};
use trueup_diag::{Diagnostic, Sources, Span};
use trueup_parse::ast::{Body, Expr};
use trueup_parse::parse_config;
use trueup_resolve::compile_constant;

/// Settings that mean something to Terraform or `OpenTofu` and that this program has no use for.
const ACCEPTED: [&str; 8] = [
    "disable_checkpoint",
    "disable_checkpoint_signature",
    "host",
    "oci_credentials",
    "oci_default_credentials",
    "plugin_cache_may_break_dependency_lock_file",
    "providers",
    "provisioners",
];
/// Settings that are read.
const USED: [&str; 4] = ["credentials", "credentials_helper", "plugin_cache_dir", "provider_installation"];
/// Blocks with a label.
const LABELLED: [&str; 4] = ["credentials", "credentials_helper", "host", "oci_credentials"];
/// What `provider_installation` may hold.
const METHODS: [&str; 5] = ["direct", "filesystem_mirror", "network_mirror", "oci_mirror", "dev_overrides"];

/// One setting, in whichever syntax.
#[derive(Debug)]
struct Entry {
    kind: String,
    label: Option<String>,
    inside: Inside,
    /// `FILE, line 3`
    place: String,
}

#[derive(Debug)]
enum Inside {
    /// A string; none where it is another value.
    Text(Option<String>),
    Fields(Vec<Entry>),
}

impl Entry {
    fn fields(&self) -> &[Entry] {
        match &self.inside {
            Inside::Fields(fields) => fields,
            Inside::Text(_) => &[],
        }
    }

    fn text(&self) -> Option<&str> {
        match &self.inside {
            Inside::Text(text) => text.as_deref(),
            Inside::Fields(_) => None,
        }
    }

    fn field(&self, name: &str) -> Option<&str> {
        self.fields().iter().find(|field| field.kind == name)?.text()
    }
}

/// Adds what a file says.
pub(super) fn read(name: &str, text: &str, read: &mut Read) {
    let entries = if Path::new(name).extension().is_some_and(|ending| ending == "json") {
        json(name, text, read)
    } else {
        native(name, text, read)
    };
    for entry in &entries {
        read.entry(entry);
    }
}

fn json(name: &str, text: &str, read: &mut Read) -> Vec<Entry> {
    match serde_json::from_str::<serde_json::Map<String, Json>>(text) {
        Ok(document) => document.iter().flat_map(|(kind, value)| json_entries(kind, value, name)).collect(),
        Err(error) => {
            let detail = format!("{name}, line {}: this is no JSON object.", error.line());
            read.diagnostics.push(Diagnostic::error("Invalid CLI configuration file", detail));
            Vec::new()
        }
    }
}

fn json_entries(kind: &str, value: &Json, place: &str) -> Vec<Entry> {
    let entry = |label: Option<&String>, inside| Entry {
        kind: kind.into(),
        label: label.cloned(),
        inside,
        place: place.into(),
    };
    let fields = |object: &serde_json::Map<String, Json>| {
        Inside::Fields(object.iter().flat_map(|(kind, value)| json_entries(kind, value, place)).collect())
    };
    match value {
        Json::Array(all) => all.iter().flat_map(|value| json_entries(kind, value, place)).collect(),
        Json::Object(labels) if LABELLED.contains(&kind) => labels
            .iter()
            .filter_map(|(label, body)| Some(entry(Some(label), fields(body.as_object()?))))
            .collect(),
        Json::Object(object) => vec![entry(None, fields(object))],
        other => vec![entry(None, Inside::Text(other.as_str().map(str::to_owned)))],
    }
}

fn native(name: &str, text: &str, read: &mut Read) -> Vec<Entry> {
    let mut sources = Sources::default();
    let file = sources.add(name, text);
    let parsed = parse_config(file, text);
    let place = |span: Span| format!("{name}, line {}", sources.range(span).0.line);
    for one in parsed.diagnostics.sorted() {
        let at = one.subject.map_or_else(|| name.to_owned(), place);
        let detail = format!("{at}: {}", one.detail);
        read.diagnostics.push(Diagnostic { detail, subject: None, context: None, ..one });
    }
    native_entries(&parsed.value, &place)
}

fn native_entries(body: &Body, place: &impl Fn(Span) -> String) -> Vec<Entry> {
    let attributes = body.attributes.iter().map(|attribute| Entry {
        kind: attribute.name.text.to_string(),
        label: None,
        inside: constant(&attribute.expr),
        place: place(attribute.name.span),
    });
    let blocks = body.blocks.iter().map(|block| Entry {
        kind: block.kind.text.to_string(),
        label: block.labels.first().map(|label| label.text.to_string()),
        inside: Inside::Fields(native_entries(&block.body, place)),
        place: place(block.kind.span),
    });
    attributes.chain(blocks).collect()
}

fn constant(expr: &Expr) -> Inside {
    let (value, found) = compile_constant(expr);
    if found.has_errors() {
        return Inside::Text(None);
    }
    Inside::Text(value.as_str().map(str::to_owned))
}

impl Read {
    fn entry(&mut self, entry: &Entry) {
        let kind = entry.kind.as_str();
        match (kind, entry.label.as_deref()) {
            ("plugin_cache_dir", _) => self.cache(entry),
            ("credentials", Some(host)) => self.token(host, entry),
            ("credentials_helper", Some(name)) => self.settings.helper = Some(name.into()),
            ("provider_installation", _) => entry.fields().iter().for_each(|method| self.method(method)),
            (_, None) if LABELLED.contains(&kind) => {
                let detail = format!("{}: a block {kind:?} has a label.", entry.place);
                self.diagnostics.push(Diagnostic::error(format!("Invalid {kind} block"), detail));
            }
            _ if ACCEPTED.contains(&kind) => {}
            _ => {
                let detail = format!("{}: there is no setting {kind:?}, so it has no effect.", entry.place);
                let near = trueup_diag::nearest(kind, ACCEPTED.into_iter().chain(USED));
                let diagnostic = Diagnostic::warning("Unknown CLI configuration setting", detail);
                self.diagnostics.push(meant(diagnostic, near));
            }
        }
    }

    fn cache(&mut self, entry: &Entry) {
        let Some(path) = entry.text().map(PathBuf::from) else { return };
        if !path.is_dir() {
            let summary = format!("The specified plugin cache dir {} cannot be opened", path.display());
            let detail = format!("{}: there is no such directory.", entry.place);
            self.diagnostics.push(Diagnostic::error(summary, detail));
        }
        self.settings.plugin_cache_dir = Some(path);
    }

    fn method(&mut self, method: &Entry) {
        let kind = method.kind.as_str();
        if METHODS.contains(&kind) {
            let place = method.field("path").or_else(|| method.field("url")).map(str::to_owned);
            self.settings.installation.push(Method { kind: kind.into(), place });
            return;
        }
        let detail = format!("{}: unknown provider installation method {kind:?}.", method.place);
        let diagnostic = Diagnostic::error("Invalid provider_installation method block", detail);
        self.diagnostics.push(meant(diagnostic, trueup_diag::nearest(kind, METHODS)));
    }

    fn token(&mut self, host: &str, entry: &Entry) {
        match host.parse::<Host>() {
            Ok(host) => {
                if let Some(token) = entry.field("token") {
                    self.settings.tokens.insert(host.clone(), token.into());
                }
                self.settings.manual.push(host);
            }
            Err(error) => {
                let summary = format!("The credentials {host:?} block has an invalid hostname");
                self.diagnostics.push(Diagnostic::error(summary, format!("{}: {error}.", entry.place)));
            }
        }
    }
}

fn meant(diagnostic: Diagnostic, near: Option<&str>) -> Diagnostic {
    match near {
        Some(near) => diagnostic.hint(format!("did you mean {near:?}?")),
        None => diagnostic,
    }
}
