//! JSON text as Go's encoder lays it out: two spaces, `<`, `>`, `&` and the line separators escaped.

/// The characters that are escaped outside and plain inside.
const ESCAPED: [(char, &str); 5] =
    [('<', "\\u003c"), ('>', "\\u003e"), ('&', "\\u0026"), ('\u{2028}', "\\u2028"), ('\u{2029}', "\\u2029")];

/// Lays out compact JSON over lines; text must be valid JSON without space between tokens.
pub fn indent(compact: &str) -> String {
    let mut out = String::with_capacity(compact.len() * 2);
    let mut depth = 0_usize;
    let mut chars = compact.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '"' => {
                out.push('"');
                string(&mut chars, &mut out);
            }
            '{' | '[' => {
                out.push(c);
                if let Some(end) = chars.next_if(|next| matches!(next, '}' | ']')) {
                    out.push(end);
                } else {
                    depth += 1;
                    line(&mut out, depth);
                }
            }
            '}' | ']' => {
                depth = depth.saturating_sub(1);
                line(&mut out, depth);
                out.push(c);
            }
            ',' => {
                out.push(c);
                line(&mut out, depth);
            }
            ':' => out.push_str(": "),
            c => out.push(c),
        }
    }
    out
}

fn line(out: &mut String, depth: usize) {
    out.push('\n');
    for _ in 0..depth {
        out.push_str("  ");
    }
}

/// Copies a string up to its closing quote, escaping what Go escapes.
fn string(chars: &mut impl Iterator<Item = char>, out: &mut String) {
    while let Some(c) = chars.next() {
        match ESCAPED.iter().find(|(plain, _)| *plain == c) {
            Some((_, escape)) => out.push_str(escape),
            None => out.push(c),
        }
        match c {
            '"' => return,
            '\\' => out.extend(chars.next()),
            _ => {}
        }
    }
}

/// Takes out the space between tokens and the escapes that [`indent`] puts in, so that equal texts are equal bytes;
/// text must be valid JSON.
pub(crate) fn compact(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    let mut quoted = false;
    while let Some(c) = rest.chars().next() {
        let mut length = c.len_utf8();
        match c {
            ' ' | '\n' | '\r' | '\t' if !quoted => {}
            '\\' => {
                let known = ESCAPED.iter().find(|(_, escape)| starts_with_escape(rest, escape));
                if let Some((plain, escape)) = known {
                    out.push(*plain);
                    length = escape.len();
                } else {
                    length = 1 + rest[1..].chars().next().map_or(0, char::len_utf8);
                    out.push_str(&rest[..length]);
                }
            }
            c => {
                quoted ^= c == '"';
                out.push(c);
            }
        }
        rest = &rest[length..];
    }
    out
}

fn starts_with_escape(text: &str, escape: &str) -> bool {
    text.get(..escape.len()).is_some_and(|head| head.eq_ignore_ascii_case(escape))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn layout_is_undone_by_compaction() {
        let cases = [
            (
                r#"{"a":[1,{"b":"x"}],"c":[],"d":{}}"#,
                "{\n  \"a\": [\n    1,\n    {\n      \"b\": \"x\"\n    }\n  ],\n  \"c\": [],\n  \"d\": {}\n}",
            ),
            (
                r#"["<a>&","\\u003c","\"{:,"]"#,
                "[\n  \"\\u003ca\\u003e\\u0026\",\n  \"\\\\u003c\",\n  \"\\\"{:,\"\n]",
            ),
            ("[\"\u{2028}\u{2029}é\"]", "[\n  \"\\u2028\\u2029é\"\n]"),
        ];
        for (short, long) in cases {
            assert_eq!(indent(short), long);
            assert_eq!(compact(long), short);
            assert_eq!(compact(short), short);
        }
    }
}
