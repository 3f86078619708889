//! `remote-exec` and `file`: scripts and files on another machine.

use crate::connection::Connection;
use crate::copy::{mode_of, put, put_directory, shell_quoted};
use crate::ssh::{Session, connect};
use crate::{Around, Failure, Job, Say, text, texts};
use std::sync::Arc;

const EXEC: &str = "remote-exec";
const FILE: &str = "file";

/// Puts each script on the machine, runs it there, and takes it away again.
pub(crate) async fn run_scripts(job: &Job, around: &Around, say: &Say) -> Result<(), Failure> {
    let scripts = scripts(job, around).await?;
    let connection = connection(job, around)?;
    let session = connect(EXEC, &connection, around, say).await?;
    for script in scripts {
        run_script(&session, &script, &connection, (around, say)).await?;
    }
    Ok(())
}

fn connection(job: &Job, around: &Around) -> Result<Connection, Failure> {
    let agent = around.environment.get("SSH_AUTH_SOCK").is_some_and(|socket| !socket.is_empty());
    Connection::read(&job.kind, job.connection.as_ref(), agent)
}

/// The scripts as they will stand on the machine.
async fn scripts(job: &Job, around: &Around) -> Result<Vec<Vec<u8>>, Failure> {
    let inline = texts(&job.config, "inline");
    if !inline.is_empty() {
        let script: String = inline.iter().map(|line| format!("{line}\n")).collect();
        return Ok(vec![with_shell(script.into_bytes())]);
    }
    let named = text(&job.config, "script").map(str::to_owned).into_iter();
    let mut scripts = Vec::new();
    for path in named.chain(texts(&job.config, "scripts")) {
        let read = tokio::fs::read(around.dir.join(&path)).await;
        scripts.push(read.map(with_shell).map_err(|cause| {
            Failure::new(EXEC, format!("Failed to open script '{path}': {cause}"))
                .discreetly(format!("A script can't be read: {cause}."))
        })?);
    }
    Ok(scripts)
}

/// A script says itself what runs it, and otherwise the shell does.
fn with_shell(script: Vec<u8>) -> Vec<u8> {
    if script.starts_with(b"#!") { script } else { [b"#!/bin/sh\n".as_slice(), &script].concat() }
}

async fn run_script(
    session: &Session,
    script: &[u8],
    connection: &Connection,
    (around, say): (&Around, &Say),
) -> Result<(), Failure> {
    let path = connection.script_path.replace("%RAND%", &digits(around));
    let failed = |what: &str, cause: String| {
        Failure::new(EXEC, format!("{what}: {cause}")).discreetly(format!("{what}."))
    };
    put(session, script, &path, 0o644).await.map_err(|cause| failed("Error uploading script", cause))?;
    let silent: Say = Arc::new(|_| {});
    let lost = |cause: russh::Error| failed("The machine was lost", cause.to_string());
    if !connection.windows {
        session.run(&format!("chmod 0777 {}", shell_quoted(&path)), &silent).await.map_err(lost)?;
    }
    let status = session.run(&path, say).await.map_err(lost)?;
    // That a script stays behind is no reason to call the provisioner failed; Terraform leaves it at that too.
    drop(session.run(&removal(&path, connection.windows), &silent).await);
    let ended = match status {
        Some(0) => return Ok(()),
        Some(status) => format!("Process exited with status {status}"),
        None => "the process ended without an exit status, as when it is killed".into(),
    };
    Err(Failure::new(EXEC, format!("error executing \"{path}\": {ended}"))
        .discreetly(format!("error executing the script: {ended}")))
}

fn removal(path: &str, windows: bool) -> String {
    if windows { format!("del /q \"{path}\"") } else { format!("rm -f {}", shell_quoted(path)) }
}

/// Digits that nobody else has.
fn digits(around: &Around) -> String {
    let mut bytes = [0; 4];
    (around.random)(&mut bytes);
    u32::from_le_bytes(bytes).to_string()
}

/// Copies a file, a directory, or a text from the configuration.
pub(crate) async fn copy_file(job: &Job, around: &Around, say: &Say) -> Result<(), Failure> {
    let connection = connection(job, around)?;
    let to = text(&job.config, "destination").unwrap_or_default();
    let session = connect(FILE, &connection, around, say).await?;
    let failed = |cause: String| {
        Failure::new(FILE, format!("Upload failed: {cause}")).discreetly(
            "Upload failed; why is not shown, since the configuration holds values that must not be.",
        )
    };
    if let Some(content) = text(&job.config, "content") {
        return put(&session, content.as_bytes(), to, 0o644).await.map_err(failed);
    }
    let source = text(&job.config, "source").unwrap_or_default();
    let path = around.dir.join(source);
    let unread = |cause: std::io::Error| {
        failed(format!("{source} can't be read: {cause}"))
            .discreetly(format!("What is to be copied can't be read: {cause}."))
    };
    let metadata = tokio::fs::metadata(&path).await.map_err(unread)?;
    if metadata.is_dir() {
        return put_directory(&session, &path, source.ends_with('/'), to).await.map_err(failed);
    }
    let content = tokio::fs::read(&path).await.map_err(unread)?;
    put(&session, &content, to, mode_of(&metadata)).await.map_err(failed)
}
