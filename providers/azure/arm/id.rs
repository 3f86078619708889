//! Identifiers of resources: `/subscriptions/S/resourceGroups/G/providers/Microsoft.Network/virtualNetworks/V/subnets/N`.
//!
//! ARM compares them without regard to case, and answers them in another case than they were given at times.

use std::fmt;
use trueup_provider_kit::{Fault, FaultKind};

/// What sort of thing an id names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Kind {
    /// The resource provider, `Microsoft.Network`; empty for resource groups.
    pub(crate) provider: &'static str,
    /// The collections that lead to it, `["virtualNetworks", "subnets"]`.
    pub(crate) path: &'static [&'static str],
    /// The version of the API that its code speaks.
    pub(crate) version: &'static str,
}

/// The id of one resource.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Id {
    pub(crate) kind: Kind,
    pub(crate) subscription: String,
    pub(crate) group: String,
    /// One name for each collection of the kind's path.
    names: Vec<String>,
}

impl Kind {
    /// Whether they are resource groups.
    pub(crate) fn is_group(self) -> bool {
        self.provider.is_empty()
    }

    /// The id of one.
    pub(crate) fn id(self, subscription: &str, group: &str, names: &[&str]) -> Id {
        assert_eq!(names.len(), self.path.len(), "{} needs its names", self.provider);
        let names = names.iter().map(|name| (*name).to_owned()).collect();
        Id { kind: self, subscription: subscription.to_owned(), group: group.to_owned(), names }
    }

    /// Reads an id of this kind, whatever its case.
    pub(crate) fn parse(self, text: &str) -> Option<Id> {
        let parts: Vec<&str> = text.strip_prefix('/')?.split('/').collect();
        let (head, tail) = parts.split_at_checked(4)?;
        let [subscriptions, subscription, groups, group] = head else { return None };
        if !is_same(subscriptions, "subscriptions") || !is_same(groups, "resourceGroups") {
            return None;
        }
        let pairs = match tail {
            [] if self.provider.is_empty() => &[],
            [word, provider, pairs @ ..]
                if is_same(word, "providers") && is_same(provider, self.provider) =>
            {
                pairs
            }
            _ => return None,
        };
        let fits = pairs.len() == self.path.len() * 2
            && pairs.chunks(2).zip(self.path).all(|(pair, name)| is_same(pair[0], name));
        let names: Vec<&str> = pairs.chunks(2).filter_map(|pair| pair.get(1).copied()).collect();
        let is_none = |part: &&str| part.is_empty() || leads_elsewhere(part);
        let is_whole = !names.iter().chain([subscription, group]).any(is_none);
        (fits && is_whole).then(|| self.id(subscription, group, &names))
    }

    /// Reads an id that a person gave.
    pub(crate) fn given(self, text: &str) -> Result<Id, Fault> {
        self.parse(text).ok_or_else(|| {
            let names: Vec<&str> = vec!["NAME"; self.path.len()];
            let form = self.id("SUBSCRIPTION", "GROUP", &names);
            Fault::new(FaultKind::Invalid, format!("{text:?} is not an id of the form {form}"))
                .hint("Copy the id from the portal (Properties, Resource ID) or from `az resource list`.")
        })
    }

    /// Where those of a resource group are listed.
    pub(crate) fn list_of_group(self, subscription: &str, group: &str) -> String {
        let Kind { provider, path, .. } = self;
        format!("/subscriptions/{subscription}/resourceGroups/{group}/providers/{provider}/{}", path[0])
    }

    /// Where those of a subscription are listed.
    pub(crate) fn list_of_subscription(self, subscription: &str) -> String {
        match self.path.first() {
            Some(path) => format!("/subscriptions/{subscription}/providers/{}/{path}", self.provider),
            None => format!("/subscriptions/{subscription}/resourcegroups"),
        }
    }
}

impl Id {
    /// The thing's own name.
    pub(crate) fn name(&self) -> &str {
        self.names.last().unwrap_or(&self.group)
    }

    /// The name of what it is in, for kinds of two collections.
    pub(crate) fn parent_name(&self) -> &str {
        &self.names[self.names.len() - 2]
    }

    /// The id of what it is in, which is of this kind.
    pub(crate) fn parent(&self, kind: Kind) -> Id {
        let names: Vec<&str> = self.names[..kind.path.len()].iter().map(String::as_str).collect();
        kind.id(&self.subscription, &self.group, &names)
    }

    /// The same for all ids that ARM takes for the same.
    pub(crate) fn key(&self) -> String {
        self.to_string().to_lowercase()
    }

    /// The key of the outermost resource that it is part of: ARM takes one write at a time to that.
    pub(crate) fn root(&self) -> String {
        let Id { kind, subscription, group, names } = self;
        let name = names.first().map_or("", String::as_str);
        let path = kind.path.first().unwrap_or(&"");
        format!("{subscription}/{group}/{}/{path}/{name}", kind.provider).to_lowercase()
    }
}

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "/subscriptions/{}/resourceGroups/{}", self.subscription, self.group)?;
        if !self.kind.provider.is_empty() {
            write!(f, "/providers/{}", self.kind.provider)?;
        }
        for (path, name) in self.kind.path.iter().zip(&self.names) {
            write!(f, "/{path}/{name}")?;
        }
        Ok(())
    }
}

/// Whether a part of a path would make it lead to something else than what it names, such as `..` and what ends in
/// `?x=y`. Nothing in Azure has such a name.
pub(crate) fn leads_elsewhere(part: &str) -> bool {
    [".", ".."].contains(&part) || part.contains(['?', '#', '%', '\\'])
}

/// Whether ARM takes two names or ids for the same.
pub(crate) fn is_same(one: &str, other: &str) -> bool {
    one.eq_ignore_ascii_case(other)
}

#[cfg(test)]
mod tests {
    use super::*;

    const GROUP: Kind = Kind { provider: "", path: &[], version: "1" };
    const SUBNET: Kind =
        Kind { provider: "Microsoft.Network", path: &["virtualNetworks", "subnets"], version: "1" };

    #[test]
    fn ids_are_read_in_any_case_and_written_in_one() {
        let subnet =
            "/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/virtualNetworks/v/subnets/n";
        let cases = [
            (GROUP, "/subscriptions/s/resourceGroups/g", Some("/subscriptions/s/resourceGroups/g")),
            (GROUP, "/Subscriptions/s/resourcegroups/G", Some("/subscriptions/s/resourceGroups/G")),
            (GROUP, subnet, None),
            (SUBNET, subnet, Some(subnet)),
            (
                SUBNET,
                "/subscriptions/s/RESOURCEGROUPS/g/providers/microsoft.network/virtualnetworks/v/Subnets/n",
                Some(subnet),
            ),
            (SUBNET, "/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/virtualNetworks/v", None),
            (
                SUBNET,
                "/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/virtualNetworks/v/subnets/",
                None,
            ),
            (SUBNET, &subnet.replace("/v/", "/v?/"), None),
            (SUBNET, &subnet.replace("/v/", "/v#/"), None),
            (SUBNET, &subnet.replace("/v/", "/v%2F/"), None),
            (SUBNET, &subnet.replace("/v/", "/../"), None),
            (SUBNET, &subnet.replace("/g/", "/./"), None),
            (SUBNET, &subnet.replace("/n", "/a\\b"), None),
            (SUBNET, "v/n", None),
            (GROUP, "", None),
        ];
        for (kind, text, expected) in cases {
            assert_eq!(kind.parse(text).map(|id| id.to_string()).as_deref(), expected, "{text}");
        }
        let id = SUBNET.parse(subnet).expect("an id");
        assert_eq!((id.name(), id.parent_name()), ("n", "v"));
        assert_eq!(id.root(), "s/g/microsoft.network/virtualnetworks/v");
        assert!(
            SUBNET
                .given("n")
                .is_err_and(|fault| fault.message.contains("/virtualNetworks/NAME/subnets/NAME"))
        );
    }
}
