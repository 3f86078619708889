//! Damaged configurations: whatever is left of them, resolving ends and reports.

use crate::fixture::{cases, resolved};
use proptest::prelude::*;
use std::sync::LazyLock;

static TEXTS: LazyLock<Vec<(String, String)>> = LazyLock::new(|| {
    let fixtures = [
        include_str!("fixtures/programs.txt"),
        include_str!("fixtures/bindings.txt"),
        include_str!("fixtures/resources.txt"),
        include_str!("fixtures/refactoring.txt"),
        include_str!("fixtures/json_and_overrides.txt"),
        include_str!("fixtures/providers.txt"),
        include_str!("fixtures/variables.txt"),
    ];
    fixtures.into_iter().flat_map(cases).flat_map(|case| case.files).collect()
});

const PIECES: [&str; 24] = [
    "", " ", "\n", "{", "}", "[", "]", "(", ")", "\"", "${", "...", ".", "=", "*", "1", "x", "var",
    "each.key", "null", ",", "?", "é", "dynamic",
];

proptest! {
    #![proptest_config(ProptestConfig { cases: ProptestConfig::default().cases.max(400), ..ProptestConfig::default() })]

    #[test]
    fn damaged_files_do_no_harm(
        which in any::<prop::sample::Index>(),
        cuts in prop::collection::vec((any::<prop::sample::Index>(), 0usize..12, 0..PIECES.len()), 1..6),
    ) {
        let (name, text) = which.get(&TEXTS);
        let mut letters: Vec<char> = text.chars().collect();
        for (at, length, piece) in cuts {
            let at = at.index(letters.len() + 1);
            let end = (at + length).min(letters.len());
            letters.splice(at..end, PIECES[piece].chars());
        }
        let name = name.rsplit('/').next().unwrap_or(name).to_owned();
        let files = [(name, letters.into_iter().collect::<String>())].into();
        let (out, _) = resolved(&files);
        let copy = out.program.clone();
        prop_assert_eq!(copy.nodes.len(), out.program.nodes.len());
    }
}
