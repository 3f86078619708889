//! The many ways to write a Git repository's address.

use crate::address::ModuleSource;
use crate::error::{SourceError, SourceErrorKind};
use crate::subdir;

const URL_SCHEMES: [&str; 4] = ["https://", "http://", "ssh://", "file:///"];

/// Reads an address as Git's: after `git::`, or one of the shorthands for hosts. None where it isn't Git's.
pub(crate) fn detect(
    text: &str,
    getter: Option<&str>,
    address: &str,
    subdir: Option<&String>,
) -> Result<Option<ModuleSource>, SourceError> {
    if !matches!(getter, None | Some("git")) {
        return Ok(None);
    }
    let (path, query) = match address.split_once('?') {
        Some((path, query)) => (path, Some(query)),
        None => (address, None),
    };
    let found = match from_host_shorthand(text, path)? {
        Some((url, inner)) => Some((url, join_subdir(text, inner, subdir)?)),
        None => plain_url(getter, path).map(|url| (url, subdir.cloned())),
    };
    let Some((url, subdir)) = found else { return Ok(None) };
    check_authority(text, &url)?;
    let query = query.filter(|query| !query.is_empty()).map(str::to_owned);
    let Query { reference, depth, rest } = read_query(text, query.as_deref())?;
    let url = if rest.is_empty() { url } else { format!("{url}?{}", rest.join("&")) };
    Ok(Some(ModuleSource::Git { url, reference, subdir, depth, query }))
}

/// `github.com/user/repository/inner/directory`, and the same for Bitbucket.
fn from_host_shorthand(text: &str, path: &str) -> Result<Option<(String, Option<String>)>, SourceError> {
    let Some(host) = ["github.com", "bitbucket.org"]
        .into_iter()
        .find(|host| path.strip_prefix(host).is_some_and(|rest| rest.starts_with('/')))
    else {
        return Ok(None);
    };
    let mut parts = path.splitn(4, '/').skip(1);
    let (Some(user), Some(repository)) = (parts.next(), parts.next().filter(|part| !part.is_empty())) else {
        return Err(SourceError::invalid(
            "use the module source",
            format!("\"{text}\""),
            format!("an address at {host} names a user and a repository"),
            &format!("write \"{host}/user/repository\""),
        ));
    };
    let repository = repository.strip_suffix(".git").unwrap_or(repository);
    let inner = parts.next();
    Ok(Some((format!("https://{host}/{user}/{repository}.git"), inner.map(str::to_owned))))
}

fn join_subdir(
    text: &str,
    inner: Option<String>,
    subdir: Option<&String>,
) -> Result<Option<String>, SourceError> {
    let parts: Vec<String> = inner.into_iter().chain(subdir.cloned()).collect();
    subdir::checked(text, &parts.join("/"))
}

fn plain_url(getter: Option<&str>, path: &str) -> Option<String> {
    let forced = getter == Some("git");
    if let Some(url) = from_scp(path, forced) {
        return Some(url);
    }
    if !forced {
        return None;
    }
    if path.starts_with('/') {
        return Some(format!("file://{path}"));
    }
    let known = URL_SCHEMES.iter().any(|scheme| path.starts_with(scheme) && path.len() > scheme.len());
    known.then(|| path.to_owned())
}

/// `user@host:path` as SSH writes it; without `git::` only the user `git` counts.
fn from_scp(path: &str, forced: bool) -> Option<String> {
    let (user, rest) = path.split_once('@')?;
    let plain = |text: &str| {
        !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte))
    };
    let (host, path) = rest.split_once(':')?;
    let good = plain(user) && plain(host) && !path.is_empty() && (forced || user == "git");
    good.then(|| format!("ssh://{user}@{host}/{}", path.trim_start_matches('/')))
}

/// Refuses addresses that a program started with them would take for options.
fn check_authority(text: &str, url: &str) -> Result<(), SourceError> {
    let after = url.split_once("://").map_or("", |(_, after)| after);
    let authority = after.split('/').next().unwrap_or_default();
    let (user, host) = authority.rsplit_once('@').unwrap_or(("", authority));
    let host_and_port = host.rsplit_once(':').filter(|_| !host.ends_with(']'));
    let port_bad = host_and_port.is_some_and(|(_, port)| port.parse::<u16>().is_err());
    if !port_bad && !user.starts_with('-') && !host.starts_with('-') && !after.starts_with("/-") {
        return Ok(());
    }
    let (kind, cause) = if port_bad {
        (SourceErrorKind::Invalid, "what follows the host's colon isn't a port number")
    } else {
        (SourceErrorKind::Unsafe, "a host, user or path may not start with \"-\"")
    };
    let hint = "write \"git::ssh://user@host/path\" or \"git::user@host:path\"";
    Err(SourceError::new(kind, "use the module source", format!("\"{text}\""), cause).hint(hint))
}

struct Query<'a> {
    reference: Option<String>,
    depth: Option<u32>,
    rest: Vec<&'a str>,
}

fn read_query<'a>(text: &str, query: Option<&'a str>) -> Result<Query<'a>, SourceError> {
    let mut found = Query { reference: None, depth: None, rest: Vec::new() };
    for pair in query.unwrap_or_default().split('&').filter(|pair| !pair.is_empty()) {
        let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
        match key {
            "ref" => found.reference = Some(percent_decode(value)).filter(|value| !value.is_empty()),
            "depth" => found.depth = Some(read_depth(text, value)?),
            "sshkey" => {
                let cause = "a key inside the address is not supported";
                return Err(SourceError::new(SourceErrorKind::Unsupported, "fetch", text, cause)
                    .hint("leave sshkey out and let the SSH agent or its configuration hold the key"));
            }
            _ => found.rest.push(pair),
        }
    }
    check_reference(text, found.reference.as_deref())?;
    Ok(found)
}

fn read_depth(text: &str, value: &str) -> Result<u32, SourceError> {
    value.parse().ok().filter(|depth| *depth > 0).ok_or_else(|| {
        let cause = format!("depth is \"{value}\", which isn't a positive whole number");
        SourceError::invalid("use the module source", format!("\"{text}\""), cause, "write depth=1")
    })
}

fn check_reference(text: &str, reference: Option<&str>) -> Result<(), SourceError> {
    match reference {
        Some(reference) if reference.starts_with('-') || reference.contains(['\0', '\n', ' ']) => {
            let cause =
                format!("ref is \"{}\", which can't name a branch, tag or commit", reference.escape_debug());
            let hint = "write ref= and the name of a branch, a tag or a commit";
            Err(SourceError::new(
                SourceErrorKind::Unsafe,
                "use the module source",
                format!("\"{text}\""),
                cause,
            )
            .hint(hint))
        }
        _ => Ok(()),
    }
}

/// Undoes `%2F` and `+`; bytes that make no text stand for themselves.
fn percent_decode(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, tail @ ..] = rest {
        let coded = (*first == b'%').then(|| tail.get(..2)).flatten();
        let value = coded
            .and_then(|hex| std::str::from_utf8(hex).ok())
            .and_then(|hex| u8::from_str_radix(hex, 16).ok());
        match (value, first) {
            (Some(value), _) => {
                bytes.push(value);
                rest = &tail[2..];
                continue;
            }
            (None, b'+') => bytes.push(b' '),
            (None, other) => bytes.push(*other),
        }
        rest = tail;
    }
    String::from_utf8(bytes).unwrap_or_else(|_| text.to_owned())
}
