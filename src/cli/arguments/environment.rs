//! Arguments that come from the environment: `TF_CLI_ARGS`, and `TF_CLI_ARGS_name` for one command.
//!
//! They stand between the command and its own arguments, those for one command first. Words are split as a shell
//! does, without any expansion.

use std::collections::BTreeMap;

/// The arguments with those of the environment, which are for the command named by the first `place` arguments.
/// An error is a message that says what can't be read.
pub(crate) fn extended(
    mut args: Vec<String>,
    path: &[String],
    place: usize,
    environment: &BTreeMap<String, String>,
) -> Result<Vec<String>, String> {
    if path.is_empty() {
        return Ok(args);
    }
    let named = format!("TF_CLI_ARGS_{}", path.join("_").replace('-', "_"));
    let mut extra = Vec::new();
    for name in [named.as_str(), "TF_CLI_ARGS"] {
        let Some(text) = environment.get(name) else { continue };
        let words = words(text)
            .ok_or_else(|| format!("Error parsing extra CLI args from {name}: a quote is open"))?;
        extra.extend(words);
    }
    args.splice(place..place, extra);
    Ok(args)
}

/// Words as a shell splits them; `None` where a quote is left open.
fn words(text: &str) -> Option<Vec<String>> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut quote = None;
    let mut rest = text.chars();
    while let Some(c) = rest.next() {
        match (quote, c) {
            (Some(open), c) if c == open => quote = None,
            (None, '"' | '\'') => {
                quote = Some(c);
                word.get_or_insert_default();
            }
            (None | Some('"'), '\\') => word.get_or_insert_default().push(rest.next()?),
            (None, c) if c.is_whitespace() => words.extend(word.take()),
            (_, c) => word.get_or_insert_default().push(c),
        }
    }
    words.extend(word);
    if quote.is_some() { None } else { Some(words) }
}

#[cfg(test)]
mod tests {
    use super::{extended, words};

    #[test]
    fn words_are_split_as_in_a_shell() {
        let check = |text: &str, wanted: Option<&[&str]>| {
            let found = words(text);
            assert_eq!(
                found.as_ref().map(|all| all.iter().map(String::as_str).collect()),
                wanted.map(Vec::from)
            );
        };
        check("", Some(&[]));
        check("  -a  -b=c\t", Some(&["-a", "-b=c"]));
        check("-var 'a=x y' -var \"b=\\\"z\\\"\"", Some(&["-var", "a=x y", "-var", "b=\"z\""]));
        check("a\\ b '' $HOME", Some(&["a b", "", "$HOME"]));
        check("'c:\\d'", Some(&["c:\\d"]));
        check("-var 'a", None);
        check("a\\", None);
    }

    #[test]
    fn they_stand_before_those_of_the_command_line() {
        let check = |line: &str, place: usize, path: &[&str], wanted: &str| {
            let environment =
                [("TF_CLI_ARGS", "-x"), ("TF_CLI_ARGS_state_rm", "-y"), ("TF_CLI_ARGS_force_unlock", "-z")];
            let environment = environment.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
            let args = line.split(' ').map(str::to_owned).collect();
            let path: Vec<String> = path.iter().map(|name| (*name).to_owned()).collect();
            let found = extended(args, &path, place, &environment).expect("words");
            assert_eq!(found.join(" "), wanted);
        };
        check("trueup -chdir=d plan -out=p", 3, &["plan"], "trueup -chdir=d plan -x -out=p");
        check("trueup state rm a", 3, &["state", "rm"], "trueup state rm -y -x a");
        check("trueup force-unlock a", 2, &["force-unlock"], "trueup force-unlock -z -x a");
        check("trueup -help", 1, &[], "trueup -help");
    }
}
