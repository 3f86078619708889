//! The house style, as far as a machine can hold it.

use crate::support::project::{self, ProjectFile};
use crate::support::rust;

const FUNCTION_LINES_MAX: usize = 70;
const PARAMETERS_MAX: usize = 5;
const FILE_LINES_MAX: usize = 500;
const TEST_FILE_LINES_MAX: usize = 800;
const FILE_BYTES_MAX: u64 = 1 << 20;

/// Files that are one table each and may be as long as their subject.
const TABLES: &[&str] = &[];

/// Functions whose parameters a trait of another crate dictates.
const DICTATED: &[&str] = &["channel_open_direct_tcpip"];

/// File and folder names that say nothing about what is inside.
const EMPTY_NAMES: &[&str] = &["util", "utils", "common", "helper", "helpers", "manager", "core", "misc"];

fn rust_files() -> Vec<ProjectFile> {
    project::files(project::is_rust)
}

/// The files that people write and read.
fn written_files() -> Vec<ProjectFile> {
    let endings = [".rs", ".toml", ".md", ".py", ".tf", ".hcl", ".yml", ".sh"];
    let scripts = [
        ".ci/run",
        "benches/run",
        "examples/aws/run",
        "examples/ci/jenkins/Jenkinsfile",
        "examples/multi-cloud/run",
        "examples/story/many",
        "examples/story/run",
    ];
    project::files(|path| {
        let fixture = path.contains("/fixtures/") || path.contains("/snapshots/");
        !fixture && (scripts.contains(&path) || endings.iter().any(|ending| path.ends_with(ending)))
    })
}

/// Fails with every finding at once, one a line.
fn assert_none(rule: &str, found: &[String]) {
    assert!(found.is_empty(), "{rule}:\n{}", found.join("\n"));
}

/// The numbered lines of all files that break a rule.
fn lines_where(files: &[ProjectFile], broken: impl Fn(&str) -> bool) -> Vec<String> {
    let mut found = Vec::new();
    for file in files {
        let numbered = file.text.lines().enumerate();
        found.extend(
            numbered
                .filter(|(_, line)| broken(line))
                .map(|(at, line)| format!("{}:{}: {line}", file.path, at + 1)),
        );
    }
    found
}

#[test]
fn functions_are_short() {
    let mut found = Vec::new();
    for file in rust_files() {
        for function in rust::functions(&file.text) {
            let place = format!("{}:{}: {}", file.path, function.line, function.name);
            if function.lines > FUNCTION_LINES_MAX {
                found.push(format!("{place} has {} lines", function.lines));
            }
            if function.parameters > PARAMETERS_MAX && !DICTATED.contains(&&*function.name) {
                found.push(format!("{place} has {} parameters", function.parameters));
            }
        }
    }
    assert_none("a function has at most 70 lines and 5 parameters", &found);
}

#[test]
fn files_are_short() {
    let mut found = Vec::new();
    for file in rust_files().iter().filter(|file| !TABLES.contains(&file.path.as_str())) {
        let lines = file.text.lines().count();
        let max = if rust::is_test_source(&file.path) { TEST_FILE_LINES_MAX } else { FILE_LINES_MAX };
        if lines > max {
            found.push(format!("{} has {lines} lines of {max}", file.path));
        }
    }
    assert_none("a source file stays within its lines", &found);
    for table in TABLES {
        assert!(!project::read(table).is_empty(), "the list of tables names {table}, which is gone");
    }
}

#[test]
fn files_open_with_what_they_hold() {
    let opens = |file: &&ProjectFile| !file.text.starts_with("//! ");
    let found: Vec<String> = rust_files().iter().filter(opens).map(|file| file.path.clone()).collect();
    assert_none("a source file opens with a //! line", &found);
}

#[test]
fn nothing_is_left_to_do() {
    let marks = [
        concat!("todo", "!("),
        concat!("unimplemented", "!("),
        concat!("FIX", "ME"),
        concat!("XX", "X:"),
        concat!("TO", "DO:"),
        concat!("dbg", "!("),
    ];
    let found = lines_where(&rust_files(), |line| marks.iter().any(|mark| line.contains(mark)));
    assert_none("unfinished work is not committed", &found);
}

#[test]
fn no_place_of_one_machine_is_named() {
    let places = [
        concat!("/wo", "rk/"),
        concat!("/ro", "ot/"),
        concat!("crates", ".io"),
        concat!("pypi", ".org"),
        concat!("pythonhosted", ".org"),
        concat!("npmjs", ".org"),
    ];
    let found = lines_where(&written_files(), |line| places.iter().any(|place| line.contains(place)));
    assert_none("paths of one machine and hosts of package registries are not named", &found);
}

#[test]
fn whitespace_is_plain() {
    let files = written_files();
    let found = lines_where(&files, |line| line.contains('\t') || line.ends_with([' ', '\r']));
    assert_none("no tabs, no trailing whitespace", &found);
    let unended = |file: &&ProjectFile| !file.text.is_empty() && !file.text.ends_with('\n');
    let found: Vec<String> = files.iter().filter(unended).map(|file| file.path.clone()).collect();
    assert_none("a file ends with a newline", &found);
}

#[test]
fn no_file_is_large() {
    let mut found = Vec::new();
    for path in project::paths() {
        let bytes =
            std::fs::symlink_metadata(project::root().join(&path)).expect("a listed file is there").len();
        if bytes > FILE_BYTES_MAX {
            found.push(format!("{path} has {bytes} bytes"));
        }
    }
    assert_none("no file is larger than 1 MiB", &found);
}

#[test]
fn names_say_what_is_inside() {
    let empty = |path: &String| {
        project::is_rust(path)
            && path.split('/').any(|part| EMPTY_NAMES.contains(&part.trim_end_matches(".rs")))
    };
    let found: Vec<String> = project::paths().into_iter().filter(empty).collect();
    assert_none("no file or folder is called util, common, helper, manager or core", &found);
}

#[test]
fn every_room_is_a_crate_with_its_door_in_place() {
    for top in ["src", "providers"] {
        for entry in std::fs::read_dir(project::root().join(top)).expect("the folder is there").flatten() {
            if !entry.file_type().expect("a file type").is_dir()
                || entry.file_name() == "proptest-regressions"
            {
                continue;
            }
            for file in ["Cargo.toml", "lib.rs"] {
                assert!(entry.path().join(file).is_file(), "{} has no {file}", entry.path().display());
            }
            let manifest = std::fs::read_to_string(entry.path().join("Cargo.toml")).expect("a manifest");
            assert!(
                manifest.contains("path = \"lib.rs\""),
                "{}: the library is lib.rs",
                entry.path().display()
            );
            assert!(
                manifest.contains("[lints]\nworkspace = true"),
                "{} takes the lints",
                entry.path().display()
            );
        }
    }
}

#[test]
fn documents_stand_where_people_look() {
    for (document, words) in [
        ("README.md", ["cargo", "plan", "apply", "drift"]),
        ("ARCHITECTURE.md", ["floor", "src/parse", "src/apply", "providers/aws"]),
        ("STYLE.md", ["70 lines", "500", "hint", "floor"]),
        ("CHANGELOG.md", ["#", "Git", "plan", "state"]),
    ] {
        let text = project::read(document);
        for word in words {
            assert!(text.contains(word), "{document} doesn't mention {word}");
        }
    }
}
