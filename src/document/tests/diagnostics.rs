//! Diagnostics with their source, and `validate -json`.

use super::{check_same, parsed};
use crate::{diagnostic, events, text, validate};
use trueup_diag::{Diagnostic, Diagnostics, FileId, Sources, Span};

/// The place of `mark` in `source`.
fn place(file: FileId, source: &str, mark: &str) -> Span {
    let start = source.find(mark).expect("the mark is in the source");
    let at = |n: usize| u32::try_from(n).expect("a short text");
    Span::new(file, at(start), at(start + mark.len()))
}

fn check(name: &str, source: &str, mark: &str, expected: &str) {
    let mut sources = Sources::default();
    let file = sources.add(name, source);
    let diagnostic = Diagnostic::error("S", "D.").at(place(file, source, mark));
    let ours = parsed(&text(&diagnostic::wire(&diagnostic, &sources)));
    let part = serde_json::json!({ "range": ours["range"], "snippet": ours["snippet"] });
    check_same(&part.to_string(), expected);
}

#[test]
fn places_are_told_as_terraform_tells_them() {
    check(
        "main.tf",
        "resource \"terraform_data\" \"x\" { \n inpt = \"éé\" + local.a\n input = 1\n}\n",
        "\"éé\"",
        r#"{"range":{"filename":"main.tf","start":{"line":2,"column":9,"byte":41},"end":{"line":2,"column":13,
            "byte":47}},"snippet":{"context":"resource \"terraform_data\" \"x\"","code":" inpt = \"éé\" + local.a",
            "start_line":2,"highlight_start_offset":8,"highlight_end_offset":14,"values":[]}}"#,
    );
    check(
        "main.tf",
        "output \"y\" {}",
        "output \"y\"",
        r#"{"range":{"filename":"main.tf","start":{"line":1,"column":1,"byte":0},"end":{"line":1,"column":11,
            "byte":10}},"snippet":{"context":null,"code":"output \"y\" {}","start_line":1,
            "highlight_start_offset":0,"highlight_end_offset":10,"values":[]}}"#,
    );
    check(
        "main.tf",
        "output \"y\" {}",
        "{",
        r#"{"range":{"filename":"main.tf","start":{"line":1,"column":12,"byte":11},"end":{"line":1,"column":13,
            "byte":12}},"snippet":{"context":"output \"y\"","code":"output \"y\" {}","start_line":1,
            "highlight_start_offset":11,"highlight_end_offset":12,"values":[]}}"#,
    );
    check(
        "w.tf.json",
        "{\"resource\": {\"terraform_data\": {\"j\": {\"inptu\": \"x\"}}}}",
        "\"inptu\"",
        r#"{"range":{"filename":"w.tf.json","start":{"line":1,"column":40,"byte":39},"end":{"line":1,"column":47,
            "byte":46}},"snippet":{"context":"resource.terraform_data.j",
            "code":"{\"resource\": {\"terraform_data\": {\"j\": {\"inptu\": \"x\"}}}}","start_line":1,
            "highlight_start_offset":39,"highlight_end_offset":46,"values":[]}}"#,
    );
    check(
        "main.tf",
        "output \"x\" { value = 1 + \n null }\n",
        "\n",
        r#"{"range":{"filename":"main.tf","start":{"line":1,"column":26,"byte":25},"end":{"line":2,"column":1,
            "byte":26}},"snippet":{"context":"output \"x\"","code":"output \"x\" { value = 1 + \n null }",
            "start_line":1,"highlight_start_offset":25,"highlight_end_offset":26,"values":[]}}"#,
    );
}

#[test]
fn validation_counts_what_it_found() {
    let mut sources = Sources::default();
    let file = sources.add("main.tf", "locals {\n}\n");
    let mut found = Diagnostics::new();
    found.push(Diagnostic::warning("Later", "").at(Span::new(file, 9, 9)).hint("do it"));
    found.push(Diagnostic::error("Sooner", "Why.").at(Span::new(file, 0, 6)).on("terraform_data.x"));
    let ours = parsed(&validate::document(&found, &sources));
    assert_eq!(ours["valid"], false);
    assert_eq!((&ours["error_count"], &ours["warning_count"]), (&1.into(), &1.into()));
    assert_eq!(ours["diagnostics"][0]["summary"], "Sooner");
    assert_eq!(ours["diagnostics"][0]["address"], "terraform_data.x");
    assert_eq!(ours["diagnostics"][1]["range"]["end"]["byte"], 10);
    assert_eq!(ours["diagnostics"][1]["trueup_hint"], "do it");
    let fine = "{\n  \"format_version\": \"1.0\",\n  \"valid\": true,\n  \"error_count\": 0,\n  \"warning_count\": 0,\n  \
                \"diagnostics\": []\n}";
    assert_eq!(validate::document(&Diagnostics::new(), &sources), fine);
    let line = parsed(&events::diagnostic("now", found.iter().next().expect("one"), &sources));
    assert_eq!((&line["@level"], &line["@message"]), (&"warn".into(), &"Warning: Later".into()));
    assert_eq!(line["diagnostic"]["severity"], "warning");
}
