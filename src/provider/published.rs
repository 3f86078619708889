//! The type names that published releases of large providers have, whether this program has their schemas or not.
//!
//! Kept as data below `schemas/names`: the first line names the provider and the release, each other line a type
//! without the provider's prefix and what there is of that name: `r` a resource type, `d` a data source, `e` an
//! ephemeral resource type. Lines are sorted.

use std::collections::BTreeMap;
use std::sync::LazyLock;
use trueup_addr::{DEFAULT_HOST, Mode, ProviderAddr};

const AWS: &str = include_str!("../../schemas/names/aws.txt");
const AZURERM: &str = include_str!("../../schemas/names/azurerm.txt");
const GOOGLE: &str = include_str!("../../schemas/names/google.txt");

/// The type names of one release of one provider.
#[derive(Debug)]
pub struct Published {
    /// The release, such as `6.25.0`.
    pub version: &'static str,
    /// What every type name begins with, the underscore included.
    prefix: String,
    /// What there is of each name, which stands here without the prefix.
    names: BTreeMap<&'static str, &'static str>,
}

impl Published {
    /// Those of a provider, where they are kept.
    pub fn of(provider: &ProviderAddr) -> Option<&'static Published> {
        static ALL: [LazyLock<Published>; 3] = [
            LazyLock::new(|| Published::read(AWS)),
            LazyLock::new(|| Published::read(AZURERM)),
            LazyLock::new(|| Published::read(GOOGLE)),
        ];
        if &*provider.host != DEFAULT_HOST || &*provider.namespace != "hashicorp" {
            return None;
        }
        let at = Published::KINDS.iter().position(|kind| *kind == &*provider.kind)?;
        Some(&ALL[at])
    }

    /// The providers below `hashicorp` whose type names are kept.
    pub const KINDS: [&'static str; 3] = ["aws", "azurerm", "google"];

    fn read(text: &'static str) -> Published {
        let mut lines = text.lines();
        let heading = lines.next().and_then(|line| line.strip_prefix("# hashicorp/")?.split_once(' '));
        let (kind, version) = heading.expect("the file opens with the provider and the release");
        let names = lines.map(|line| line.split_once(' ').expect("a name and what there is of it"));
        Published { version, prefix: format!("{kind}_"), names: names.collect() }
    }

    /// Whether the release has a type of this name.
    pub fn has(&self, mode: Mode, kind: &str) -> bool {
        let there_is = kind.strip_prefix(&self.prefix).and_then(|name| self.names.get(name));
        there_is.is_some_and(|what| what.contains(letter(mode)))
    }

    /// The name of this mode that `kind` was probably meant to be.
    pub fn nearest(&self, mode: Mode, kind: &str) -> Option<String> {
        let names = self.names.iter().filter(|(_, what)| what.contains(letter(mode)));
        if let Some(name) = kind.strip_prefix(&self.prefix) {
            let near = trueup_diag::nearest(name, names.map(|(name, _)| *name));
            return near.map(|name| format!("{}{name}", self.prefix));
        }
        let whole: Vec<String> = names.map(|(name, _)| format!("{}{name}", self.prefix)).collect();
        trueup_diag::nearest(kind, whole.iter().map(String::as_str)).map(str::to_owned)
    }
}

fn letter(mode: Mode) -> char {
    match mode {
        Mode::Managed => 'r',
        Mode::Data => 'd',
        Mode::Ephemeral => 'e',
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn published(kind: &str) -> &'static Published {
        Published::of(&ProviderAddr::official(kind)).expect("kept")
    }

    #[test]
    fn names_are_sorted_and_say_what_there_is() {
        for (kind, text) in Published::KINDS.into_iter().zip([AWS, AZURERM, GOOGLE]) {
            let lines: Vec<&str> = text.lines().skip(1).collect();
            assert!(lines.len() > 1000, "{kind} has only {} names", lines.len());
            for pair in lines.windows(2) {
                let name = |line: &'static str| line.split_once(' ').expect("two words").0;
                assert!(name(pair[0]) < name(pair[1]), "{kind}: {} stands before {}", pair[0], pair[1]);
            }
            for line in lines {
                let what = line.split_once(' ').expect("two words").1;
                assert!(["r", "d", "e", "rd", "re", "de", "rde"].contains(&what), "{kind}: {line}");
            }
            assert_eq!(published(kind).prefix, format!("{kind}_"));
        }
    }

    #[test]
    fn types_are_known_by_mode_and_misspelt_ones_are_near_something() {
        let cases = [
            ("aws", Mode::Managed, "aws_lambda_function", true, Some("aws_lambda_function")),
            ("aws", Mode::Managed, "aws_caller_identity", false, None),
            ("aws", Mode::Data, "aws_caller_identity", true, Some("aws_caller_identity")),
            ("aws", Mode::Ephemeral, "aws_eks_cluster_auth", true, Some("aws_eks_cluster_auth")),
            ("aws", Mode::Managed, "aws_lambda_functoin", false, Some("aws_lambda_function")),
            ("aws", Mode::Managed, "asw_vpc", false, Some("aws_vpc")),
            ("azurerm", Mode::Managed, "azurerm_resource_grup", false, Some("azurerm_resource_group")),
            ("google", Mode::Managed, "google_compute_network", true, Some("google_compute_network")),
            ("google", Mode::Managed, "compute_network", false, None),
        ];
        for (provider, mode, kind, there, near) in cases {
            assert_eq!(published(provider).has(mode, kind), there, "{kind}");
            assert_eq!(published(provider).nearest(mode, kind).as_deref(), near, "{kind}");
        }
    }

    #[test]
    fn other_providers_of_that_name_are_other_providers() {
        for source in ["hashicorp/random", "example/aws", "registry.example.com/hashicorp/aws"] {
            let provider = ProviderAddr::parse(source).expect("an address");
            assert!(Published::of(&provider).is_none(), "{source}");
        }
    }

    #[test]
    fn what_is_embedded_has_names_of_the_release() {
        for (folder, provider) in [("aws", "aws"), ("azure", "azurerm"), ("google", "google")] {
            let files =
                std::fs::read_dir(format!("../../schemas/{folder}")).expect("the repository's schemas");
            for file in files {
                let name = file.expect("an entry").file_name().into_string().expect("a name in UTF-8");
                let name = name.trim_end_matches(".json");
                let (mode, kind) = match name.strip_prefix("data_") {
                    Some(kind) => (Mode::Data, kind),
                    None => (Mode::Managed, name),
                };
                assert!(kind == "provider" || published(provider).has(mode, kind), "{name}");
            }
        }
    }
}
