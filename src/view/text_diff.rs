//! Two texts as a unified diff.

use super::diff::common_lines;

const CONTEXT: usize = 3;

/// A unified diff of a file before and after.
pub fn unified(name: &str, before: &str, after: &str) -> String {
    let (b, a): (Vec<&str>, Vec<&str>) = (before.lines().collect(), after.lines().collect());
    let mut rows: Vec<(char, &str, usize, usize)> = Vec::new();
    let (mut i, mut j) = (0, 0);
    for (next_b, next_a) in common_lines(&b, &a).into_iter().chain([(b.len(), a.len())]) {
        rows.extend(b[i..next_b].iter().enumerate().map(|(k, line)| ('-', *line, i + k, j)));
        rows.extend(a[j..next_a].iter().enumerate().map(|(k, line)| ('+', *line, next_b, j + k)));
        if let Some(line) = b.get(next_b) {
            rows.push((' ', line, next_b, next_a));
        }
        (i, j) = (next_b + 1, next_a + 1);
    }
    let mut out = format!("--- old/{name}\n+++ new/{name}\n");
    let mut row = 0;
    while let Some(first) = rows[row..].iter().position(|r| r.0 != ' ').map(|offset| row + offset) {
        let start = first.saturating_sub(CONTEXT);
        let mut last = first;
        for (index, one) in rows.iter().enumerate().skip(first) {
            if one.0 != ' ' {
                last = index;
            } else if index > last + 2 * CONTEXT {
                break;
            }
        }
        let end = (last + CONTEXT + 1).min(rows.len());
        let hunk = &rows[start..end];
        let count = |skip: char| hunk.iter().filter(|r| r.0 != skip).count();
        out.push_str(&format!("@@ -{},{} +{},{} @@\n", hunk[0].2 + 1, count('+'), hunk[0].3 + 1, count('-')));
        for (sign, line, _, _) in hunk {
            out.push_str(&format!("{sign}{line}\n"));
        }
        row = end;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::unified;

    #[test]
    fn only_what_changed_and_three_lines_around_it_is_shown() {
        let before = "a\nb\nc\nd\ne\nf\ng\n";
        let after = "a\nb\nc\nd\ne\nF\ng\n";
        let wanted = "--- old/x\n+++ new/x\n@@ -3,5 +3,5 @@\n c\n d\n e\n-f\n+F\n g\n";
        assert_eq!(unified("x", before, after), wanted);
    }
}
