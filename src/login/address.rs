//! Addresses that are given.

use reqwest::Url;
use trueup_provider_kit::{Fault, FaultKind};

/// An address that tokens may be sent to: encrypted, or on this machine.
pub fn address(text: &str, name: &str) -> Result<Url, Fault> {
    let bad = |why: &str| {
        Fault::new(FaultKind::Invalid, format!("{name} {text:?} {why}"))
            .hint("Write it like https://cloud.example.com; plain http is for this machine's own addresses.")
    };
    let url = Url::parse(text).map_err(|_| bad("is no address"))?;
    let host = url.host_str().unwrap_or_default();
    let is_here = ["localhost", "127.0.0.1", "[::1]"].contains(&host);
    match url.scheme() {
        "https" => Ok(url),
        "http" if is_here => Ok(url),
        _ => Err(bad("is not encrypted")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_safe() {
        let cases = [
            ("https://x.example.com", true),
            ("http://127.0.0.1:1234/", true),
            ("http://localhost:1", true),
            ("http://x.example.com", false),
            ("x.example.com", false),
        ];
        for (text, is_good) in cases {
            assert_eq!(address(text, "metadata_host").is_ok(), is_good, "{text}");
        }
    }
}
