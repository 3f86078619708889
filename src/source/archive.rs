//! Archives over HTTP: what is fetched, and how it is unpacked without leaving its directory.

use crate::error::{SourceError, SourceErrorKind};
use crate::redact::redact;
use crate::web::Web;
use std::io::{Cursor, Read};
use std::path::{Component, Path, PathBuf};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Format {
    Tar,
    TarGzip,
    Zip,
}

/// Endings of paths and values of `archive=`, and what they stand for.
const FORMATS: &[(&str, Format)] =
    &[("tar.gz", Format::TarGzip), ("tgz", Format::TarGzip), ("tar", Format::Tar), ("zip", Format::Zip)];

/// More than any module unpacks to; what is larger is refused.
const UNPACKED_BYTES_MAX: u64 = 1 << 30;

/// What an HTTP address led to.
pub(crate) enum Led {
    /// The files are in the directory.
    Unpacked,
    /// The page names another source, where the files are.
    Elsewhere(String),
}

/// Gets the archive at `url` and unpacks it into the empty directory `into`.
pub(crate) fn fetch(web: &dyn Web, url: &str, into: &Path) -> Result<Led, SourceError> {
    let (plain, named) = read_query(url);
    let known = named.or_else(|| format_of(plain.split('?').next().unwrap_or_default()));
    let asked = match known {
        Some(_) => plain,
        None => format!("{plain}{}terraform-get=1", if plain.contains('?') { '&' } else { '?' }),
    };
    let answer = web.get(&asked)?;
    if !(200..300).contains(&answer.status) {
        let kind =
            if answer.status == 404 { SourceErrorKind::NotFound } else { SourceErrorKind::Unreachable };
        let cause = format!("the server answered with status {}", answer.status);
        return Err(SourceError::new(kind, "get", url, cause).hint("check the address"));
    }
    match (known, answer.terraform_get.or_else(|| meta_tag(&answer.body))) {
        (Some(format), _) => unpack(format, answer.body, into, url).map(|()| Led::Unpacked),
        (None, Some(location)) => Ok(Led::Elsewhere(location)),
        (None, None) => {
            let cause = "it is neither an archive nor a page that names a module source";
            Err(SourceError::new(SourceErrorKind::Unsupported, "use", url, cause)
                .hint("add archive=zip or archive=tar.gz to the address if it is an archive"))
        }
    }
}

/// Takes `archive=` and `checksum=` out of the query, which are for the one who fetches.
fn read_query(url: &str) -> (String, Option<Format>) {
    let Some((path, query)) = url.split_once('?') else { return (url.to_owned(), None) };
    let (ours, theirs): (Vec<&str>, Vec<&str>) =
        query.split('&').partition(|pair| pair.starts_with("archive="));
    let named = ours.first().and_then(|pair| format_of(&format!(".{}", pair.trim_start_matches("archive="))));
    let theirs = theirs.join("&");
    (if theirs.is_empty() { path.to_owned() } else { format!("{path}?{theirs}") }, named)
}

fn format_of(path: &str) -> Option<Format> {
    FORMATS.iter().find(|(ending, _)| path.ends_with(&format!(".{ending}"))).map(|(_, format)| *format)
}

/// The source named by `<meta name="terraform-get" content="...">`.
fn meta_tag(body: &[u8]) -> Option<String> {
    let text = String::from_utf8_lossy(body.get(..body.len().min(1 << 16))?).into_owned();
    let tag = text.split("<meta").skip(1).find(|tag| tag.contains("terraform-get"))?;
    let content = tag.split('>').next()?.split("content=").nth(1)?.trim_start();
    let quote = content.chars().next().filter(|quote| "\"'".contains(*quote))?;
    content[1..].split(quote).next().map(|value| value.replace("&amp;", "&"))
}

fn unpack(format: Format, bytes: Vec<u8>, into: &Path, url: &str) -> Result<(), SourceError> {
    let bytes = Cursor::new(bytes);
    let unpacked = match format {
        Format::Zip => unzip(bytes, into),
        Format::Tar => untar(bytes, into),
        Format::TarGzip => untar(flate2::read::GzDecoder::new(bytes), into),
    };
    unpacked.map_err(|cause| {
        SourceError::new(SourceErrorKind::Unsafe, "unpack", redact(url), cause)
            .hint("ask whoever publishes the archive")
    })
}

/// Where an entry goes; an error where its name would lead elsewhere.
fn place(into: &Path, name: &Path) -> Result<PathBuf, String> {
    let git = |part: &std::ffi::OsStr| part.eq_ignore_ascii_case(".git");
    let good = name.components().all(|part| match part {
        Component::Normal(part) => !git(part),
        Component::CurDir => true,
        _ => false,
    });
    if good { Ok(into.join(name)) } else { Err(format!("the entry {} leads outside", name.display())) }
}

fn untar(bytes: impl Read, into: &Path) -> Result<(), String> {
    let text = |cause: std::io::Error| cause.to_string();
    let mut left = UNPACKED_BYTES_MAX;
    let mut archive = tar::Archive::new(bytes);
    for entry in archive.entries().map_err(text)? {
        let mut entry = entry.map_err(text)?;
        let name = entry.path().map_err(text)?.into_owned();
        let target = place(into, &name)?;
        let kind = entry.header().entry_type();
        if kind.is_dir() {
            std::fs::create_dir_all(&target).map_err(text)?;
        } else if kind.is_file() {
            let executable = entry.header().mode().is_ok_and(|mode| mode & 0o100 != 0);
            write(&target, &mut entry, &mut left, executable)?;
        } else if kind.is_symlink() || kind.is_hard_link() {
            return Err(format!("the entry {} is a link, which archives may not hold", name.display()));
        }
    }
    Ok(())
}

fn unzip(bytes: Cursor<Vec<u8>>, into: &Path) -> Result<(), String> {
    let mut left = UNPACKED_BYTES_MAX;
    let mut archive = zip::ZipArchive::new(bytes).map_err(|cause| cause.to_string())?;
    for at in 0..archive.len() {
        let mut entry = archive.by_index(at).map_err(|cause| cause.to_string())?;
        let name = PathBuf::from(entry.name().map_err(|cause| cause.to_string())?.into_owned());
        let target = place(into, &name)?;
        if entry.is_dir() {
            std::fs::create_dir_all(&target).map_err(|cause| cause.to_string())?;
        } else if entry.is_symlink() {
            return Err(format!("the entry {} is a link, which archives may not hold", name.display()));
        } else {
            let executable = entry.unix_mode().is_some_and(|mode| mode & 0o100 != 0);
            write(&target, &mut entry, &mut left, executable)?;
        }
    }
    Ok(())
}

/// Writes one file; `left` is how many bytes the whole archive may still hold.
fn write(target: &Path, from: &mut impl Read, left: &mut u64, executable: bool) -> Result<(), String> {
    let text = |cause: std::io::Error| cause.to_string();
    if let Some(parent) = target.parent() {
        std::fs::create_dir_all(parent).map_err(text)?;
    }
    let mut file =
        std::fs::File::create_new(target).map_err(|cause| format!("{}: {cause}", target.display()))?;
    let written = std::io::copy(&mut from.take(*left + 1), &mut file).map_err(text)?;
    *left = left.checked_sub(written).ok_or("it unpacks to more than a module may hold")?;
    if executable {
        make_executable(target).map_err(text)?;
    }
    Ok(())
}

#[cfg(unix)]
fn make_executable(path: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755))
}

#[cfg(not(unix))]
fn make_executable(_: &Path) -> std::io::Result<()> {
    Ok(())
}
