//! `?checksum=`: what an archive must be, byte for byte, to be unpacked.

use crate::error::{SourceError, SourceErrorKind};
use sha2::Digest;

/// The ways to write one, by name and how many hexadecimal digits they have.
const KINDS: [(&str, usize); 4] = [("md5", 32), ("sha1", 40), ("sha256", 64), ("sha512", 128)];

/// Looks that the bytes of `url` have the checksum, written as `sha256:0123...`, or as the digits alone, whose number
/// says which kind it is.
pub(crate) fn check(url: &str, wanted: &str, bytes: &[u8]) -> Result<(), SourceError> {
    let (kind, digits) = read(url, wanted)?;
    let found = match kind {
        "md5" => hex(&md5::Md5::digest(bytes)),
        "sha1" => hex(&sha1::Sha1::digest(bytes)),
        "sha256" => hex(&sha2::Sha256::digest(bytes)),
        _ => hex(&sha2::Sha512::digest(bytes)),
    };
    if found == digits {
        return Ok(());
    }
    let cause = format!("its {kind} checksum is {found}, and the address says {digits}");
    Err(SourceError::new(SourceErrorKind::Unsafe, "use", url, cause)
        .hint("find out why the archive was changed before you change the address"))
}

fn read<'w>(url: &str, wanted: &'w str) -> Result<(&'static str, String), SourceError> {
    let named = wanted.split_once(':');
    let digits = named.map_or(wanted, |(_, digits): (&'w str, &'w str)| digits).to_ascii_lowercase();
    let known = |(kind, length): &&(&'static str, usize)| {
        *length == digits.len() && named.is_none_or(|(name, _)| name.eq_ignore_ascii_case(kind))
    };
    let good = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    let kind = KINDS.iter().find(known).filter(|_| good);
    kind.map(|(kind, _)| (*kind, digits)).ok_or_else(|| {
        let cause = format!("checksum is \"{wanted}\", which is no checksum of a known kind");
        SourceError::invalid("use the module source", url, cause, "write checksum=sha256: and its 64 digits")
    })
}

/// Lower case hexadecimal digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
