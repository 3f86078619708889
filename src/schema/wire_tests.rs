//! Cases for `wire`.

use crate::wire::{read_document, read_schema, write_document, write_provider, write_schema};
use crate::{AttributeType, Nesting};
use std::collections::BTreeMap;

/// As Terraform 1.11 prints it for its built-in provider, shortened.
const DOCUMENT: &str = r#"{"format_version":"1.0","provider_schemas":{"terraform.io/builtin/terraform":{"provider":{"version":0},"resource_schemas":{"terraform_data":{"version":0,"block":{"attributes":{"id":{"type":"string","description_kind":"plain","computed":true},"input":{"type":"dynamic","description_kind":"plain","optional":true},"output":{"type":"dynamic","description_kind":"plain","computed":true}},"description_kind":"plain"}}}}}}"#;

const BLOCKS: &str = r#"{"version":3,"block":{"attributes":{"meta":{"nested_type":{"attributes":{"key":{"type":["list","string"],"description_kind":"plain","required":true}},"nesting_mode":"map"},"description_kind":"plain","optional":true},"pin":{"type":["object",{"a":"number"}],"description":"why","description_kind":"plain","deprecated":true,"optional":true,"computed":true,"sensitive":true,"write_only":true}},"block_types":{"disk":{"nesting_mode":"list","block":{"attributes":{"size":{"type":"number","description_kind":"plain","required":true}},"description_kind":"plain"},"min_items":1,"max_items":2},"group":{"nesting_mode":"group","block":{"description_kind":"plain"}}},"description_kind":"plain","deprecated":true}}"#;

#[test]
fn documents_are_written_as_they_were_read() {
    let read = read_document(DOCUMENT).expect("a document of Terraform's");
    let borrowed: BTreeMap<_, _> = read.iter().map(|(source, provider)| (source.clone(), provider)).collect();
    assert_eq!(write_document(&borrowed), DOCUMENT);
    let provider = write_provider(&read["terraform.io/builtin/terraform"]);
    assert!(DOCUMENT.contains(&provider), "{provider}");
}

#[test]
fn schemas_are_written_as_they_were_read() {
    let schema = read_schema(BLOCKS).expect("a schema");
    assert_eq!(write_schema(&schema), BLOCKS);
    let disk = &schema.block.blocks["disk"];
    assert_eq!((disk.nesting, disk.items_min, disk.items_max), (Nesting::List, 1, 2));
    let AttributeType::Nested(meta) = &schema.block.attributes["meta"].ty else {
        panic!("meta has attributes")
    };
    assert!(meta.attributes["key"].required);
    assert!(schema.block.attributes["pin"].write_only && schema.block.deprecated);
}

#[test]
fn what_is_no_schema_is_refused() {
    let check = |text: &str, wanted: &str| {
        let error = read_document(text).map(drop).or_else(|_| read_schema(text).map(drop)).expect_err(text);
        assert!(error.to_string().contains(wanted), "{text}: {error}");
    };
    check("{", "EOF");
    check(r#"{"version":0,"block":{"attributes":{"a":{}}}}"#, "a: it has neither type nor nested_type");
    check(r#"{"version":0,"block":{"block_types":{"b":{"nesting_mode":"heap"}}}}"#, "heap");
    check(
        r#"{"version":0,"block":{"block_types":{"b":{"nesting_mode":"set","block":{"attributes":{"a":{"type":"bogus"}}}}}}}"#,
        "b: a: its type",
    );
    let newer = read_document(r#"{"format_version":"2.0"}"#).expect_err("too new");
    assert!(newer.to_string().contains("2.0"), "{newer}");
}
