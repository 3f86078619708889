//! Archives over HTTP: what is fetched, and how it is unpacked without leaving its directory.

use crate::checksum;
use crate::error::{SourceError, SourceErrorKind};
use crate::redact::redact;
use crate::web::{Answer, Store, Web};
use std::io::{Cursor, Read};
use std::path::{Component, Path, PathBuf};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Format {
    Tar,
    TarBzip2,
    TarGzip,
    TarXz,
    Zip,
}

/// Endings of paths and values of `archive=`, and what they stand for.
const FORMATS: &[(&str, Format)] = &[
    ("tar.bz2", Format::TarBzip2),
    ("tar.gz", Format::TarGzip),
    ("tar.xz", Format::TarXz),
    ("tbz2", Format::TarBzip2),
    ("tgz", Format::TarGzip),
    ("txz", Format::TarXz),
    ("tar", Format::Tar),
    ("zip", Format::Zip),
];

/// More than any module unpacks to; what is larger is refused.
const UNPACKED_BYTES_MAX: u64 = 1 << 30;

/// More files and directories than any module has.
const ENTRIES_MAX: usize = 100_000;

/// What an HTTP address led to.
pub(crate) enum Led {
    /// The files are in the directory.
    Unpacked,
    /// The page names another source, where the files are.
    Elsewhere(String),
}

/// Gets the archive at `url` and unpacks it into the empty directory `into`.
pub(crate) fn fetch(web: &dyn Web, url: &str, into: &Path) -> Result<Led, SourceError> {
    let asked = read_query(url);
    let known = asked.format()?;
    let page = format!("{}{}terraform-get=1", asked.url, if asked.url.contains('?') { '&' } else { '?' });
    let answer = web.get(if known.is_some() { &asked.url } else { &page })?;
    refuse_status(url, &answer)?;
    match (known, answer.terraform_get.or_else(|| meta_tag(&answer.body))) {
        (Some(format), _) => {
            asked.check(url, &answer.body)?;
            unpack(format, answer.body, into, url).map(|()| Led::Unpacked)
        }
        (None, Some(location)) => Ok(Led::Elsewhere(location)),
        (None, None) => {
            let cause = "it is neither an archive nor a page that names a module source";
            Err(SourceError::new(SourceErrorKind::Unsupported, "use", url, cause).hint(FORMAT_HINT))
        }
    }
}

/// Gets the archive that is an object in a bucket and unpacks it into the empty directory `into`.
pub(crate) fn fetch_object(web: &dyn Web, store: Store, url: &str, into: &Path) -> Result<(), SourceError> {
    let asked = read_query(url);
    let format = asked.format()?.ok_or_else(|| {
        let cause =
            "its name doesn't end like that of an archive, and only archives are fetched from buckets";
        SourceError::new(SourceErrorKind::Unsupported, "use", url, cause).hint(FORMAT_HINT)
    })?;
    let answer = web.get_object(store, &asked.url)?;
    if matches!(answer.status, 401 | 403) {
        let cause = format!("the server answered with status {}", answer.status);
        let hint = match store {
            Store::S3 => {
                "check the object's address, and that AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or the profile in ~/.aws/credentials, may read it"
            }
            Store::Google => {
                "check the object's address, and that GOOGLE_OAUTH_ACCESS_TOKEN holds a token that may read it"
            }
        };
        return Err(SourceError::new(SourceErrorKind::Unreachable, "get", url, cause).hint(hint));
    }
    refuse_status(url, &answer)?;
    asked.check(url, &answer.body)?;
    unpack(format, answer.body, into, url)
}

const FORMAT_HINT: &str = "add archive=zip or archive=tar.gz to the address if it is an archive";

fn refuse_status(url: &str, answer: &Answer) -> Result<(), SourceError> {
    if (200..300).contains(&answer.status) {
        return Ok(());
    }
    let kind = if answer.status == 404 { SourceErrorKind::NotFound } else { SourceErrorKind::Unreachable };
    let cause = format!("the server answered with status {}", answer.status);
    Err(SourceError::new(kind, "get", url, cause).hint("check the address"))
}

/// An address without what is only for the one who fetches: `archive=` and `checksum=`.
struct Asked {
    url: String,
    archive: Option<String>,
    checksum: Option<String>,
}

fn read_query(url: &str) -> Asked {
    let (path, query) = url.split_once('?').unwrap_or((url, ""));
    let mut asked = Asked { url: path.to_owned(), archive: None, checksum: None };
    let mut theirs = Vec::new();
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        match pair.split_once('=') {
            Some(("archive", value)) => asked.archive = Some(value.to_owned()),
            Some(("checksum", value)) => asked.checksum = Some(value.replace("%3A", ":").replace("%3a", ":")),
            _ => theirs.push(pair),
        }
    }
    if !theirs.is_empty() {
        asked.url = format!("{path}?{}", theirs.join("&"));
    }
    asked
}

impl Asked {
    /// What `archive=` says, or else the end of the path; none where neither does.
    fn format(&self) -> Result<Option<Format>, SourceError> {
        let Some(named) = &self.archive else {
            return Ok(format_of(self.url.split('?').next().unwrap_or_default()));
        };
        let known = format_of(&format!(".{named}"));
        known.map(Some).ok_or_else(|| {
            let cause = format!("archive is \"{named}\", which is no kind of archive");
            let kinds: Vec<&str> = FORMATS.iter().map(|(ending, _)| *ending).collect();
            let hint = format!("write one of {}", kinds.join(", "));
            SourceError::invalid("use the module source", &self.url, cause, &hint)
        })
    }

    fn check(&self, url: &str, bytes: &[u8]) -> Result<(), SourceError> {
        self.checksum.as_ref().map_or(Ok(()), |wanted| checksum::check(url, wanted, bytes))
    }
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

/// Unpacks a zip archive into the empty directory `into`; `url` is where it came from.
pub(crate) fn unpack_zip(bytes: Vec<u8>, into: &Path, url: &str) -> Result<(), SourceError> {
    unpack(Format::Zip, bytes, into, url)
}

fn unpack(format: Format, bytes: Vec<u8>, into: &Path, url: &str) -> Result<(), SourceError> {
    let bytes = Cursor::new(bytes);
    let unpacked = match format {
        Format::Zip => unzip(bytes, into),
        Format::Tar => untar(bytes, into),
        Format::TarBzip2 => untar(bzip2::read::MultiBzDecoder::new(bytes), into),
        Format::TarGzip => untar(flate2::read::MultiGzDecoder::new(bytes), into),
        Format::TarXz => untar(lzma_rust2::XzReader::new(bytes, true), into),
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

const TOO_MANY: &str = "it holds more files than a module may";

fn untar(bytes: impl Read, into: &Path) -> Result<(), String> {
    let text = |cause: std::io::Error| cause.to_string();
    let mut left = UNPACKED_BYTES_MAX;
    let mut archive = tar::Archive::new(bytes);
    for (at, entry) in archive.entries().map_err(text)?.enumerate() {
        if at >= ENTRIES_MAX {
            return Err(TOO_MANY.to_owned());
        }
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
    if archive.len() > ENTRIES_MAX {
        return Err(TOO_MANY.to_owned());
    }
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
