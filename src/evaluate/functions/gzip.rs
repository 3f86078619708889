//! gzip, in the frame that the reference makes: what it compressed is flushed before the end, so that a block of
//! nothing follows it twice.

use flate2::read::GzDecoder;
use flate2::{Compress, Compression, Crc, FlushCompress};
use std::io::Read;

/// Magic, deflate, no flags, no time, no hint, unknown system.
const HEADER: [u8; 10] = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff];
/// The last block: stored, empty.
const END: [u8; 5] = [1, 0, 0, 0xff, 0xff];

pub(super) fn compress(bytes: &[u8]) -> Vec<u8> {
    let mut out = HEADER.to_vec();
    out.extend(deflate(bytes));
    out.extend(END);
    let mut sum = Crc::new();
    sum.update(bytes);
    out.extend(sum.sum().to_le_bytes());
    out.extend(sum.amount().to_le_bytes());
    out
}

/// Compressed and flushed to a whole number of bytes, without a last block.
fn deflate(bytes: &[u8]) -> Vec<u8> {
    if bytes.is_empty() {
        return vec![0, 0, 0, 0xff, 0xff];
    }
    let mut compressor = Compress::new(Compression::default(), false);
    let mut out = Vec::with_capacity(bytes.len() + 64);
    loop {
        let done = usize::try_from(compressor.total_in()).unwrap_or(usize::MAX);
        let before = out.len();
        out.reserve(256);
        let compressed = compressor.compress_vec(&bytes[done..], &mut out, FlushCompress::Sync);
        compressed.expect("a compressor takes any bytes");
        if out.len() < out.capacity() || out.len() == before {
            return out;
        }
    }
}

pub(super) fn decompress(bytes: &[u8]) -> Result<Vec<u8>, String> {
    let mut out = Vec::new();
    GzDecoder::new(bytes).read_to_end(&mut out).map_err(|error| error.to_string())?;
    Ok(out)
}
