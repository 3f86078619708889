//! `-install-autocomplete` and `-uninstall-autocomplete`: a line in the start files of shells that are in use.

use std::io::Write;
use std::path::Path;

/// Start files in the home directory, and the line that each gets.
const LINES: [(&str, &str); 3] = [
    (".bashrc", "source <(trueup completion bash)"),
    (".zshrc", "source <(trueup completion zsh)"),
    (".config/fish/config.fish", "trueup completion fish | source"),
];

/// Adds the line to the start files that are there. Gives their names; an error says what couldn't be written.
pub(crate) fn install(home: &Path) -> Result<Vec<String>, String> {
    each(home, |path, text, line| {
        if text.lines().any(|known| known == line) {
            return Ok(());
        }
        let break_before = if text.is_empty() || text.ends_with('\n') { "" } else { "\n" };
        let mut file = std::fs::OpenOptions::new().append(true).open(path)?;
        file.write_all(format!("{break_before}{line}\n").as_bytes())
    })
}

/// Takes the line out again.
pub(crate) fn uninstall(home: &Path) -> Result<Vec<String>, String> {
    each(home, |path, text, line| {
        let left: String = text.split_inclusive('\n').filter(|known| known.trim_end() != line).collect();
        if left == text { Ok(()) } else { std::fs::write(path, left) }
    })
}

fn each(
    home: &Path,
    change: impl Fn(&Path, &str, &str) -> std::io::Result<()>,
) -> Result<Vec<String>, String> {
    let mut changed = Vec::new();
    for (name, line) in LINES {
        let path = home.join(name);
        let done = match std::fs::read_to_string(&path) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => continue,
            Err(error) => Err(error),
            Ok(text) => change(&path, &text, line),
        };
        done.map_err(|error| format!("{} can't be changed: {error}", path.display()))?;
        changed.push(path.display().to_string());
    }
    Ok(changed)
}

#[cfg(test)]
mod tests {
    use super::{install, uninstall};

    #[test]
    fn the_line_comes_once_and_goes_again() {
        let home = tempfile::tempdir().expect("a directory");
        let file = home.path().join(".bashrc");
        let read = || std::fs::read_to_string(&file).expect("a file");
        assert_eq!(install(home.path()), Ok(Vec::new()));
        std::fs::write(&file, "alias a=b").expect("written");
        assert_eq!(install(home.path()).map(|files| files.len()), Ok(1));
        assert_eq!(install(home.path()).map(|files| files.len()), Ok(1));
        assert_eq!(read(), "alias a=b\nsource <(trueup completion bash)\n");
        assert_eq!(uninstall(home.path()).map(|files| files.len()), Ok(1));
        assert_eq!(read(), "alias a=b\n");
    }
}
