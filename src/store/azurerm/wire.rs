//! The XML of the REST reference of Blob Storage ("List Blobs", "Status and error codes").

use serde::Deserialize;

/// A page of a list.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Page {
    #[serde(default)]
    blobs: Blobs,
    #[serde(default)]
    next_marker: String,
}

#[derive(Default, Deserialize)]
struct Blobs {
    #[serde(rename = "Blob", default)]
    blobs: Vec<Blob>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Blob {
    name: String,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct Refusal {
    code: String,
    message: String,
}

/// The names of a page, and where the next begins, if there is one.
pub(super) fn names(body: &[u8]) -> Result<(Vec<String>, Option<String>), String> {
    let text = std::str::from_utf8(body).map_err(|error| error.to_string())?;
    let text = text.trim_start_matches('\u{feff}');
    let page: Page = quick_xml::de::from_str(text).map_err(|error| error.to_string())?;
    let next = Some(page.next_marker).filter(|marker| !marker.is_empty());
    Ok((page.blobs.blobs.into_iter().map(|blob| blob.name).collect(), next))
}

/// Code and message of a refusal; empty where it says none.
pub(super) fn refusal(body: &[u8]) -> (String, String) {
    let text = String::from_utf8_lossy(body);
    let refusal: Refusal = quick_xml::de::from_str(text.trim_start_matches('\u{feff}')).unwrap_or_default();
    // The id of the request and the time follow.
    let message = refusal.message.lines().next().unwrap_or_default().trim().to_owned();
    (refusal.code, message)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_and_refusals_are_read() {
        let page = "\u{feff}<?xml version=\"1.0\"?><EnumerationResults ServiceEndpoint=\"x\" ContainerName=\"c\"><Prefix>a</Prefix>\
            <Blobs><Blob><Name>a &amp; b</Name><Properties><Etag>1</Etag></Properties></Blob>\
            <Blob><Name>a/2</Name><OrMetadata/></Blob></Blobs><NextMarker>m==</NextMarker></EnumerationResults>";
        assert_eq!(names(page.as_bytes()), Ok((vec!["a & b".into(), "a/2".into()], Some("m==".into()))));
        for empty in ["<R><Blobs/><NextMarker/></R>", "<R><Blobs></Blobs></R>"] {
            assert_eq!(names(empty.as_bytes()), Ok((vec![], None)), "{empty}");
        }
        assert!(names(b"<html>").is_err());
        let told = "<?xml version=\"1.0\"?><Error><Code>C</Code><Message>No.\nRequestId:1\nTime:2</Message><More>x</More></Error>";
        assert_eq!(refusal(told.as_bytes()), ("C".into(), "No.".into()));
        assert_eq!(refusal(b"<html>"), (String::new(), String::new()));
    }
}
