//! Whether what was typed is complete: lines belong together while brackets or heredocs are open.

/// What a line, with those still open before it, asks for.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Entered {
    /// More lines belong to it.
    More,
    Nothing,
    Help,
    Exit,
    Expression(String),
}

/// Lines on their way to being an expression.
#[derive(Debug, Default)]
pub(crate) struct Pending(String);

impl Pending {
    /// What a whole text asks for.
    pub(crate) fn whole(text: &str) -> Entered {
        Pending(format!("{text}\n")).take()
    }

    /// Whether more has to follow.
    pub(crate) fn is_open(text: &str) -> bool {
        let ends = text.ends_with('\n') && !heredoc_is_open(text);
        !ends && (brackets_are_open(text) || heredoc_is_open(text))
    }

    /// Takes a line, and says what came of all that belong to it.
    pub(crate) fn enter(&mut self, line: &str) -> Entered {
        let ends = line.trim().is_empty() && !heredoc_is_open(&self.0);
        self.0.push_str(line);
        self.0.push('\n');
        if !ends && (brackets_are_open(&self.0) || heredoc_is_open(&self.0)) {
            return Entered::More;
        }
        self.take()
    }

    /// What was typed so far, as if nothing followed.
    pub(crate) fn take(&mut self) -> Entered {
        let text = std::mem::take(&mut self.0);
        // A heredoc needs the line end after its marker.
        let whole = if text.contains("<<") { text.trim_start() } else { text.trim() };
        match text.trim() {
            "" => Entered::Nothing,
            "help" => Entered::Help,
            "exit" | "quit" => Entered::Exit,
            _ => Entered::Expression(whole.to_owned()),
        }
    }
}

/// Whether brackets are open; those in strings, comments and heredocs don't count.
fn brackets_are_open(text: &str) -> bool {
    let mut depth = 0i64;
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        depth += depth_of(line);
        if let Some(marker) = heredoc_marker(line) {
            // The heredoc's own lines are passed over, to its end marker or to the end.
            let _ = lines.find(|line| line.trim() == marker);
        }
    }
    depth > 0
}

/// How many more brackets a line opens than it closes.
fn depth_of(line: &str) -> i64 {
    let mut depth = 0;
    let mut quoted = false;
    let mut rest = line.chars();
    while let Some(c) = rest.next() {
        match c {
            '\\' if quoted => drop(rest.next()),
            '"' => quoted = !quoted,
            '#' if !quoted => return depth,
            '(' | '[' | '{' if !quoted => depth += 1,
            ')' | ']' | '}' if !quoted => depth -= 1,
            _ => {}
        }
    }
    depth
}

fn heredoc_marker(line: &str) -> Option<&str> {
    let (_, rest) = line.split_once("<<")?;
    let rest = rest.trim_start_matches('-');
    let end = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
    if end > 0 { Some(&rest[..end]) } else { None }
}

fn heredoc_is_open(text: &str) -> bool {
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        let Some(marker) = heredoc_marker(line) else { continue };
        if !lines.any(|line| line.trim() == marker) {
            return true;
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::{Entered, Pending};

    #[test]
    fn lines_belong_together_while_something_is_open() {
        let check = |lines: &[&str], wanted: &[Entered]| {
            let mut pending = Pending::default();
            let got: Vec<Entered> = lines.iter().map(|line| pending.enter(line)).collect();
            assert_eq!(got, wanted, "{lines:?}");
        };
        let expression = |text: &str| Entered::Expression(text.into());
        check(&["1 + 1"], &[expression("1 + 1")]);
        check(&["[1,", "2]"], &[Entered::More, expression("[1,\n2]")]);
        check(&["{", "", "1"], &[Entered::More, expression("{"), expression("1")]);
        check(&["\"(\""], &[expression("\"(\"")]);
        check(&["\"\\\"(\""], &[expression("\"\\\"(\"")]);
        check(&["[ # (", "]"], &[Entered::More, expression("[ # (\n]")]);
        check(
            &["<<EOT", "(", "", "EOT"],
            &[Entered::More, Entered::More, Entered::More, expression("<<EOT\n(\n\nEOT\n")],
        );
        check(
            &["", " exit ", "help", "quit"],
            &[Entered::Nothing, Entered::Exit, Entered::Help, Entered::Exit],
        );
    }

    #[test]
    fn a_text_is_open_until_its_brackets_close_or_a_line_is_empty() {
        let check = |text: &str, wanted: bool| assert_eq!(Pending::is_open(text), wanted, "{text:?}");
        check("1 + 1", false);
        check("[1,", true);
        check("[1,\n2]", false);
        check("[1,\n", false);
        check("<<EOT", true);
        check("<<EOT\n\n", true);
        check("<<EOT\n\nEOT", false);
        check("\"[\"", false);
    }
}
