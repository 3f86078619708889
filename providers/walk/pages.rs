//! Writes the pages of a cloud's types in `docs/` from the schema files in `schemas/`.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::ExitCode;
use trueup_provider_kit::book;

/// Writes the pages of the cloud whose crate is in the folder `package`, which is named as the cloud is.
pub fn write_pages(package: &Path) -> ExitCode {
    let cloud = package.file_name().unwrap_or_default();
    let root = package.join("../..");
    match write(&root.join("schemas").join(cloud), &root.join("docs").join(cloud)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(reasons) => {
            complain(&reasons);
            ExitCode::FAILURE
        }
    }
}

#[expect(clippy::print_stderr, reason = "a program for those who work on the provider")]
fn complain(reasons: &[String]) {
    for reason in reasons {
        eprintln!("{reason}");
    }
}

fn failed(what: &Path) -> impl Fn(std::io::Error) -> Vec<String> {
    move |error| vec![format!("{}: {error}", what.display())]
}

fn write(schemas: &Path, docs: &Path) -> Result<(), Vec<String>> {
    let mut files = BTreeMap::new();
    for entry in std::fs::read_dir(schemas).map_err(failed(schemas))? {
        let path = entry.map_err(failed(schemas))?.path();
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        files.insert(name, std::fs::read_to_string(&path).map_err(failed(&path))?);
    }
    let pages = book(&files)?;
    for folder in ["resources", "data-sources"] {
        let folder = docs.join(folder);
        // Pages of types that are gone go too.
        if folder.exists() {
            std::fs::remove_dir_all(&folder).map_err(failed(&folder))?;
        }
        std::fs::create_dir_all(&folder).map_err(failed(&folder))?;
    }
    for (path, text) in pages {
        let path = docs.join(path);
        std::fs::write(&path, text).map_err(failed(&path))?;
    }
    Ok(())
}
