//! Where things are: in a project, and there everywhere, in a region or in a zone.

use crate::links;
use trueup_provider_kit::{Fault, FaultKind, Fields, Object};

/// How far things of a collection reach.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scope {
    /// Everywhere.
    Global,
    /// One region.
    Region,
    /// One zone.
    Zone,
}

/// Things of one sort, as the API's paths name them.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Collection {
    /// `subnetworks`
    pub(crate) plural: &'static str,
    pub(crate) scope: Scope,
}

/// Where an object is.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Place {
    pub(crate) project: String,
    pub(crate) region: String,
    pub(crate) zone: String,
}

impl Place {
    /// What an object says of its place; empty where it says nothing. The region of a zone is known by the zone.
    pub(crate) fn of(object: &Object) -> Place {
        let text = |name: &str| links::name(object.text(name).unwrap_or_default()).to_owned();
        let zone = text("zone");
        let region = match text("region") {
            none if none.is_empty() => links::region_of(&zone).unwrap_or_default().to_owned(),
            region => region,
        };
        Place { project: object.text("project").unwrap_or_default().to_owned(), region, zone }
    }
}

impl Collection {
    /// Things of a sort that are everywhere.
    pub(crate) const fn global(plural: &'static str) -> Collection {
        Collection { plural, scope: Scope::Global }
    }

    /// Things of a sort that are in regions.
    pub(crate) const fn regional(plural: &'static str) -> Collection {
        Collection { plural, scope: Scope::Region }
    }

    /// Things of a sort that are in zones.
    pub(crate) const fn zonal(plural: &'static str) -> Collection {
        Collection { plural, scope: Scope::Zone }
    }

    /// `projects/p/regions/r/subnetworks`
    pub(crate) fn parent(self, place: &Place) -> Result<String, Fault> {
        let project = links::segment(needed("project", &place.project)?);
        Ok(match self.scope {
            Scope::Global => format!("projects/{project}/global/{}", self.plural),
            Scope::Region => {
                let region = links::segment(needed("region", &place.region)?);
                format!("projects/{project}/regions/{region}/{}", self.plural)
            }
            Scope::Zone => {
                let zone = links::segment(needed("zone", &place.zone)?);
                format!("projects/{project}/zones/{zone}/{}", self.plural)
            }
        })
    }

    /// `projects/p/regions/r/subnetworks/n`
    pub(crate) fn path(self, place: &Place, name: &str) -> Result<String, Fault> {
        Ok(format!("{}/{}", self.parent(place)?, links::segment(needed("name", name)?)))
    }

    /// A link in a form that the API takes: of a bare name the path in the place of the object that refers to it.
    pub(crate) fn linked(self, place: &Place, link: &str) -> String {
        if link.contains('/') {
            return link.to_owned();
        }
        self.path(place, link).unwrap_or_else(|_| link.to_owned())
    }

    /// Takes apart an import id: a link, a path, or what of project, region or zone, and name the provider block doesn't
    /// say, with slashes between. What is left out is `own`.
    pub(crate) fn taken_apart(self, id: &str, own: &Place) -> Option<(Place, String)> {
        let path = links::path(id);
        let parts: Vec<&str> = path.split('/').collect();
        if parts.iter().any(|part| part.is_empty()) {
            return None;
        }
        let place = |project: &str, area: &str| match self.scope {
            Scope::Global => Place { project: project.to_owned(), ..Place::default() },
            Scope::Region => {
                Place { project: project.to_owned(), region: area.to_owned(), ..Place::default() }
            }
            Scope::Zone => Place {
                project: project.to_owned(),
                region: links::region_of(area).unwrap_or_default().to_owned(),
                zone: area.to_owned(),
            },
        };
        let own_area = if self.scope == Scope::Zone { &own.zone } else { &own.region };
        match (self.scope, parts.as_slice()) {
            (Scope::Global, ["projects", project, "global", plural, name]) if *plural == self.plural => {
                Some((place(project, ""), (*name).to_owned()))
            }
            (Scope::Global, [project, name]) => Some((place(project, ""), (*name).to_owned())),
            (Scope::Region, ["projects", project, "regions", area, plural, name])
            | (Scope::Zone, ["projects", project, "zones", area, plural, name])
                if *plural == self.plural =>
            {
                Some((place(project, area), (*name).to_owned()))
            }
            (Scope::Region | Scope::Zone, [project, area, name]) => {
                Some((place(project, area), (*name).to_owned()))
            }
            (Scope::Region | Scope::Zone, [area, name]) => {
                Some((place(&own.project, area), (*name).to_owned()))
            }
            (_, [name]) => Some((place(&own.project, own_area), (*name).to_owned())),
            _ => None,
        }
    }

    /// The forms that import ids have.
    pub(crate) fn forms(self) -> String {
        let plural = self.plural;
        match self.scope {
            Scope::Global => format!("projects/PROJECT/global/{plural}/NAME, PROJECT/NAME or NAME"),
            Scope::Region => format!(
                "projects/PROJECT/regions/REGION/{plural}/NAME, PROJECT/REGION/NAME, REGION/NAME or NAME"
            ),
            Scope::Zone => {
                format!("projects/PROJECT/zones/ZONE/{plural}/NAME, PROJECT/ZONE/NAME, ZONE/NAME or NAME")
            }
        }
    }
}

/// A part of a path that can't be empty.
fn needed<'a>(what: &str, text: &'a str) -> Result<&'a str, Fault> {
    if text.is_empty() {
        let message = format!("{what} is needed and nothing sets it");
        let hint = format!("Set {what} in the resource or in the provider block.");
        return Err(Fault::new(FaultKind::Invalid, message).hint(hint));
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(project: &str, region: &str, zone: &str) -> Place {
        Place { project: project.into(), region: region.into(), zone: zone.into() }
    }

    #[test]
    fn import_ids_are_taken_apart() {
        let own = place("own", "r-1", "r-1-a");
        let (networks, subnetworks, disks) =
            (Collection::global("networks"), Collection::regional("subnetworks"), Collection::zonal("disks"));
        let cases = [
            (networks, "n", Some(place("own", "", ""))),
            (networks, "p/n", Some(place("p", "", ""))),
            (networks, "projects/p/global/networks/n", Some(place("p", "", ""))),
            (networks, "https://x/compute/v1/projects/p/global/networks/n", Some(place("p", "", ""))),
            (networks, "projects/p/global/routes/n", None),
            (networks, "a/b/n", None),
            (networks, "/n", Some(place("own", "", ""))),
            (networks, "p//n", None),
            (subnetworks, "n", Some(place("own", "r-1", ""))),
            (subnetworks, "r-2/n", Some(place("own", "r-2", ""))),
            (subnetworks, "p/r-2/n", Some(place("p", "r-2", ""))),
            (subnetworks, "projects/p/regions/r-2/subnetworks/n", Some(place("p", "r-2", ""))),
            (disks, "r-2-b/n", Some(place("own", "r-2", "r-2-b"))),
            (disks, "projects/p/zones/r-2-b/disks/n", Some(place("p", "r-2", "r-2-b"))),
        ];
        for (collection, id, expected) in cases {
            let found = collection.taken_apart(id, &own);
            assert_eq!(found, expected.map(|place| (place, "n".to_owned())), "{id}");
        }
    }

    #[test]
    fn paths_need_their_parts() {
        let disks = Collection::zonal("disks");
        assert_eq!(
            disks.path(&place("p", "", "z"), "d").expect("all is there"),
            "projects/p/zones/z/disks/d"
        );
        let fault = disks.path(&place("p", "", ""), "d").expect_err("no zone");
        assert_eq!(fault.message, "zone is needed and nothing sets it");
        assert_eq!(disks.linked(&place("p", "", "z"), "d"), "projects/p/zones/z/disks/d");
        assert_eq!(disks.linked(&place("p", "", "z"), "zones/y/disks/d"), "zones/y/disks/d");
    }
}
