//! What a pull request takes over from the world, and what it doesn't, without values: those stand in the files.

use super::escape::code;

/// Lists what is taken over (a resource and its attribute) and what isn't (a resource with an attribute or without, and
/// why), in so many bytes at most.
pub fn proposal(adopted: &[(String, String)], left: &[(String, String)], bytes_max: usize) -> String {
    let mut out = String::from(
        "The cloud's values of these were not those of the configuration, which has them now:\n\n",
    );
    list(&mut out, adopted, bytes_max / 2);
    if !left.is_empty() {
        out.push_str("\nThese differ as well and are not taken over:\n\n");
        list(&mut out, left, bytes_max);
    }
    out
}

fn list(out: &mut String, lines: &[(String, String)], bytes_max: usize) {
    for (at, (what, of_it)) in lines.iter().enumerate() {
        let line = format!("- {}: {}\n", code(what), code(of_it));
        if out.len() + line.len() + 50 > bytes_max {
            out.push_str(&format!("- and {} more\n", lines.len() - at));
            return;
        }
        out.push_str(&line);
    }
}

#[cfg(test)]
mod tests {
    use super::proposal;

    #[test]
    fn lists_stay_in_their_bounds() {
        let many: Vec<(String, String)> = (0..500).map(|at| (format!("a.b[{at}]"), "size".into())).collect();
        let told = proposal(&many, &many, 2000);
        assert!(told.len() <= 2000 && told.matches(" more\n").count() == 2, "{told}");
        let hostile = [("a.b[\"`@all\n# x|\"]".into(), "tags".into())];
        let told = proposal(&hostile, &[], 2000);
        assert!(told.lines().count() == 3 && !told.contains("@all"), "{told}");
        assert!(!told.contains("not taken over"), "{told}");
    }
}
