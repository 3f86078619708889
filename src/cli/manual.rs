//! Manual pages in the language of `man`, from the same rows that `-help` shows.

use crate::reference::{Reference, reference};

/// The page of a command; an empty path is the program's own.
pub(crate) fn page(path: &[String]) -> String {
    let Reference { usage, about, sections } = reference(path);
    let names: Vec<&str> = std::iter::once("trueup").chain(path.iter().map(String::as_str)).collect();
    let name = names.join("-");
    let short = about.lines().next().unwrap_or_default();
    let mut out = format!(
        ".TH {} 1 \"\" \"trueup {}\" \"trueup\"\n.SH NAME\n{} \\- {}\n.SH SYNOPSIS\n{}\n.SH DESCRIPTION\n",
        escaped(&name.to_uppercase()),
        trueup_document::VERSION,
        escaped(&name),
        escaped(short.trim_end_matches('.')),
        escaped(&usage)
    );
    for paragraph in about.split("\n\n") {
        out.push_str(&format!(".PP\n{}\n", escaped(paragraph)));
    }
    for (heading, rows) in &sections {
        out.push_str(&format!(".SH {}\n", escaped(&heading.to_uppercase())));
        for (term, text) in rows {
            out.push_str(&format!(".TP\n\\fB{}\\fR\n{}\n", escaped(term), escaped(text)));
        }
    }
    if path.is_empty() {
        out.push_str(".SH SEE ALSO\nEach command has a page of its own, such as trueup\\-plan(1).\n");
    } else {
        out.push_str(".SH SEE ALSO\ntrueup(1)\n");
    }
    out
}

/// Text without meaning to the formatter.
fn escaped(text: &str) -> String {
    let lines = text.lines().map(|line| {
        let line = line.replace('\\', "\\e").replace('-', "\\-");
        if line.starts_with(['.', '\'']) { format!("\\&{line}") } else { line }
    });
    lines.collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::{escaped, page};

    #[test]
    fn text_means_itself() {
        for (text, wanted) in [("-a", "\\-a"), (".x", "\\&.x"), ("a\\b", "a\\eb"), ("a\n'b", "a\n\\&'b")] {
            assert_eq!(escaped(text), wanted);
        }
    }

    #[test]
    fn a_page() {
        insta::assert_snapshot!(page(&["workspace".into(), "new".into()]));
    }
}
