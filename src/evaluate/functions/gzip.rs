//! gzip (RFC 1952), in the frame that the reference makes: what was compressed is flushed before the end, so that
//! a block of nothing follows it twice.

use super::deflate;
use super::deflate_block::Writer;
use flate2::Crc;
use flate2::read::GzDecoder;
use std::io::Read;

/// Magic, deflate, no flags, no time, no hint, unknown system.
const HEADER: [u8; 10] = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff];

pub(super) fn compress(bytes: &[u8]) -> Vec<u8> {
    let mut writer = Writer::default();
    deflate::compress(bytes, &mut writer);
    writer.stored(&[], false);
    writer.stored(&[], true);
    let mut sum = Crc::new();
    sum.update(bytes);
    let mut out = HEADER.to_vec();
    out.extend(writer.finish());
    out.extend(sum.sum().to_le_bytes());
    out.extend(sum.amount().to_le_bytes());
    out
}

/// What a compressed text may grow to; a small one can stand for any number of zeros.
const DECOMPRESSED_MAX_BYTES: u64 = 1 << 28;

pub(super) fn decompress(bytes: &[u8]) -> Result<Vec<u8>, String> {
    let mut out = Vec::new();
    let mut decoder = GzDecoder::new(bytes).take(DECOMPRESSED_MAX_BYTES + 1);
    decoder.read_to_end(&mut out).map_err(|error| error.to_string())?;
    if out.len() as u64 > DECOMPRESSED_MAX_BYTES {
        return Err(format!("it holds more than {DECOMPRESSED_MAX_BYTES} bytes"));
    }
    Ok(out)
}
