//! Links: how the APIs name things to one another, and when two of them mean the same.
//!
//! A thing is named by its full address, `https://www.googleapis.com/compute/v1/projects/p/global/networks/n`, by the
//! path at its end, or by its bare name.

use trueup_provider_kit::Meaning;

/// Texts that name a thing.
pub(crate) const LINK: Meaning = Meaning { name: "link", is_same: is_same_link, complaint: |_| None };
/// Texts that differ only in how letters are written, such as the names of protocols.
pub(crate) const CASELESS: Meaning =
    Meaning { name: "caseless", is_same: |one, other| one.eq_ignore_ascii_case(other), complaint: |_| None };
/// Names of buckets, which policies have with `b/` before them.
pub(crate) const BUCKET: Meaning = Meaning {
    name: "bucket",
    is_same: |one, other| one.trim_start_matches("b/") == other.trim_start_matches("b/"),
    complaint: |_| None,
};
/// Points in time, in the form of RFC 3339.
pub(crate) const TIME: Meaning = Meaning { name: "time", is_same: is_same_time, complaint: |_| None };
/// Names of keys, which answers give with the version in use.
pub(crate) const KEY: Meaning = Meaning { name: "key", is_same: is_same_key, complaint: |_| None };
/// Names of machine images, which are given in several short forms.
pub(crate) const IMAGE: Meaning = Meaning { name: "image", is_same: is_same_image, complaint: |_| None };

/// The path of a thing from its project on: `projects/p/global/networks/n`. Paths and names stay as they are.
pub(crate) fn path(link: &str) -> &str {
    if !link.contains("://") {
        return link.trim_start_matches('/');
    }
    match link.find("/projects/") {
        Some(at) => &link[at + 1..],
        None => link,
    }
}

/// The last part of a link: the name.
pub(crate) fn name(link: &str) -> &str {
    link.rsplit('/').next().unwrap_or(link)
}

/// What stands after a word of a link's path: of `zones` in `projects/p/zones/z/disks/d` it is `z`.
pub(crate) fn after<'a>(link: &'a str, word: &str) -> Option<&'a str> {
    let mut parts = path(link).split('/');
    parts.find(|part| *part == word)?;
    parts.next().filter(|part| !part.is_empty())
}

/// The region that a zone is in: `us-central1` of `us-central1-a`.
pub(crate) fn region_of(zone: &str) -> Option<&str> {
    name(zone).rsplit_once('-').map(|(region, _)| region)
}

/// Whether two links may name the same thing: each may leave out parts at its start.
pub(crate) fn is_same_link(one: &str, other: &str) -> bool {
    let (one, other) = (path(one), path(other));
    let is_end = |long: &str, short: &str| {
        long == short || long.strip_suffix(short).is_some_and(|rest| !short.is_empty() && rest.ends_with('/'))
    };
    is_end(one, other) || is_end(other, one)
}

fn is_same_time(one: &str, other: &str) -> bool {
    let time = |text: &str| text.parse::<jiff::Timestamp>().ok();
    one == other || time(one).is_some_and(|one| time(other) == Some(one))
}

fn is_same_key(one: &str, other: &str) -> bool {
    let bare = |key: &str| key.split("/cryptoKeyVersions/").next().unwrap_or(key).to_owned();
    bare(one) == bare(other)
}

/// `debian-cloud/debian-12`, `projects/debian-cloud/global/images/family/debian-12`, `debian-12`: a family stands for its
/// newest image, so that an image of the project whose name goes on from the family's name is taken to be it.
fn is_same_image(one: &str, other: &str) -> bool {
    let stands_for = |short: &str, long: &str| {
        let (short, long) = (path(short), path(long));
        let long_name = name(long);
        let is_named = long_name == name(short);
        let is_member = long_name.strip_prefix(name(short)).is_some_and(|rest| rest.starts_with('-'));
        let project = project_of(short);
        let is_there = project.is_none() || project_of(long).is_none() || project == project_of(long);
        is_there && (is_named || is_member)
    };
    is_same_link(one, other) || stands_for(one, other) || stands_for(other, one)
}

/// The project that the name of an image gives.
fn project_of(image: &str) -> Option<&str> {
    match after(image, "projects") {
        Some(project) => Some(project),
        None => image
            .split_once('/')
            .map(|(first, _)| first)
            .filter(|first| !["family", "global"].contains(first)),
    }
}

/// A part of a path, with what has a meaning there encoded.
pub(crate) fn segment(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.~:@".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

/// The part of a path, its parts encoded, that would make it lead to what stands above or beside what it names.
pub(crate) fn leading_elsewhere(path: &str) -> Option<&str> {
    let path = path.split('?').next().unwrap_or_default();
    path.split('/').find(|part| [".", ".."].contains(part))
}

#[cfg(test)]
mod tests {
    use super::*;

    const FULL: &str = "https://www.googleapis.com/compute/v1/projects/p/global/networks/n";

    #[test]
    fn links_mean_the_same_in_each_of_their_forms() {
        let cases = [
            (FULL, "projects/p/global/networks/n", true),
            (FULL, "https://compute.googleapis.com/compute/v1/projects/p/global/networks/n", true),
            (FULL, "global/networks/n", true),
            (FULL, "n", true),
            (FULL, "networks/m", false),
            (FULL, "projects/q/global/networks/n", false),
            ("n", "m", false),
            ("ann", "n", false),
            ("", "n", false),
        ];
        for (one, other, expected) in cases {
            assert_eq!(is_same_link(one, other), expected, "{one} / {other}");
            assert_eq!(is_same_link(other, one), expected, "{other} / {one}");
        }
    }

    #[test]
    fn images_mean_the_same_as_their_families() {
        let image =
            "https://www.googleapis.com/compute/v1/projects/debian-cloud/global/images/debian-12-v2026";
        let cases = [
            ("debian-cloud/debian-12", true),
            ("projects/debian-cloud/global/images/family/debian-12", true),
            ("debian-12-v2026", true),
            ("ubuntu-cloud/debian-12", false),
            ("debian-cloud/debian-1", false),
        ];
        for (short, expected) in cases {
            assert_eq!(is_same_image(short, image), expected, "{short}");
        }
    }

    #[test]
    fn parts_are_found() {
        assert_eq!(path(FULL), "projects/p/global/networks/n");
        assert_eq!(name(FULL), "n");
        assert_eq!(after("projects/p/zones/z/disks/d", "zones"), Some("z"));
        assert_eq!(after("d", "zones"), None);
        assert_eq!(region_of("us-central1-a"), Some("us-central1"));
        assert_eq!(segment("a b/c"), "a%20b%2Fc");
        assert_eq!(segment("%2e."), "%252e.");
        for (path, expected) in [
            ("projects/p/global/networks/n", None),
            ("projects/p/global/networks/..", Some("..")),
            ("projects/./global/networks/n?x=/../", Some(".")),
            ("b/x/o/a..b", None),
        ] {
            assert_eq!(leading_elsewhere(path), expected, "{path}");
        }
    }
}
