//! Documentation pages of types, from their schema files. In: the text of a schema file with its key `page`. Out:
//! Markdown.
//!
//! `page` holds what the schema doesn't say: `title`, `import` (`id` and `text`, or null where there is none),
//! `permissions` (`read` for plans and drift, `write` for what an apply needs besides), `patience_minutes`, and against
//! the reference provider what is `absent`, what is `refused` with an error where a configuration sets it, and what `differs`.

use serde_json::{Map, Value as Json};
use std::collections::BTreeMap;
use std::fmt::Write;

/// What a page is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Of {
    /// A type of resource.
    Resource,
    /// A type of data source.
    Data,
}

/// Where the reference is named.
#[derive(Clone, Copy, Debug)]
struct Reference<'a> {
    /// Such as `hashicorp/aws 6.25`.
    name: &'a str,
    /// A heading for the policy, such as `IAM policy`.
    policy: &'a str,
    /// Actions stand in a list, for a cloud whose roles are made of them, and not in a policy document of AWS.
    is_list: bool,
}

/// What a page says of itself, for an index.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Entry {
    /// The cloud's name for the type.
    title: String,
    /// How many arguments and attributes of the reference are absent or refused.
    absent: usize,
}

/// Every page of a cloud and an index of them, by their paths below the folder of the cloud's documents. In: the files
/// of the folder of its schemas, by name. Of `provider.json` the key `page` names the reference provider, as
/// `reference`, what the `policy` of permissions is called, whether it is a plain list of actions (`"policy_form":
/// "list"`), and `notes` on the provider block. Or every reason why a page can't be made.
pub fn book(files: &BTreeMap<String, String>) -> Result<BTreeMap<String, String>, Vec<String>> {
    let provider: Json =
        files.get("provider.json").and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default();
    let said = |key: &str| provider["page"][key].as_str();
    let (Some(name), Some(policy)) = (said("reference"), said("policy")) else {
        return Err(vec!["provider.json: its key \"page\" lacks \"reference\" or \"policy\"".to_owned()]);
    };
    let reference = Reference { name, policy, is_list: said("policy_form") == Some("list") };
    let (mut pages, mut wrong) = (BTreeMap::new(), Vec::new());
    let mut index = [Of::Resource, Of::Data].map(|of| (of, String::new()));
    for (file, text) in files.iter().filter(|(file, _)| *file != "provider.json") {
        let kind = file.trim_end_matches(".json");
        let (of, kind) = kind.strip_prefix("data_").map_or((Of::Resource, kind), |kind| (Of::Data, kind));
        match page(of, kind, text, reference) {
            Ok((text, entry)) => {
                let path = format!("{}/{kind}.md", if of == Of::Data { "data-sources" } else { "resources" });
                let rows = &mut index[usize::from(of == Of::Data)].1;
                let absent = if entry.absent == 0 { "-".to_owned() } else { entry.absent.to_string() };
                let _ = writeln!(rows, "| [{kind}]({path}) | {} | {absent} |", entry.title);
                pages.insert(path, text);
            }
            Err(reasons) => wrong.extend(reasons),
        }
    }
    if !wrong.is_empty() {
        return Err(wrong);
    }
    let mut text = format!(
        "# Types of the embedded provider\n\nArguments and attributes are those of {name}; each page says which of them are absent or refused. The pages are made from\nthe schemas in the sources.\n"
    );
    let notes = texts(&provider["page"]["notes"]);
    if !notes.is_empty() {
        text.push_str("\n## The provider block\n\n");
        text.extend(notes.iter().map(|note| format!("- {note}\n")));
    }
    for (of, rows) in index {
        let heading = if of == Of::Data { "Data sources" } else { "Resources" };
        let _ = write!(text, "\n## {heading}\n\n| type | what | left out |\n|---|---|---:|\n{rows}");
    }
    pages.insert("README.md".to_owned(), text);
    Ok(pages)
}

/// How long a write may take where nothing is said.
const PATIENCE_MINUTES: u64 = 20;

/// The page of a type, and its entry; or every reason why it can't be made.
fn page(of: Of, kind: &str, text: &str, reference: Reference<'_>) -> Result<(String, Entry), Vec<String>> {
    let json: Json = serde_json::from_str(text).map_err(|error| vec![format!("{kind}: {error}")])?;
    let wrong = missing(of, kind, &json["page"]);
    if !wrong.is_empty() {
        return Err(wrong);
    }
    let page = &json["page"];
    let title = page["title"].as_str().unwrap_or_default().to_owned();
    let absent = texts(&page["absent"]);
    let what = if of == Of::Data { "Data source" } else { "Resource" };
    let mut out = format!("# {kind}\n\n{what}: {title}.\n");
    let mut blocks = Vec::new();
    body(&json["block"], "", &mut out, &mut blocks);
    for (path, nested) in blocks {
        block(&path, nested, &mut out);
    }
    timeouts(&json, &mut out);
    if of == Of::Resource {
        import(kind, &page["import"], &mut out);
    }
    permissions(&page["permissions"], reference, &mut out);
    let refused = texts(&page["refused"]);
    let left_out = Entry { title, absent: absent.len() + refused.len() };
    compared((&absent, &refused), &texts(&page["differs"]), reference, &mut out);
    Ok((out, left_out))
}

/// What a page needs and its data lacks.
fn missing(of: Of, kind: &str, page: &Json) -> Vec<String> {
    let mut wrong = Vec::new();
    let mut need = |good: bool, what: &str| {
        if !good {
            wrong.push(format!("{kind}: the schema file's key \"page\" lacks {what}"));
        }
    };
    need(page["title"].is_string(), "\"title\", the cloud's name for the type");
    let listed = |key: &str| page["permissions"][key].is_array();
    need(listed("read"), "\"permissions.read\", the actions that a plan needs");
    if of == Of::Resource {
        need(listed("write"), "\"permissions.write\", the actions that an apply needs besides");
        let import = page.get("import");
        let good = import.is_some_and(|i| i.is_null() || (i["id"].is_string() && i["text"].is_string()));
        need(
            good,
            "\"import\" with \"id\" (an example) and \"text\" (what it is made of), or null where it can't be imported",
        );
    }
    wrong
}

fn members(json: &Json) -> impl Iterator<Item = (&String, &Json)> {
    json.as_object().into_iter().flat_map(Map::iter)
}

fn texts(json: &Json) -> Vec<String> {
    json.as_array().into_iter().flatten().filter_map(Json::as_str).map(str::to_owned).collect()
}

fn is(json: &Json, key: &str) -> bool {
    json[key].as_bool().unwrap_or(false)
}

/// The arguments, blocks and attributes of a block; nested blocks are put aside with their paths.
fn body<'a>(json: &'a Json, path: &str, out: &mut String, blocks: &mut Vec<(String, &'a Json)>) {
    let attributes: Vec<_> = members(&json["attributes"]).collect();
    let ours = |json: &Json| is(json, "required") || is(json, "optional");
    let arguments: Vec<_> = attributes.iter().filter(|(_, json)| ours(json)).collect();
    if !arguments.is_empty() {
        heading(path, "Arguments", out);
        out.push_str("| name | type | | |\n|---|---|---|---|\n");
        for (name, json) in arguments {
            let told = if is(json, "required") { "required" } else { "optional" };
            let row = [
                &code(name),
                &code(&ty(&json["type"])),
                &format!("{told}{}", flags(json)),
                &description(json),
            ];
            let _ = writeln!(out, "| {} | {} | {} | {} |", row[0], row[1], row[2], row[3]);
        }
    }
    let nested: Vec<_> = members(&json["block_types"]).filter(|(name, _)| *name != "timeouts").collect();
    if !nested.is_empty() {
        heading(path, "Blocks", out);
        for (name, json) in nested {
            let below = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
            let _ = writeln!(out, "- [`{name}`](#{}): {}", anchor(&below), count(json));
            blocks.push((below, json));
        }
    }
    let computed: Vec<_> = attributes.iter().filter(|(_, json)| !ours(json)).collect();
    if !computed.is_empty() {
        heading(path, "Attributes", out);
        out.push_str("| name | type | |\n|---|---|---|\n");
        for (name, json) in computed {
            let _ =
                writeln!(out, "| {} | {} | {} |", code(name), code(&ty(&json["type"])), description(json));
        }
    }
}

fn block(path: &str, json: &Json, out: &mut String) {
    let _ = write!(out, "\n## {path}\n\n{}.\n", sentence(&count(json)));
    let mut blocks = Vec::new();
    body(&json["block"], path, out, &mut blocks);
    for (path, nested) in blocks {
        block(&path, nested, out);
    }
}

fn heading(path: &str, text: &str, out: &mut String) {
    let _ = if path.is_empty() {
        write!(out, "\n## {text}\n\n")
    } else {
        write!(out, "\n{text} of `{path}`:\n\n")
    };
}

/// As the renderers of Markdown make it of a heading.
fn anchor(path: &str) -> String {
    path.replace('.', "").to_lowercase()
}

fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

fn count(json: &Json) -> String {
    let (min, max) = (json["min_items"].as_u64().unwrap_or(0), json["max_items"].as_u64().unwrap_or(0));
    let single = matches!(json["nesting_mode"].as_str(), Some("single" | "group"));
    let counted = match (min, max) {
        (1, 1) => "required, once".to_owned(),
        (0, 1) => "optional, at most once".to_owned(),
        (0, 0) if single => "optional, at most once".to_owned(),
        (0, 0) => "optional, any number".to_owned(),
        (min, 0) => format!("required, at least {min}"),
        (min, max) => format!("between {min} and {max}"),
    };
    let order = if json["nesting_mode"] == "set" && max != 1 { ", in no order" } else { "" };
    let force = if is(json, "force_new") { "; a change makes a new object" } else { "" };
    format!("{counted}{order}{force}")
}

fn flags(json: &Json) -> String {
    let mut out = String::new();
    match &json["default"] {
        Json::Null => {}
        default => drop(write!(out, ", default `{default}`")),
    }
    if let Some(word) = json["unset"].as_str() {
        let _ = write!(out, ", `{word}` where unset");
    }
    let computed = is(json, "optional") && is(json, "computed");
    for (holds, text) in [
        (computed, ", the cloud's choice where unset"),
        (is(json, "force_new"), "; a change makes a new object"),
        (is(json, "sensitive"), "; sensitive"),
        (is(json, "write_only"), "; kept nowhere"),
        (is(json, "deprecated"), "; deprecated"),
    ] {
        out.push_str(if holds { text } else { "" });
    }
    out
}

fn code(text: &str) -> String {
    format!("`{text}`")
}

fn description(json: &Json) -> String {
    json["description"].as_str().unwrap_or_default().replace('|', "\\|")
}

/// `list(string)`
fn ty(json: &Json) -> String {
    let Some(parts) = json.as_array() else { return json.as_str().unwrap_or("any").to_owned() };
    let word = parts.first().and_then(Json::as_str).unwrap_or_default();
    let inner = match parts.get(1) {
        Some(Json::Object(attributes)) => {
            let all: Vec<String> =
                attributes.iter().map(|(name, json)| format!("{name} = {}", ty(json))).collect();
            format!("{{{}}}", all.join(", "))
        }
        Some(inner) => ty(inner),
        None => String::new(),
    };
    format!("{word}({inner})")
}

fn timeouts(json: &Json, out: &mut String) {
    let found: Vec<_> = members(&json["block"]["block_types"]["timeouts"]["block"]["attributes"]).collect();
    if found.is_empty() {
        return;
    }
    let minutes = json["page"]["patience_minutes"].as_u64().unwrap_or(PATIENCE_MINUTES);
    let _ = write!(
        out,
        "\n## Timeouts\n\nA block `timeouts` says how long an operation may take, such as `\"10m\"`; {minutes} minutes where it doesn't.\n\n"
    );
    for (name, json) in found {
        let _ = writeln!(out, "- `{name}`: {}", description(json));
    }
}

fn import(kind: &str, json: &Json, out: &mut String) {
    out.push_str("\n## Import\n\n");
    let (Some(id), Some(text)) = (json["id"].as_str(), json["text"].as_str()) else {
        out.push_str("It can't be imported.\n");
        return;
    };
    let _ = write!(out, "{text}\n\n```hcl\nimport {{\n  to = {kind}.example\n  id = \"{id}\"\n}}\n```\n");
}

fn permissions(json: &Json, reference: Reference<'_>, out: &mut String) {
    let (read, write) = (texts(&json["read"]), texts(&json["write"]));
    let _ = write!(out, "\n## Permissions\n\n");
    if read.is_empty() && write.is_empty() {
        out.push_str("None: no call is made.\n");
        return;
    }
    let _ =
        write!(out, "{} for plans and drift:\n\n{}", reference.policy, reference.policy(&[("Read", &read)]));
    if !write.is_empty() {
        let _ = write!(out, "\nFor an apply:\n\n{}", reference.policy(&[("Read", &read), ("Write", &write)]));
    }
}

impl Reference<'_> {
    fn policy(self, statements: &[(&str, &Vec<String>)]) -> String {
        if self.is_list { actions(statements) } else { policy(statements) }
    }
}

/// The actions of a role.
fn actions(statements: &[(&str, &Vec<String>)]) -> String {
    let mut all: Vec<&String> = statements.iter().flat_map(|(_, actions)| actions.iter()).collect();
    all.sort();
    all.dedup();
    all.iter().map(|action| format!("- `{action}`\n")).collect()
}

fn policy(statements: &[(&str, &Vec<String>)]) -> String {
    let mut out = String::from("```json\n{\n  \"Version\": \"2012-10-17\",\n  \"Statement\": [\n");
    for (index, (name, actions)) in statements.iter().filter(|(_, actions)| !actions.is_empty()).enumerate() {
        let mut sorted: Vec<String> = actions.iter().map(|action| format!("        \"{action}\"")).collect();
        sorted.sort();
        sorted.dedup();
        let _ = write!(
            out,
            "{}    {{\n      \"Sid\": \"{name}\",\n      \"Effect\": \"Allow\",\n      \"Action\": [\n{}\n      ],\n      \"Resource\": \"*\"\n    }}",
            if index > 0 { ",\n" } else { "" },
            sorted.join(",\n")
        );
    }
    out + "\n  ]\n}\n```\n"
}

fn compared(
    (absent, refused): (&[String], &[String]),
    differs: &[String],
    reference: Reference<'_>,
    out: &mut String,
) {
    let _ = write!(out, "\n## Compared with {}\n\n", reference.name);
    if absent.is_empty() && refused.is_empty() && differs.is_empty() {
        out.push_str("It has every argument and attribute, each of the same kind.\n");
    }
    for text in differs {
        let _ = writeln!(out, "- {text}");
    }
    for (told, names) in
        [("Absent", absent), ("Refused with an error where a configuration sets them", refused)]
    {
        let names: Vec<String> = names.iter().map(|name| code(name)).collect();
        if !names.is_empty() {
            let _ = writeln!(out, "- {told}: {}.", names.join(", "));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const AWS: Reference<'_> = Reference { name: "hashicorp/aws 6", policy: "IAM policy", is_list: false };

    #[test]
    fn a_book_has_every_page_and_says_all_that_is_missing() {
        let file = |name: &str, text: &str| (name.to_owned(), text.to_owned());
        let provider = r#"{"page": {"reference": "hashicorp/aws 6", "policy": "IAM policy", "notes": ["One.", "Two."]}}"#;
        let good = r#"{"page": {"title": "X", "permissions": {"read": [], "write": []}, "import": null}}"#;
        let all = [file("provider.json", provider), file("aws_x.json", good), file("data_aws_y.json", good)];
        let pages = book(&all.clone().into()).expect("a book");
        let paths: Vec<&str> = pages.keys().map(String::as_str).collect();
        assert_eq!(paths, ["README.md", "data-sources/aws_y.md", "resources/aws_x.md"]);
        assert!(
            pages["README.md"].contains("| [aws_x](resources/aws_x.md) | X | - |"),
            "{}",
            pages["README.md"]
        );
        assert!(pages["README.md"].contains("## The provider block\n\n- One.\n- Two.\n"));
        let bad = [file("aws_z.json", "{}"), file("aws_w.json", "{}")];
        let wrong = book(&all.iter().cloned().chain(bad).collect()).expect_err("two pages can't be made");
        assert_eq!(wrong.len(), 8, "{wrong:?}");
        assert!(book(&BTreeMap::new()).is_err());
    }

    #[test]
    fn a_page_needs_its_data() {
        let lacks = |of, page: &str, wanted: usize| {
            let text = format!("{{\"block\": {{}}, \"page\": {page}}}");
            let wrong = page_of(of, &text).err().unwrap_or_default();
            assert_eq!(wrong.len(), wanted, "{page}: {wrong:?}");
            assert!(wrong.iter().all(|line| line.starts_with("aws_x: ")), "{wrong:?}");
        };
        lacks(Of::Resource, "null", 4);
        lacks(Of::Data, "null", 2);
        lacks(Of::Resource, r#"{"title": "X", "permissions": {"read": []}}"#, 2);
        lacks(
            Of::Resource,
            r#"{"title": "X", "permissions": {"read": [], "write": []}, "import": {"id": "x"}}"#,
            1,
        );
        lacks(Of::Resource, r#"{"title": "X", "permissions": {"read": [], "write": []}, "import": null}"#, 0);
        lacks(Of::Data, r#"{"title": "X", "permissions": {"read": []}}"#, 0);
        assert!(page(Of::Data, "aws_x", "{", AWS).is_err());
    }

    #[test]
    fn actions_of_a_role_stand_in_a_list() {
        let text = r#"{"block": {}, "page": {"title": "X", "import": null,
            "permissions": {"read": ["x/read"], "write": ["x/write", "x/delete"]}}}"#;
        let reference = Reference { is_list: true, ..AWS };
        let (page, _) = page(Of::Resource, "azurerm_x", text, reference).expect("a page");
        assert!(page.contains("For an apply:\n\n- `x/delete`\n- `x/read`\n- `x/write`\n"), "{page}");
    }

    fn page_of(of: Of, text: &str) -> Result<(String, Entry), Vec<String>> {
        page(of, "aws_x", text, AWS)
    }

    #[test]
    fn a_page_says_all_that_the_schema_does() {
        let text = r#"{
          "version": 0,
          "block": {
            "attributes": {
              "arn": {"type": "string", "computed": true, "description": "The name | of it."},
              "names": {"type": ["set", "string"], "required": true, "force_new": true, "description": "Names."},
              "size": {"type": "number", "optional": true, "default": 3, "description": "Size."},
              "sort": {"type": "string", "optional": true, "unset": "plain", "description": "Sort."}
            },
            "block_types": {
              "disk": {"nesting_mode": "set", "force_new": true, "block": {
                "attributes": {"kind": {"type": "string", "optional": true, "computed": true, "description": "Kind."}},
                "block_types": {"part": {"nesting_mode": "list", "max_items": 1, "block": {"attributes": {"x": {"type": ["list", ["object", {"a": "bool"}]], "required": true}}}}}
              }},
              "timeouts": {"nesting_mode": "single", "block": {"attributes": {"create": {"type": "string", "optional": true, "description": "Wait."}}}}
            }
          },
          "page": {
            "title": "Thing", "import": {"id": "t-1", "text": "By its id."}, "patience_minutes": 5,
            "permissions": {"read": ["x:Get"], "write": ["x:Put", "x:Delete"]},
            "absent": ["disk.old"], "refused": ["size"], "differs": ["`size` is a number."]
          }
        }"#;
        let (page, entry) = page_of(Of::Resource, text).expect("a page");
        assert_eq!(entry, Entry { title: "Thing".into(), absent: 2 });
        for part in [
            "# aws_x\n\nResource: Thing.\n",
            "| `names` | `set(string)` | required; a change makes a new object | Names. |",
            "| `size` | `number` | optional, default `3` | Size. |",
            "| `sort` | `string` | optional, `plain` where unset | Sort. |",
            "| `arn` | `string` | The name \\| of it. |",
            "- [`disk`](#disk): optional, any number, in no order; a change makes a new object",
            "- [`part`](#diskpart): optional, at most once",
            "## disk.part\n\nOptional, at most once.\n",
            "| `x` | `list(object({a = bool}))` | required |  |",
            "`\"10m\"`; 5 minutes where it doesn't.\n\n- `create`: Wait.",
            "By its id.\n\n```hcl\nimport {\n  to = aws_x.example\n  id = \"t-1\"\n}\n```",
            "\"Action\": [\n        \"x:Delete\",\n        \"x:Put\"\n      ]",
            "## Compared with hashicorp/aws 6\n\n- `size` is a number.\n- Absent: `disk.old`.\n- Refused with an error where a configuration sets them: `size`.\n",
        ] {
            assert!(page.contains(part), "{part:?} is not in\n{page}");
        }
        let policies: Vec<&str> =
            page.split("```json\n").skip(1).filter_map(|rest| rest.split("```").next()).collect();
        assert_eq!(policies.len(), 2);
        for policy in policies {
            let policy: Json = serde_json::from_str(policy).expect("a policy is JSON");
            assert_eq!(policy["Version"], "2012-10-17");
        }
    }
}
