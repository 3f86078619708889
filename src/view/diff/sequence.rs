//! Lists, tuples and sets.

use super::{Differ, Sides, Sign, sign};
use trueup_value::Value;

impl Differ {
    /// Elements in order; long runs that are the same are folded but for their edges.
    pub(super) fn sequence(self, items: &[Sides<'_>], column: usize, whole: bool) -> String {
        if items.is_empty() {
            return "[]".into();
        }
        let changed: Vec<bool> = items.iter().map(|(b, a)| sign(*b, *a) != Sign::Same).collect();
        let near = |i: usize| {
            changed[i] || (i > 0 && changed[i - 1]) || changed.get(i + 1).copied().unwrap_or(false)
        };
        let mut out = String::from("[\n");
        let mut folded = 0;
        for (i, (before, after)) in items.iter().enumerate() {
            if !whole && !near(i) {
                folded += 1;
                continue;
            }
            out.push_str(&self.folded(folded, column));
            folded = 0;
            let sign = sign(*before, *after);
            let value = self.value(*before, *after, column + 4, false);
            out.push_str(&format!("{}{} {value},\n", " ".repeat(column + 4), self.symbol(sign)));
        }
        out.push_str(&self.folded(folded, column));
        out.push_str(&format!("{}]", " ".repeat(column + 2)));
        out
    }

    fn folded(self, count: usize, column: usize) -> String {
        if count == 0 {
            return String::new();
        }
        let s = if count == 1 { "" } else { "s" };
        let note = format!("# ({count} unchanged element{s} hidden)");
        format!("{}{}\n", " ".repeat(column + 6), self.style.dim(&note))
    }

    /// Elements of sets have no place: they come, go or stay.
    pub(super) fn set(self, before: &Value, after: &Value, column: usize) -> String {
        let (b, a) = (before.as_sequence().unwrap_or_default(), after.as_sequence().unwrap_or_default());
        let mut rows: Vec<Sides<'_>> = Vec::new();
        rows.extend(b.iter().filter(|v| !a.contains(v)).map(|v| (Some(v), None)));
        rows.extend(a.iter().filter(|v| !b.contains(v)).map(|v| (None, Some(v))));
        let kept: Vec<Sides<'_>> = b.iter().filter(|v| a.contains(v)).map(|v| (Some(v), Some(v))).collect();
        if self.whole {
            rows.extend(kept);
            return self.sequence(&rows, column, true);
        }
        let text = self.sequence(&rows, column, true);
        let close = format!("{}]", " ".repeat(column + 2));
        let open = text.strip_suffix(&close).unwrap_or(&text);
        format!("{open}{}{close}", self.folded(kept.len(), column))
    }
}
