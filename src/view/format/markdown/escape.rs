//! Values that stay values in Markdown: <https://github.github.com/gfm>. Nothing that comes from a configuration or a
//! cloud stands outside of a code span or a fence, where forges neither mention people, nor link issues, nor take
//! commands, nor read markup.

/// A code span, fit for a cell of a table too.
pub(super) fn code(text: &str) -> String {
    let text = one_line(text);
    if text.contains('|') {
        return format!("<code>{}</code>", entities(&text));
    }
    let ticks = "`".repeat(longest_run(&text) + 1);
    // A span that begins or ends with a backtick, or is blank, keeps its distance to the fence.
    let space = text.starts_with('`') || text.ends_with('`') || text.starts_with(' ') && text.ends_with(' ');
    let pad = if space { " " } else { "" };
    if text.trim().is_empty() { "` `".into() } else { format!("{ticks}{pad}{text}{pad}{ticks}") }
}

/// A code element inside of markup (`<summary>`), where Markdown isn't read.
pub(super) fn code_element(text: &str) -> String {
    let text = one_line(text).replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    format!("<code>{text}</code>")
}

/// The line that begins and ends a fence around these lines: longer than any run of backticks in them.
pub(super) fn fence<'t>(lines: impl Iterator<Item = &'t str>) -> String {
    "`".repeat(lines.map(longest_run).max().unwrap_or(0).max(2) + 1)
}

/// The target of a link.
pub(super) fn target(link: &str) -> String {
    let encoded = |c: char| match c {
        '<' => "%3C".into(),
        '>' => "%3E".into(),
        '\\' => "%5C".into(),
        c if c.is_whitespace() || c.is_control() => "%20".into(),
        c => c.to_string(),
    };
    format!("<{}>", link.chars().map(encoded).collect::<String>())
}

/// Every character that means something to somebody, by its number.
fn entities(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_ascii_punctuation() && !matches!(c, '-' | '.' | ',' | '(' | ')' | '=') {
            out.push_str(&format!("&#{};", u32::from(c)));
        } else {
            out.push(c);
        }
    }
    out
}

fn one_line(text: &str) -> String {
    text.chars().map(|c| if c == '\n' || c == '\r' || c == '\t' { ' ' } else { c }).collect()
}

fn longest_run(text: &str) -> usize {
    let (mut longest, mut run) = (0, 0);
    for c in text.chars() {
        run = if c == '`' { run + 1 } else { 0 };
        longest = longest.max(run);
    }
    longest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_stay_inside() {
        let check = |text: &str, wanted: &str| assert_eq!(code(text), wanted, "{text}");
        check("a.b[0]", "`a.b[0]`");
        check("a`b", "``a`b``");
        check("`", "`` ` ``");
        check("a\n# b", "`a # b`");
        check("", "` `");
        check("a|b", "<code>a&#124;b</code>");
        check("a\\|`@x<b>", "<code>a&#92;&#124;&#96;&#64;x&#60;b&#62;</code>");
        assert_eq!(code_element("</code><img>"), "<code>&lt;/code&gt;&lt;img&gt;</code>");
        assert_eq!(fence(["a ```` b", "`"].into_iter()), "`````");
        assert_eq!(fence([].into_iter()), "```");
        assert_eq!(target("https://x/a> b"), "<https://x/a%3E%20b>");
    }
}
