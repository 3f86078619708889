//! `local-exec`: a program on this machine.

use crate::text::Lines;
use crate::{Around, Failure, Say, flag, text, texts};
use rustix::process::{Pid, Signal, kill_process_group};
use std::io::Read;
use std::os::unix::process::CommandExt;
use std::process::{ExitStatus, Stdio};
use tokio::process::{Child, Command};
use trueup_value::{Kind, Value, quoted};

/// So much of the end of the output stands in the message of a failure.
const TAIL_BYTES: usize = 8 << 10;

const KIND: &str = "local-exec";

/// Runs the command and says its output line by line as it comes.
pub(crate) async fn run(config: &Value, around: &Around, say: &Say) -> Result<(), Failure> {
    let command = text(config, "command").unwrap_or_default();
    if command.is_empty() {
        return Err(Failure {
            summary: "Invalid local-exec provisioner command".into(),
            ..Failure::new(KIND, "The command must be a non-empty string.")
                .discreetly("The command must be a non-empty string.")
        });
    }
    let words = words(config, command);
    if flag(config, "quiet").unwrap_or(false) {
        say("local-exec: Executing: Suppressed by quiet=true");
    } else {
        let shown: Vec<String> = words.iter().map(|word| quoted(word)).collect();
        say(&format!("Executing: [{}]", shown.join(" ")));
    }
    let (status, output) = carry_out(&words, config, around, say)
        .await
        .map_err(|cause| unstarted(command, &words[0], config, &cause))?;
    if status.success() {
        return Ok(());
    }
    let ended = how_it_ended(status);
    let detail = format!("Error running command '{command}': {ended}. Output: {output}");
    Err(Failure::new(KIND, detail).discreetly(format!(
        "The command ended with {ended}. It and its output are not shown, since the configuration holds values that must not be."
    )))
}

/// The program with its arguments; at least one word.
fn words(config: &Value, command: &str) -> Vec<String> {
    let mut words = texts(config, "interpreter");
    if words.is_empty() {
        let shell: &[&str] = if cfg!(windows) { &["cmd", "/C"] } else { &["/bin/sh", "-c"] };
        words.extend(shell.iter().map(ToString::to_string));
    }
    words.push(command.to_owned());
    words
}

fn unstarted(command: &str, program: &str, config: &Value, cause: &std::io::Error) -> Failure {
    let place = text(config, "working_dir").map(|dir| format!(" in {dir}")).unwrap_or_default();
    let why = format!("{} can't be started{place}: {cause}", quoted(program));
    Failure::new(KIND, format!("Error running command '{command}': {why}. Output: "))
        .discreetly(format!("The program can't be started: {cause}."))
}

fn how_it_ended(status: ExitStatus) -> String {
    match status.code() {
        Some(code) => format!("exit status {code}"),
        None => status.to_string(),
    }
}

/// Both streams of the program go into one pipe, so that their order stays.
async fn carry_out(
    words: &[String],
    config: &Value,
    around: &Around,
    say: &Say,
) -> std::io::Result<(ExitStatus, String)> {
    let (reader, writer) = std::io::pipe()?;
    let mut child = {
        let mut command = Command::new(&words[0]);
        command.args(&words[1..]).env_clear().envs(around.environment.iter()).envs(variables(config));
        command.current_dir(around.dir.join(text(config, "working_dir").unwrap_or_default()));
        command.stdin(Stdio::null()).stdout(writer.try_clone()?).stderr(writer);
        // A group of its own: what the program starts goes where it goes.
        command.as_std_mut().process_group(0);
        // The command holds the writing ends: it must be gone before the end of the output can be seen.
        command.spawn()?
    };
    let said = say.clone();
    let read = tokio::task::spawn_blocking(move || tell(reader, &said));
    let mut group = Group::of(&child);
    let status = tokio::select! {
        status = child.wait() => status?,
        () = (around.stop)() => {
            group.send(Signal::INT);
            let status = child.wait().await?;
            // What it left running would go on with nobody to watch it.
            group.send(Signal::KILL);
            status
        }
    };
    group.over = true;
    let output = read.await.unwrap_or_default();
    Ok((status, output))
}

/// A program with all that it started; killed with the value unless it is over.
struct Group {
    leader: Option<Pid>,
    over: bool,
}

impl Group {
    fn of(child: &Child) -> Group {
        let number = child.id().and_then(|id| i32::try_from(id).ok());
        Group { leader: number.and_then(Pid::from_raw), over: false }
    }

    fn send(&self, signal: Signal) {
        // A group that is gone has nobody to tell.
        self.leader.map(|leader| kill_process_group(leader, signal).ok());
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        if !self.over {
            self.send(Signal::KILL);
        }
    }
}

/// Says every line and gives the end of it all.
fn tell(mut reader: impl Read, say: &Say) -> String {
    let mut lines = Lines::default();
    let mut tail = Vec::new();
    let mut buffer = [0; 4096];
    while let Ok(count @ 1..) = reader.read(&mut buffer) {
        lines.push(&buffer[..count]).iter().for_each(|line| say(line));
        tail.extend_from_slice(&buffer[..count]);
        let excess = tail.len().saturating_sub(TAIL_BYTES);
        tail.drain(..excess);
    }
    lines.end().iter().for_each(|line| say(line));
    String::from_utf8_lossy(&tail).into_owned()
}

fn variables(config: &Value) -> Vec<(String, String)> {
    let Some(Kind::Map(map)) = config.get("environment").map(Value::kind) else { return Vec::new() };
    let pair = |(name, value): (&trueup_value::Name, &Value)| {
        Some((name.to_string(), value.as_str().unwrap_or_default().to_owned()))
    };
    map.1.iter().filter_map(pair).collect()
}
