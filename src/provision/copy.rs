//! Files on their way to another machine, in the protocol of `scp -t`: a line for each file with its mode, length and
//! name, then its bytes, each answered by one byte.

use crate::ssh::Session;
use std::io;
use std::path::Path;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWrite, AsyncWriteExt, BufReader};

/// Why a copy failed, as text.
type Copied = Result<(), String>;

/// The two ends of a running `scp -t`.
struct Sink<S> {
    stream: BufReader<S>,
}

/// Writes one file at a path on the machine.
pub(crate) async fn put(session: &Session, content: &[u8], path: &str, mode: u32) -> Copied {
    let (dir, name) = split(path);
    let mut sink = open(session, "-vt", dir).await?;
    sink.file(content, name, mode).await?;
    sink.close().await
}

/// Copies a directory with all that is in it; `path` ending in a slash is where its contents go, otherwise it goes
/// there itself.
pub(crate) async fn put_directory(session: &Session, from: &Path, contents: bool, path: &str) -> Copied {
    let mut sink = open(session, "-rvt", path).await?;
    if contents {
        sink.entries(from).await?;
    } else {
        Box::pin(sink.directory(from)).await?;
    }
    sink.close().await
}

async fn open(
    session: &Session,
    options: &str,
    dir: &str,
) -> Result<Sink<russh::ChannelStream<russh::client::Msg>>, String> {
    let command = format!("scp {options} {}", shell_quoted(dir));
    let stream = session.stream(&command).await.map_err(|cause| format!("scp can't be started: {cause}"))?;
    let mut sink = Sink { stream: BufReader::new(stream) };
    sink.answer().await?;
    Ok(sink)
}

/// The directory and the name of a path on the machine.
fn split(path: &str) -> (&str, &str) {
    match path.trim_end_matches('/').rsplit_once('/') {
        Some(("", name)) => ("/", name),
        Some((dir, name)) => (dir, name),
        None => (".", path),
    }
}

/// A word that a shell leaves as it is.
pub(crate) fn shell_quoted(word: &str) -> String {
    format!("'{}'", word.replace('\'', "'\"'\"'"))
}

impl<S: tokio::io::AsyncRead + AsyncWrite + Unpin + Send> Sink<S> {
    async fn answer(&mut self) -> Copied {
        let lost = |cause: io::Error| match cause.kind() {
            io::ErrorKind::UnexpectedEof => {
                "the machine ended the copy; is scp installed there, and the directory there?".into()
            }
            _ => format!("the copy broke off: {cause}"),
        };
        let code = self.stream.read_u8().await.map_err(lost)?;
        if code == 0 {
            return Ok(());
        }
        let mut message = String::new();
        self.stream.read_line(&mut message).await.map_err(lost)?;
        Err(message.trim().to_owned())
    }

    async fn send(&mut self, bytes: &[u8]) -> Copied {
        let broken = |cause: io::Error| format!("the copy broke off: {cause}");
        self.stream.write_all(bytes).await.map_err(broken)?;
        self.stream.flush().await.map_err(broken)
    }

    async fn file(&mut self, content: &[u8], name: &str, mode: u32) -> Copied {
        self.send(format!("C{mode:04o} {} {name}\n", content.len()).as_bytes()).await?;
        self.answer().await?;
        self.send(content).await?;
        self.send(&[0]).await?;
        self.answer().await
    }

    async fn directory(&mut self, from: &Path) -> Copied {
        let name = from.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        self.send(format!("D0755 0 {name}\n").as_bytes()).await?;
        self.answer().await?;
        self.entries(from).await?;
        self.send(b"E\n").await?;
        self.answer().await
    }

    /// What is in a directory, in the order of names.
    async fn entries(&mut self, from: &Path) -> Copied {
        let unread = |cause: io::Error| format!("{} can't be read: {cause}", from.display());
        let mut entries = tokio::fs::read_dir(from).await.map_err(unread)?;
        let mut paths = Vec::new();
        while let Some(entry) = entries.next_entry().await.map_err(unread)? {
            paths.push(entry.path());
        }
        paths.sort();
        for path in paths {
            let unread = |cause: io::Error| format!("{} can't be read: {cause}", path.display());
            let metadata = tokio::fs::metadata(&path).await.map_err(unread)?;
            if metadata.is_dir() {
                Box::pin(self.directory(&path)).await?;
                continue;
            }
            let content = tokio::fs::read(&path).await.map_err(unread)?;
            let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
            self.file(&content, &name, mode_of(&metadata)).await?;
        }
        Ok(())
    }

    async fn close(mut self) -> Copied {
        self.stream.shutdown().await.map_err(|cause| format!("the copy broke off: {cause}"))?;
        // What scp says at its end is nothing that a copy depends on; that it ends is.
        let mut rest = Vec::new();
        drop(self.stream.read_to_end(&mut rest).await);
        Ok(())
    }
}

#[cfg(unix)]
pub(crate) fn mode_of(metadata: &std::fs::Metadata) -> u32 {
    std::os::unix::fs::PermissionsExt::mode(&metadata.permissions()) & 0o777
}

#[cfg(not(unix))]
pub(crate) fn mode_of(_: &std::fs::Metadata) -> u32 {
    0o644
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_come_apart_and_words_stay_whole() {
        let check = |path: &str, wanted: (&str, &str)| assert_eq!(split(path), wanted, "{path}");
        check("/tmp/a.sh", ("/tmp", "a.sh"));
        check("/a", ("/", "a"));
        check("a", (".", "a"));
        check("x/y/", ("x", "y"));
        assert_eq!(shell_quoted("a b"), "'a b'");
        assert_eq!(shell_quoted("it's"), r#"'it'"'"'s'"#);
    }
}
