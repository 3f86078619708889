//! The canonical layout; what is right of the arrow was made by Terraform.

use trueup_parse::fmt::format;

#[track_caller]
fn check(cases: &[(&str, &str)]) {
    for (text, expected) in cases {
        assert_eq!(format(text), *expected, "{text}");
        assert_eq!(format(expected), *expected, "again: {expected}");
    }
}

#[test]
fn spaces() {
    check(&[
        ("a=1+2*-3\n", "a = 1 + 2 * -3\n"),
        ("a = b ?c:!d\n", "a = b ? c : !d\n"),
        ("a = f( 1,2 , 3 ) [ 0 ] . x\n", "a = f(1, 2, 3)[0].x\n"),
        ("a = {b=1,c:[ 2 ]}\n", "a = { b = 1, c : [2] }\n"),
        ("a = {for k,v in [1]:k=>v...}\n", "a = { for k, v in [1] : k => v... }\n"),
        ("a = \"x${  b  }y%{ if c }z%{ endif }\"\n", "a = \"x${b}y%{if c}z%{endif}\"\n"),
        ("a = b -1\nc = [- 1]\n", "a = b - 1\nc = [-1]\n"),
        ("x   \"y\"   {}\n", "x \"y\" {}\n"),
        ("x { a=1 }\n", "x { a = 1 }\n"),
        ("a = b :: c (1)\n", "a = b::c(1)\n"),
        ("\ta = 1#x\n", "a = 1 #x\n"),
    ]);
}

#[test]
fn columns() {
    check(&[
        ("a = 1\nbb = 2\n\nccc = 3\n", "a  = 1\nbb = 2\n\nccc = 3\n"),
        ("a = 1   # x\nbbb = 22 // y\n", "a   = 1  # x\nbbb = 22 // y\n"),
        ("a = \"é\" # x\nbb = \"日本\" # y\n", "a  = \"é\"  # x\nbb = \"日本\" # y\n"),
        ("a = 1\nbb = {\nccc = 2\n}\ndddd = 3\n", "a = 1\nbb = {\n  ccc = 2\n}\ndddd = 3\n"),
        ("a = [ # x\n1, # y\n22 # z\n]\n", "a = [ # x\n  1,  # y\n  22  # z\n]\n"),
    ]);
}

#[test]
fn indentation() {
    check(&[
        ("a = [\n1,\n2]\n", "a = [\n  1,\n2]\n"),
        ("a = {\nb = [{\nc = 1\n}]\n}\n", "a = {\n  b = [{\n    c = 1\n  }]\n}\n"),
        ("a = f(x, {\nb = 1\n})\n", "a = f(x, {\n  b = 1\n})\n"),
        ("x {\ny {\n# c\na = 1\n}\n}\n", "x {\n  y {\n    # c\n    a = 1\n  }\n}\n"),
        ("x {\n  a = <<-E\n y\n    E\n  b = 1\n}\n", "x {\n  a = <<-E\n y\n    E\n  b = 1\n}\n"),
        ("a = (1\n+ 2)\n", "a = (1\n+ 2)\n"),
    ]);
}

#[test]
fn old_forms() {
    check(&[
        ("a = \"${b}\"\n", "a = b\n"),
        ("a = [\"${b}\"]\n", "a = [\"${b}\"]\n"),
        ("a = \"${b}${c}\"\n", "a = \"${b}${c}\"\n"),
        ("a = \"${b\n? 1 : 2}\"\n", "a = (b\n? 1 : 2)\n"),
        ("variable \"x\" { type = \"string\" }\n", "variable \"x\" { type = string }\n"),
        ("variable \"x\" {\n  type = \"map\"\n}\n", "variable \"x\" {\n  type = map(string)\n}\n"),
        ("variable \"x\" { type = list }\n", "variable \"x\" { type = list(any) }\n"),
        ("x { type = \"list\" }\n", "x { type = \"list\" }\n"),
        ("resource foo /* c */ \"bar\" {\n}\n", "resource \"foo\" \"bar\" {\n}\n"),
    ]);
}

#[test]
fn ends() {
    check(&[
        ("", ""),
        ("a = 1", "a = 1"),
        ("a = 1\n\t", "a = 1\n "),
        ("\n\n\na=1\n\n\n", "\n\n\na = 1\n\n\n"),
        ("\u{feff}a=1\r\nb {\r\nc=2\r\n}\r\n", "a = 1\r\nb {\r\n  c = 2\r\n}\r\n"),
    ]);
}
