//! Paths as text, with slashes, without looking at any file.

/// The shortest path that means the same: without `.`, `name/..` and doubled slashes. `.` if nothing is left.
pub(super) fn clean(path: &str) -> String {
    let rooted = path.starts_with('/');
    let mut kept: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => match kept.last() {
                Some(last) if *last != ".." => {
                    kept.pop();
                }
                _ if rooted => {}
                _ => kept.push(".."),
            },
            name => kept.push(name),
        }
    }
    let joined = kept.join("/");
    match (rooted, joined.is_empty()) {
        (true, _) => format!("/{joined}"),
        (false, true) => ".".into(),
        (false, false) => joined,
    }
}

/// Two paths one after the other, cleaned; empty ones don't count.
pub(super) fn join(left: &str, right: &str) -> String {
    match (left.is_empty(), right.is_empty()) {
        (true, true) => String::new(),
        (true, false) => clean(right),
        (false, true) => clean(left),
        (false, false) => clean(&format!("{left}/{right}")),
    }
}

/// The last part, `.` of nothing and `/` of the root.
pub(super) fn base(path: &str) -> &str {
    let trimmed = path.trim_end_matches('/');
    match (path.is_empty(), trimmed.is_empty()) {
        (true, _) => ".",
        (false, true) => "/",
        (false, false) => trimmed.rsplit('/').next().unwrap_or(trimmed),
    }
}

/// All but the last part, cleaned.
pub(super) fn directory(path: &str) -> String {
    let end = path.rfind('/').map_or(0, |at| at + 1);
    clean(&path[..end])
}

/// A path seen from a directory, both clean and both absolute or both relative; none if it isn't below it.
pub(super) fn relative<'p>(directory: &str, path: &'p str) -> Option<&'p str> {
    if directory == "." {
        return (!path.starts_with('/')).then_some(path);
    }
    let inside = path.strip_prefix(directory)?;
    if directory.ends_with('/') { Some(inside) } else { inside.strip_prefix('/') }
}
