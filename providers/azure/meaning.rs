//! When two texts mean the same to ARM.

use trueup_provider_kit::Meaning;

/// Ids and names of resources, whose case means nothing.
pub(crate) const ID: Meaning = Meaning { name: "id", is_same: crate::arm::id::is_same, complaint: |_| None };

/// Ids of roles: those of one name are the same, at whatever scope they are told.
pub(crate) const ROLE: Meaning = Meaning { name: "role", is_same: is_same_role, complaint: |_| None };

/// Locations: `West Europe` is `westeurope`.
pub(crate) const LOCATION: Meaning =
    Meaning { name: "location", is_same: is_same_place, complaint: |_| None };

/// Public keys of OpenSSH: the space between and around their parts means nothing.
pub(crate) const SSH_KEY: Meaning = Meaning { name: "ssh_key", is_same: is_same_key, complaint: |_| None };

/// A location's name in the form that ARM answers.
pub(crate) fn location(text: &str) -> String {
    text.chars().filter(|c| *c != ' ').map(|c| c.to_ascii_lowercase()).collect()
}

fn is_same_place(one: &str, other: &str) -> bool {
    location(one) == location(other)
}

fn is_same_key(one: &str, other: &str) -> bool {
    one.split_whitespace().eq(other.split_whitespace())
}

fn is_same_role(one: &str, other: &str) -> bool {
    let name = |id: &str| id.rsplit('/').next().unwrap_or_default().to_ascii_lowercase();
    name(one) == name(other)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn locations_are_the_same_however_they_are_written() {
        for (one, other, same) in [
            ("West Europe", "westeurope", true),
            ("WestEurope", "westeurope", true),
            ("westus", "westus2", false),
        ] {
            assert_eq!(is_same_place(one, other), same, "{one} {other}");
        }
    }
}
