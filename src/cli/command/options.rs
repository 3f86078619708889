//! Arguments as the engine takes them.

use crate::arguments::{Locking, Planning, StateFiles, Variables};
use crate::command::Context;
use std::collections::BTreeSet;
use std::time::Duration;
use trueup_addr::{Mode, ResourceInstance, Target};
use trueup_diag::{Diagnostic, Diagnostics};
use trueup_engine::{Holding, InputSources, LockOptions, PlanOptions, SessionOptions};
use trueup_plan::PlanMode;
use trueup_store::Backup;
use trueup_value::nanoseconds;

/// How many calls each of many stacks has in flight.
pub(crate) const CALLS: usize = 10;

/// What is planned.
pub(crate) fn plan_options(planning: &Planning, destroy: bool) -> Result<PlanOptions, Diagnostics> {
    let mut diagnostics = Diagnostics::new();
    let destroy = destroy || planning.destroy;
    if destroy && planning.refresh_only {
        diagnostics.push(Diagnostic::error(
            "Incompatible plan mode options",
            "The -destroy and -refresh-only options ask for different plans and can't be used together.",
        ));
    }
    if planning.refresh_only && !planning.refresh {
        diagnostics.push(Diagnostic::error(
            "Incompatible refresh options",
            "It doesn't make sense to use -refresh-only together with -refresh=false: there would be nothing to do.",
        ));
    }
    if (destroy || planning.refresh_only) && !planning.replace.is_empty() {
        diagnostics.push(Diagnostic::error(
            "Unsupported plan mode",
            "The -replace option asks for new objects, which a plan with -destroy or -refresh-only never makes.",
        ));
    }
    let operating = &planning.operating;
    let parallelism = parallelism(planning.operating.parallelism).unwrap_or_else(|diagnostic| {
        diagnostics.push(*diagnostic);
        PARALLELISM
    });
    let mut targets = parse_all::<Target>(&operating.target, "Invalid target", &mut diagnostics);
    targets.extend(read_targets(&operating.target_file, "target", &mut diagnostics));
    let mut excludes = parse_all::<Target>(&operating.exclude, "Invalid exclude", &mut diagnostics);
    excludes.extend(read_targets(&operating.exclude_file, "exclude", &mut diagnostics));
    if !targets.is_empty() && !excludes.is_empty() {
        diagnostics.push(
            Diagnostic::error(
                "Invalid combination of arguments",
                "-target says what a plan is about, -exclude what it is not about; a plan takes one of them.",
            )
            .hint("leave -target and -target-file out, or -exclude and -exclude-file"),
        );
    }
    let replace =
        parse_all::<ResourceInstance>(&planning.replace, "Invalid force-replace address", &mut diagnostics);
    for addr in replace.iter().filter(|addr| addr.resource.mode != Mode::Managed) {
        let detail = format!("{addr} is no managed resource, and nothing else can be replaced.");
        diagnostics.push(Diagnostic::error("Invalid force-replace address", detail));
    }
    if diagnostics.has_errors() {
        return Err(diagnostics);
    }
    let mode = match (destroy, planning.refresh_only) {
        (true, _) => PlanMode::Destroy,
        (_, true) => PlanMode::RefreshOnly,
        _ => PlanMode::Normal,
    };
    Ok(PlanOptions { mode, refresh: planning.refresh, targets, excludes, only: None, replace, parallelism })
}

/// How many calls are in flight at once where nobody says otherwise.
const PARALLELISM: usize = 10;

/// Nothing is what nobody says, as Terraform has it.
pub(crate) fn parallelism(number: i64) -> Result<usize, Box<Diagnostic>> {
    match usize::try_from(number) {
        Ok(0) => Ok(PARALLELISM),
        Ok(number) => Ok(number),
        Err(_) => Err(Box::new(
            Diagnostic::error(
                "Invalid parallelism value",
                format!("The parallelism must be a positive value. Not {number}."),
            )
            .hint("leave -parallelism out: there are 10 calls at once then"),
        )),
    }
}

/// The addresses in files: one a line, empty lines and comments left out.
fn read_targets(files: &[String], what: &str, diagnostics: &mut Diagnostics) -> BTreeSet<Target> {
    let mut all = BTreeSet::new();
    for file in files {
        let text = match std::fs::read_to_string(file) {
            Ok(text) => text,
            Err(error) => {
                let detail = format!("The file {file} with addresses can't be read: {error}.");
                diagnostics.push(Diagnostic::error(format!("Failed to read the {what} file"), detail));
                continue;
            }
        };
        for (number, line) in text.trim_start_matches('\u{feff}').lines().enumerate() {
            let line = line.trim();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            match line.parse() {
                Ok(target) => drop(all.insert(target)),
                Err(error) => {
                    let detail = format!("{file}, line {}: {error}.", number + 1);
                    diagnostics.push(Diagnostic::error(format!("Invalid {what} \"{line}\""), detail));
                }
            }
        }
    }
    all
}

fn parse_all<T: std::str::FromStr<Err = trueup_addr::ParseError> + Ord>(
    texts: &[String],
    summary: &'static str,
    diagnostics: &mut Diagnostics,
) -> BTreeSet<T> {
    let mut all = BTreeSet::new();
    for text in texts {
        match text.parse() {
            Ok(parsed) => drop(all.insert(parsed)),
            Err(error) => {
                diagnostics.push(Diagnostic::error(format!("{summary} \"{text}\""), format!("{error}.")));
            }
        }
    }
    all
}

/// How a session is opened.
pub(crate) fn session_options(
    context: &Context,
    operation: &str,
    variables: &Variables,
    locking: &Locking,
    files: &StateFiles,
) -> Result<SessionOptions, Diagnostics> {
    Ok(SessionOptions {
        holding: Holding {
            operation: operation.into(),
            locking: lock_options(locking)?,
            backup: backup(files),
        },
        inputs: input_sources(context, variables),
        state_path: files.state.clone(),
        state_out: files.state_out.clone(),
        saved: None,
        valid: true,
    })
}

/// Where the state is kept as it was.
fn backup(files: &StateFiles) -> Backup {
    match files.backup.as_deref() {
        None => Backup::Beside,
        Some("-") => Backup::None,
        Some(path) => Backup::File(path.into()),
    }
}

/// How a state is locked.
pub(crate) fn lock_options(locking: &Locking) -> Result<LockOptions, Diagnostics> {
    let timeout = waiting(&locking.lock_timeout).ok_or_else(|| {
        Diagnostics::from(
            Diagnostic::error(
                "Invalid lock timeout",
                format!("\"{}\" is not a duration.", locking.lock_timeout),
            )
            .hint("durations are written 30s, 5m or 1h"),
        )
    })?;
    Ok(LockOptions { lock: locking.lock, timeout })
}

/// Values for variables, later ones over earlier ones.
pub(crate) fn input_sources(context: &Context, variables: &Variables) -> InputSources {
    InputSources { environment: (*context.environment).clone(), given: variables.given.clone() }
}

/// A length of time as Go writes it; less than nothing is nothing.
fn waiting(text: &str) -> Option<Duration> {
    let nanoseconds = nanoseconds(text).ok()?;
    Some(Duration::from_nanos(u64::try_from(nanoseconds).unwrap_or(0)))
}

#[cfg(test)]
mod tests {
    use super::{Duration, waiting};

    #[test]
    fn nobody_waits_for_less_than_nothing() {
        let check = |text: &str, seconds: Option<u64>| {
            assert_eq!(waiting(text), seconds.map(Duration::from_secs), "{text}");
        };
        check("1m30s", Some(90));
        check("-5s", Some(0));
        check("0", Some(0));
        check("--5s", None);
        check("5", None);
    }
}
