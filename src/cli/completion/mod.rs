//! What can follow on an unfinished command line: shells ask by running the program with `COMP_LINE` set.
//!
//! One answer serves all shells; what differs is the script that asks, in [`script`].

pub(crate) mod install;
pub(crate) mod script;

use crate::arguments::{is_switch, table};
use clap::{Arg, Command};
use std::collections::BTreeMap;

/// Options that stand before any command.
const GLOBAL: [&str; 3] = ["-chdir=", "-help", "-version"];

/// What can follow, where a shell asks.
pub(crate) fn asked(environment: &BTreeMap<String, String>) -> Option<Vec<String>> {
    let line = environment.get("COMP_LINE")?;
    let point = environment.get("COMP_POINT").and_then(|text| text.parse().ok());
    let end = point.filter(|end| line.is_char_boundary(*end) && *end <= line.len()).unwrap_or(line.len());
    let words: Vec<&str> = line[..end].split(char::is_whitespace).collect();
    let (current, before) = words.split_last()?;
    let before: Vec<&str> = before.iter().copied().filter(|word| !word.is_empty()).skip(1).collect();
    Some(following(&before, current))
}

/// What can stand for the word `current` after the words `before`.
fn following(before: &[&str], current: &str) -> Vec<String> {
    let mut command = table();
    let mut depth = 0;
    for word in before.iter().filter(|word| !word.starts_with('-')) {
        let Some(next) = command.find_subcommand(word).cloned() else { break };
        command = next;
        depth += 1;
    }
    let mut all = if current.starts_with('-') {
        options(&command, depth, current)
    } else {
        command.get_subcommands().map(|sub| sub.get_name().to_owned()).collect()
    };
    // Two dashes are as good as one.
    let dashes = if current.starts_with("--") { "-" } else { "" };
    all.iter_mut().filter(|word| word.starts_with('-')).for_each(|word| word.insert_str(0, dashes));
    all.retain(|word| word.starts_with(current));
    all.sort();
    all
}

fn options(command: &Command, depth: usize, current: &str) -> Vec<String> {
    if depth == 0 {
        return GLOBAL.map(str::to_owned).into();
    }
    let named = current.trim_start_matches('-').split_once('=').map(|(name, _)| name);
    let known = command.get_arguments().filter(|arg| !arg.is_positional() && arg.get_id() != "chdir");
    let mut all: Vec<String> = match named {
        Some(name) => known.filter(|arg| arg.get_long() == Some(name)).flat_map(values).collect(),
        None => known.map(option).collect(),
    };
    if named.is_none() {
        all.extend(["-help".to_owned(), "-no-color".to_owned()]);
    }
    all
}

fn option(arg: &Arg) -> String {
    let name = arg.get_long().unwrap_or_default();
    if is_switch(arg) { format!("-{name}") } else { format!("-{name}=") }
}

fn values(arg: &Arg) -> Vec<String> {
    let name = arg.get_long().unwrap_or_default();
    let values: Vec<String> = if is_switch(arg) {
        vec!["false".into(), "true".into()]
    } else {
        arg.get_possible_values().iter().map(|value| value.get_name().to_owned()).collect()
    };
    values.into_iter().map(|value| format!("-{name}={value}")).collect()
}

#[cfg(test)]
mod tests {
    use super::asked;

    #[test]
    fn what_can_follow_is_what_the_table_has() {
        let check = |line: &str, wanted: &[&str]| {
            let environment = [("COMP_LINE".to_owned(), line.to_owned())].into();
            assert_eq!(asked(&environment).expect("an answer"), wanted, "{line}");
        };
        check("trueup va", &["validate"]);
        check("trueup st", &["stacks", "state"]);
        check("trueup state r", &["replace-provider", "rm"]);
        check("trueup -", &["-chdir=", "-help", "-version"]);
        check("trueup -chdir=x work", &["workspace"]);
        check("trueup plan -ref", &["-refresh", "-refresh-only"]);
        check("trueup plan --ref", &["--refresh", "--refresh-only"]);
        check("trueup plan -out=x -lock=", &["-lock=false", "-lock=true"]);
        check("trueup plan -dep", &["-deprecation="]);
        check(
            "trueup plan -deprecation=module:",
            &["-deprecation=module:all", "-deprecation=module:local", "-deprecation=module:none"],
        );
        check("trueup plan x", &[]);
    }

    #[test]
    fn the_cursor_counts() {
        let environment = [
            ("COMP_LINE".to_owned(), "trueup va -json".to_owned()),
            ("COMP_POINT".to_owned(), "9".to_owned()),
        ];
        assert_eq!(asked(&environment.into()).expect("an answer"), ["validate"]);
        assert_eq!(asked(&std::collections::BTreeMap::new()), None);
    }
}
