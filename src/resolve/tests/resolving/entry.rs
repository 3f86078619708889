//! Single expressions.

use crate::fixture::{Few, lines, resolved};
use crate::print::expr;
use std::collections::BTreeMap;
use trueup_diag::Sources;
use trueup_resolve::{Scope, compile_constant, compile_expression, compile_json_constant, compile_template};
use trueup_value::{Name, Value};

fn parsed(text: &str, sources: &mut Sources) -> trueup_parse::ast::Expr {
    let file = sources.add("line", text);
    let parsed = trueup_parse::parse_expression(file, text);
    assert!(parsed.diagnostics.is_empty(), "{text} is an expression");
    parsed.value
}

#[test]
fn console_lines_see_the_module() {
    let files = BTreeMap::from([(
        "main.tf".to_owned(),
        "variable \"a\" {}\nresource \"x_y\" \"z\" { count = 2 }\noutput \"o\" { value = 1 }\n".to_owned(),
    )]);
    let (out, mut sources) = resolved(&files);
    let test = Scope { outputs: true, ..Scope::default() };
    for (text, scope, expected) in [
        ("var.a", Scope::default(), Ok("var:0")),
        ("x_y.z[1].id", Scope::default(), Ok("resource:0[1].id")),
        ("output.o", test, Ok("output:0")),
        ("var.b", Scope::default(), Err("error line:1,1-1,6 Reference to undeclared input variable")),
        ("x_y.z.id", Scope::default(), Err("error line:1,1-1,6 Missing resource instance key")),
        ("output.o", Scope::default(), Err("error line:1,1-1,9 Reference to undeclared resource")),
        ("each.key", Scope { each: true, ..Scope::default() }, Ok("each.key")),
    ] {
        let ast = parsed(text, &mut sources);
        let (compiled, found) =
            compile_expression(&ast, out.program.module_at(trueup_resolve::NodeId::ROOT), &Few, scope);
        match expected {
            Ok(expected) => {
                assert!(found.is_empty(), "{text}: {:?}", lines(found, &sources));
                assert_eq!(expr(&compiled), expected, "{text}");
            }
            Err(expected) => assert_eq!(lines(found, &sources), [expected], "{text}"),
        }
    }
}

#[test]
fn templates_see_the_names_they_are_given() {
    let mut sources = Sources::default();
    let names = [Name::from("who"), Name::from("many")];
    for (text, expected) in [
        ("hi ${who}", Ok("\"hi ${#0}\"")),
        ("%{ for x in many }${x}${upper(who)}%{ endfor }", Ok("\"%{for #2 in #1}${#3}${upper(#0)}%{end}\"")),
        ("${nobody}", Err("error t:1,3-1,9 Unknown variable")),
        ("${var.x}", Err("error t:1,3-1,6 Unknown variable")),
    ] {
        let file = sources.add("t", text);
        let parsed = trueup_parse::parse_template(file, text);
        let (compiled, found) = compile_template(&parsed.value, &names, &Few);
        match expected {
            Ok(expected) => assert_eq!(expr(&compiled), expected, "{text}"),
            Err(expected) => assert_eq!(lines(found, &sources), [expected], "{text}"),
        }
    }
}

#[test]
fn constants_are_calculated() {
    let mut sources = Sources::default();
    let list = |items: &[i64]| Value::tuple(items.iter().map(|n| Value::from(*n)));
    for (text, expected) in [
        ("1 + 2 * 3", Value::from(7)),
        ("-(2 - 5)", Value::from(3)),
        ("\"a${1 + 1}${true}\"", Value::string("a2true")),
        ("[1, 2][1]", Value::from(2)),
        ("{ a = { b = 5 } }.a.b", Value::from(5)),
        ("[for k, v in [5, 6, 7] : k + v if v != 6]", list(&[5, 9])),
        ("{ for k, v in { a = 1 } : \"${k}!\" => v }[\"a!\"]", Value::from(1)),
        ("{ for v in [1, 2, 3] : v % 2 => v... }[1]", list(&[1, 3])),
        ("[{ a = 1 }, { a = 2 }][*].a", list(&[1, 2])),
        ("true && !false ? \"y\" : \"n\"", Value::string("y")),
        ("false ? 1 : \"x\"", Value::string("x")),
        (
            "\"%{ if 1 < 2 }yes%{ else }no%{ endif }%{ for x in [1, 2] }${x},%{ endfor }\"",
            Value::string("yes1,2,"),
        ),
        ("1 == 1.0", Value::from(true)),
    ] {
        let ast = parsed(text, &mut sources);
        let (value, found) = compile_constant(&ast);
        assert!(found.is_empty(), "{text}: {:?}", lines(found, &sources));
        assert_eq!(value, expected, "{text}");
    }
}

#[test]
fn constants_refer_to_nothing() {
    let mut sources = Sources::default();
    for (text, expected) in [
        ("var.x", "error line:1,1-1,4 Variables not allowed"),
        ("\"${x}\"", "error line:1,4-1,5 Variables not allowed"),
        ("upper(\"x\")", "error line:1,1-1,11 Function calls not allowed"),
        ("\"x\" + 1", "error line:1,1-1,4 Invalid operand"),
        ("{}.x", "error line:1,4-1,5 Unsupported attribute"),
        ("0 / 0", "error line:1,1-1,6 Operation failed"),
        ("{ for v in [1, 1] : v => v }", "error line:1,21-1,22 Duplicate object key"),
        ("[for x in 5 : x]", "error line:1,11-1,12 Iteration over non-iterable value"),
    ] {
        let ast = parsed(text, &mut sources);
        let (value, found) = compile_constant(&ast);
        assert_eq!(lines(found, &sources), [expected], "{text}");
        assert!(!value.is_known(), "{text}");
    }
}

#[test]
fn strings_of_constants_in_json_are_no_templates() {
    let mut sources = Sources::default();
    let text = r#"{"a": "${x} \u00e9", "b": ["$${y}"], "c": 1}"#;
    let file = sources.add("x.tfvars.json", text);
    let body = trueup_parse::parse_json_config(file, text).value;
    let values: Vec<Value> =
        body.attributes.iter().map(|a| compile_json_constant(&a.expr, &sources).0).collect();
    let expected = [Value::string("${x} é"), Value::tuple([Value::string("$${y}")]), Value::from(1)];
    assert_eq!(values, expected);
}
