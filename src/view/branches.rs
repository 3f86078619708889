//! Trees drawn with lines: modules, providers of modules.

use super::style::neutral;

/// A line of a tree and what hangs below it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Branch {
    /// The line.
    pub text: String,
    /// What hangs below, in the order it is drawn.
    pub below: Vec<Branch>,
}

/// The tree below a dot.
pub fn tree(branches: &[Branch]) -> String {
    let mut out = String::from(".\n");
    write(branches, "", &mut out);
    out
}

fn write(branches: &[Branch], indent: &str, out: &mut String) {
    for (place, branch) in branches.iter().enumerate() {
        let last = place + 1 == branches.len();
        let (line, below) = if last { ("└── ", "    ") } else { ("├── ", "│   ") };
        out.push_str(&format!("{indent}{line}{}\n", neutral(&branch.text)));
        write(&branch.below, &format!("{indent}{below}"), out);
    }
}

#[cfg(test)]
mod tests {
    use super::{Branch, tree};

    #[test]
    fn lines_lead_to_what_belongs_together() {
        let leaf = |text: &str| Branch { text: text.into(), below: Vec::new() };
        let one = Branch { text: "one".into(), below: vec![leaf("a"), leaf("b")] };
        let wanted = ".\n├── one\n│   ├── a\n│   └── b\n└── two\n";
        assert_eq!(tree(&[one, leaf("two")]), wanted);
        assert_eq!(tree(&[]), ".\n");
    }
}
