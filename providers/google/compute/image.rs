//! Images by the short forms of their names.

use crate::account::site::Site;
use crate::fault::found;
use crate::links::{self, segment};
use trueup_provider_kit::{Fault, FaultKind};

/// Projects of public images, by what the names of their images and families begin with.
const PUBLIC: [(&str, &str); 12] = [
    ("almalinux", "almalinux-cloud"),
    ("centos", "centos-cloud"),
    ("cos", "cos-cloud"),
    ("debian", "debian-cloud"),
    ("fedora-coreos", "fedora-coreos-cloud"),
    ("opensuse", "opensuse-cloud"),
    ("rhel", "rhel-cloud"),
    ("rocky-linux", "rocky-linux-cloud"),
    ("sles", "suse-cloud"),
    ("sql", "windows-sql-cloud"),
    ("ubuntu", "ubuntu-os-cloud"),
    ("windows", "windows-cloud"),
];

/// The path of an image that is named in one of these forms: a link or a path, `PROJECT/IMAGE`, `PROJECT/FAMILY`,
/// `family/FAMILY`, `global/images/IMAGE`, `IMAGE` or `FAMILY`; the last two are looked for in the project first, and then
/// among the public images.
pub(crate) async fn resolve(site: &Site, project: &str, image: &str) -> Result<String, Fault> {
    let path = links::path(image);
    let parts: Vec<&str> = path.split('/').collect();
    let family = |project: &str, family: &str| {
        format!("projects/{}/global/images/family/{}", segment(project), segment(family))
    };
    match parts.as_slice() {
        ["projects", ..] => return Ok(path.to_owned()),
        ["global", "images", "family", name] | ["family", name] => return Ok(family(project, name)),
        ["global", "images", name] => {
            return Ok(format!("projects/{}/global/images/{}", segment(project), segment(name)));
        }
        ["" | "global", ..] => {}
        [owner, "family", name] => return Ok(family(owner, name)),
        [owner, name] => {
            if let Some(path) = there(site, owner, name).await? {
                return Ok(path);
            }
        }
        [name] => {
            let public = PUBLIC.iter().find(|(start, _)| name.starts_with(start)).map(|(_, owner)| *owner);
            for owner in std::iter::once(project).chain(public) {
                if let Some(path) = there(site, owner, name).await? {
                    return Ok(path);
                }
            }
        }
        _ => {}
    }
    let message = format!("no image and no family is called {image}");
    let hint = "Write PROJECT/FAMILY, such as debian-cloud/debian-12, or the link of an image.";
    Err(Fault::new(FaultKind::Invalid, message).hint(hint))
}

/// The path of the image of this name, or else of the family.
async fn there(site: &Site, project: &str, name: &str) -> Result<Option<String>, Fault> {
    let images = format!("projects/{}/global/images", segment(project));
    for path in [format!("{images}/{}", segment(name)), format!("{images}/family/{}", segment(name))] {
        if found(site.compute.get(&path).await)?.is_some() {
            return Ok(Some(path));
        }
    }
    Ok(None)
}
