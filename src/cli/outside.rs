//! The process's own environment: arguments, variables, clock, randomness, signals. The one place that reads them.

#![expect(clippy::disallowed_methods, reason = "the outside world comes in here and nowhere else")]

use std::collections::BTreeMap;
use std::io::{IsTerminal, Read, Write};
use std::path::PathBuf;
use std::process::ExitCode;
use tokio::sync::watch;
use trueup_engine::Interrupt;

/// The process's arguments; what isn't Unicode is replaced.
pub(crate) fn arguments() -> Vec<String> {
    std::env::args_os().map(|arg| arg.to_string_lossy().into_owned()).collect()
}

/// The process's environment variables that are Unicode.
pub(crate) fn environment() -> BTreeMap<String, String> {
    std::env::vars_os()
        .filter_map(|(key, value)| Some((key.into_string().ok()?, value.into_string().ok()?)))
        .collect()
}

/// The directory that the program was started in: as the shell calls it, where that is the same one.
pub(crate) fn directory(environment: &BTreeMap<String, String>) -> PathBuf {
    let real = std::env::current_dir().unwrap_or_else(|_| PathBuf::from("."));
    let shell = environment.get("PWD").map(PathBuf::from).filter(|path| path.is_absolute());
    shell.filter(|path| path.canonicalize().ok() == real.canonicalize().ok()).unwrap_or(real)
}

/// Now, in whole seconds since 1970.
pub(crate) fn seconds() -> u64 {
    std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default().as_secs()
}

/// Now, RFC 3339 in UTC with whole seconds.
pub(crate) fn now() -> String {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    let stamp = jiff::Timestamp::from_second(i64::try_from(now.as_secs()).unwrap_or(0)).unwrap_or_default();
    stamp.to_string()
}

/// Now, RFC 3339 in UTC with microseconds, as event streams have it.
pub(crate) fn now_exact() -> String {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    let micros = i64::try_from(now.as_micros()).unwrap_or(0);
    format!("{:.6}", jiff::Timestamp::from_microsecond(micros).unwrap_or_default())
}

/// A clock for durations.
pub(crate) fn instant() -> std::time::Instant {
    std::time::Instant::now()
}

/// Fills with unpredictable bytes from the operating system.
pub(crate) fn random(bytes: &mut [u8]) {
    let mut source = std::fs::File::open("/dev/urandom").expect("the operating system has randomness");
    source.read_exact(bytes).expect("the operating system has randomness");
}

/// `user@host`
pub(crate) fn who(environment: &BTreeMap<String, String>) -> String {
    let user =
        environment.get("USER").or_else(|| environment.get("LOGNAME")).map_or("unknown", String::as_str);
    let host = rustix::system::uname();
    format!("{user}@{}", host.nodename().to_string_lossy())
}

/// Turns Ctrl-C and termination into interrupts: the first is graceful, the second immediate, and the third ends the
/// process, whatever it does: not everything looks at interrupts all the time.
#[expect(clippy::exit, reason = "who asks a third time gets it at once")]
pub(crate) fn interrupts() -> watch::Receiver<Interrupt> {
    let (sender, receiver) = watch::channel(Interrupt::None);
    tokio::spawn(async move {
        let mut terminate = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()).ok();
        for next in [Interrupt::Graceful, Interrupt::Immediate, Interrupt::Immediate] {
            let terminated = async {
                match &mut terminate {
                    Some(signal) => drop(signal.recv().await),
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                _ = tokio::signal::ctrl_c() => {}
                () = terminated => {}
            }
            if *sender.borrow() == Interrupt::Immediate {
                // As a shell reports a process that an interrupt ended.
                std::process::exit(130);
            }
            complain(match next {
                Interrupt::Immediate => {
                    "\nInterrupted again: stopping at once. What was in flight is picked up by the next run."
                }
                _ => {
                    "\nInterrupt received: finishing what is in flight, then stopping. Interrupt again to stop at once."
                }
            });
            if sender.send(next).is_err() {
                return;
            }
        }
    });
    receiver
}

/// Says something on standard error.
pub(crate) fn complain(text: &str) {
    talk(&format!("{text}\n"));
}

/// Writes to standard error as it is.
pub(crate) fn talk(text: &str) {
    // Nothing can be said about standard error being closed.
    let _ = std::io::stderr().lock().write_all(text.as_bytes());
}

/// Writes to standard output as it is, before there is a screen.
pub(crate) fn print(text: &str) {
    // Whoever closes the output early has read enough.
    let _ = std::io::stdout().write_all(text.as_bytes());
}

/// Says why the program can't go on.
pub(crate) fn fatal(text: &str) -> ExitCode {
    complain(&format!("\nError: {text}\n"));
    ExitCode::FAILURE
}

/// Reads without showing on the terminal what is typed.
pub(crate) fn unseen<T>(read: impl FnOnce() -> T) -> T {
    use rustix::termios::{LocalModes, OptionalActions, tcgetattr, tcsetattr};
    let input = std::io::stdin();
    let shown = if input.is_terminal() { tcgetattr(&input).ok() } else { None };
    if let Some(shown) = &shown {
        let mut hidden = shown.clone();
        hidden.local_modes.remove(LocalModes::ECHO);
        // A terminal that can't hide what is typed shows it.
        let _ = tcsetattr(&input, OptionalActions::Flush, &hidden);
    }
    let answer = read();
    if let Some(shown) = &shown {
        let _ = tcsetattr(&input, OptionalActions::Flush, shown);
    }
    answer
}
