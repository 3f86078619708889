//! What a name that is being typed may go on with: one part of a dotted name at a time.

use std::collections::BTreeSet;

/// Where the last part of the name at the end of a text begins, and what it can become.
pub(super) fn complete(words: &BTreeSet<String>, text: &str) -> (usize, Vec<String>) {
    let name = &text[name_start(text)..];
    let plain = without_keys(name);
    let (before, part) = plain
        .rsplit_once('.')
        .map_or(("", plain.as_str()), |(_, part)| (&plain[..plain.len() - part.len()], part));
    let start = text.len() - part.len();
    let mut found: Vec<String> = Vec::new();
    for word in words.range(plain.clone()..).take_while(|word| word.starts_with(&plain)) {
        let rest = &word[before.len()..];
        let end = rest.find('.').map_or(rest.len(), |dot| dot + 1);
        if found.last().is_none_or(|last| last != &rest[..end]) {
            found.push(rest[..end].to_owned());
        }
    }
    found.dedup();
    // `a.` and `a` are one choice: a name that others go on from.
    let longer: BTreeSet<String> =
        found.iter().filter_map(|word| word.strip_suffix('.')).map(str::to_owned).collect();
    found.retain(|word| !longer.contains(word));
    (start, found)
}

/// Where the name at the end of a text begins. Keys in brackets belong to it.
fn name_start(text: &str) -> usize {
    let mut start = text.len();
    let mut depth = 0;
    for (at, c) in text.char_indices().rev() {
        match c {
            ']' => depth += 1,
            '[' if depth > 0 => depth -= 1,
            _ if depth > 0 => {}
            c if c.is_alphanumeric() || "_.-:".contains(c) => {}
            _ => return start,
        }
        start = at;
    }
    start
}

/// A name without the keys in it: `a.b["x"].c` is `a.b.c`.
fn without_keys(name: &str) -> String {
    let mut depth = 0;
    let mut out = String::new();
    for c in name.chars() {
        match c {
            '[' => depth += 1,
            ']' => depth -= 1,
            c if depth == 0 => out.push(c),
            _ => {}
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::complete;
    use std::collections::BTreeSet;

    #[test]
    fn names_are_completed_part_by_part() {
        let words = [
            "aws_vpc.main.arn",
            "aws_vpc.main.id",
            "aws_vpc.other.id",
            "data.aws_ami.a.id",
            "length(",
            "local.x",
            "lower(",
            "module.net",
            "module.net.vpc",
            "var.region",
        ];
        let words: BTreeSet<String> = words.iter().map(|word| (*word).to_owned()).collect();
        let check = |text: &str, start: usize, wanted: &[&str]| {
            assert_eq!(
                complete(&words, text),
                (start, wanted.iter().map(|w| (*w).to_owned()).collect()),
                "{text}"
            );
        };
        check("va", 0, &["var."]);
        check("var.", 4, &["region"]);
        check("upper(var.re", 10, &["region"]);
        check("l", 0, &["length(", "local.", "lower("]);
        check("aws_vpc.", 8, &["main.", "other."]);
        check("aws_vpc.main.", 13, &["arn", "id"]);
        check("aws_vpc.main[0].i", 16, &["id"]);
        check("aws_vpc.main[\"a.b\"].a", 20, &["arn"]);
        check("[for k in data.aws_ami.a", 23, &["a."]);
        check("module.net", 7, &["net."]);
        check("ä var.ré", 7, &[]);
        check("nothing", 0, &[]);
        check("(", 1, &["aws_vpc.", "data.", "length(", "local.", "lower(", "module.", "var."]);
    }
}
