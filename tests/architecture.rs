//! The house stands as ARCHITECTURE.md says: floors, homes and absences, proven from what cargo and the sources say.

use crate::floors::{FAKES, FLOORS, FOR_TESTS, HOMES, PROVIDERS_SEE, PURE, WITHOUT_SERDE, WORLD};
use crate::support::{project, rust};
use std::collections::BTreeMap;

/// A dependency of a crate of ours.
struct Dependency {
    name: String,
    for_tests: bool,
    features: Vec<String>,
}

/// Every crate of the workspace with its dependencies.
fn crates() -> BTreeMap<String, Vec<Dependency>> {
    let metadata = project::cargo_metadata();
    let text = |value: &serde_json::Value, key: &str| value[key].as_str().unwrap_or_default().to_owned();
    let packages = metadata["packages"].as_array().expect("cargo lists packages");
    packages
        .iter()
        .map(|package| {
            let dependencies = package["dependencies"].as_array().expect("cargo lists dependencies");
            let dependencies = dependencies
                .iter()
                .map(|one| Dependency {
                    name: text(one, "name"),
                    for_tests: text(one, "kind") == "dev",
                    features: serde_json::from_value(one["features"].clone()).expect("cargo lists features"),
                })
                .collect();
            (text(package, "name"), dependencies)
        })
        .collect()
}

fn floor(name: &str) -> Option<u32> {
    FLOORS.iter().find(|(crate_name, _)| *crate_name == name).map(|(_, floor)| *floor)
}

/// The dependencies that end up in the program, as pairs of a crate and what it depends on.
fn shipped() -> Vec<(String, String)> {
    let pairs = |(name, dependencies): (String, Vec<Dependency>)| {
        dependencies
            .into_iter()
            .filter(|dependency| !dependency.for_tests)
            .map(move |dependency| (name.clone(), dependency.name))
            .collect::<Vec<_>>()
    };
    crates().into_iter().flat_map(pairs).collect()
}

#[test]
fn every_crate_has_a_floor_and_every_floor_a_crate() {
    let found: Vec<String> = crates().into_keys().collect();
    let mut listed: Vec<&str> = FLOORS.iter().map(|(name, _)| *name).collect();
    listed.sort_unstable();
    assert_eq!(found, listed, "tests/floors.rs lists exactly the crates of the workspace");
}

#[test]
fn imports_only_lead_downstairs() {
    for (name, dependencies) in crates() {
        let own = floor(&name).expect("every crate has a floor");
        for dependency in dependencies {
            let Some(other) = floor(&dependency.name) else { continue };
            let fine = other < own || (dependency.for_tests && other <= own);
            assert!(fine, "{name} on floor {own} imports {} on floor {other}", dependency.name);
        }
    }
}

#[test]
fn heavy_dependencies_have_one_home() {
    for (name, dependency) in shipped() {
        for (prefix, homes) in HOMES {
            let at_home = !dependency.starts_with(prefix) || homes.contains(&name.as_str());
            assert!(at_home, "{name} depends on {dependency}, whose home is {}", homes.join(" or "));
        }
        let for_tests = |name: &String| FOR_TESTS.contains(&name.as_str());
        assert!(for_tests(&name) || !for_tests(&dependency), "{name} ships {dependency}, which is for tests");
    }
}

#[test]
fn providers_see_their_kit_and_not_the_house() {
    for (name, dependency) in shipped() {
        let for_tests = FOR_TESTS.contains(&name.as_str()) && FOR_TESTS.contains(&dependency.as_str());
        let inside = !name.starts_with("trueup-provider-") || !dependency.starts_with("trueup-") || for_tests;
        assert!(inside || PROVIDERS_SEE.contains(&dependency.as_str()), "{name} looks into {dependency}");
    }
}

#[test]
fn only_the_walls_speak_wire() {
    for (name, dependency) in shipped() {
        let wire = dependency == "serde" || dependency == "serde_json";
        assert!(!wire || !WITHOUT_SERDE.contains(&name.as_str()), "{name} depends on {dependency}");
    }
}

#[test]
fn every_dependency_comes_through_the_workspace() {
    for manifest in project::files(|path| path.ends_with("Cargo.toml") && path != "Cargo.toml") {
        let mut section = "";
        for line in manifest.text.lines() {
            section = if line.starts_with('[') { line } else { section };
            let entry = section.contains("dependencies") && !line.starts_with('[') && !line.trim().is_empty();
            let good = line.contains(".workspace = true") || line.contains("workspace = true");
            assert!(!entry || good || line.starts_with('#'), "{}: {line}", manifest.path);
        }
    }
}

#[test]
fn pure_crates_name_nothing_of_the_world() {
    let mut found = Vec::new();
    for name in PURE {
        let folder = format!("src/{}/", name.trim_start_matches("trueup-"));
        let fake = |path: &str| FAKES.iter().any(|(folder, _)| path.starts_with(folder));
        let wanted = |path: &str| path.starts_with(&folder) && rust::is_shipped_source(path) && !fake(path);
        let sources = project::files(wanted);
        assert!(!sources.is_empty(), "{name} has sources in {folder}");
        for source in sources {
            for named in rust::names_of_the_world(&source.text, WORLD) {
                found.push(format!("{}: {named}", source.path));
            }
        }
    }
    assert!(found.is_empty(), "pure crates reach for the world:\n{}", found.join("\n"));
}

#[test]
fn no_stand_in_is_shipped() {
    for (name, dependencies) in crates() {
        for dependency in dependencies.iter().filter(|dependency| !dependency.for_tests) {
            for (folder, feature) in FAKES {
                let enabled = dependency.features.iter().any(|enabled| enabled == feature);
                assert!(!enabled, "{name} ships {folder}: it enables {feature} of {}", dependency.name);
            }
        }
    }
}

#[test]
fn the_scanner_sees_the_world_in_every_disguise() {
    let cases = [
        ("use std::fs;", true),
        ("use std::{fmt, fs::File};", true),
        ("fn f() { std::env::var(\"X\"); }", true),
        ("fn f() { println!(\"{:?}\", std::time::Instant::now()); }", true),
        ("use std::time::{Duration, SystemTime as Clock};", true),
        ("use tokio::sync::Mutex;", true),
        ("use std::fmt;\n/// Reads std::fs never.\nfn f() {}", false),
        ("use std::time::Duration;", false),
        ("#[cfg(test)]\nmod tests { use std::fs; }", false),
        ("fn randomly() { let rand_like = 1; }", false),
    ];
    for (source, expected) in cases {
        assert_eq!(!rust::names_of_the_world(source, WORLD).is_empty(), expected, "{source}");
    }
}

#[test]
fn architecture_md_has_the_same_floors() {
    let text = project::read("ARCHITECTURE.md");
    for (name, floor) in FLOORS.iter().filter(|(name, _)| *name != "trueup") {
        let short = name.trim_start_matches("trueup-");
        let folder = match short.strip_prefix("provider-") {
            Some(provider) => format!("providers/{provider}"),
            None => format!("src/{short}"),
        };
        let row = text.lines().find(|line| line.starts_with(&format!("| `{folder}` |")));
        let row = row.unwrap_or_else(|| panic!("ARCHITECTURE.md has no row for {folder}"));
        let told = row.split('|').nth(2).map(str::trim);
        assert_eq!(told, Some(floor.to_string().as_str()), "ARCHITECTURE.md on {folder}");
    }
}
