//! `drift -adopt`: what was changed outside is taken into the configuration's files.

use super::Work;
use crate::command::exit::{DIFFERENT, FINE, PARTLY};
use crate::command::plan::complain;
use trueup_diag::Diagnostic;
use trueup_drift::{Judged, ResourceDrift};
use trueup_engine::{Adoption, Session, adopt};
use trueup_plan::Plan;
use trueup_view::style::neutral;

impl Work<'_> {
    /// Writes the files, and says what is in them now and what isn't.
    pub(super) fn adopt(&self, session: &Session, judged: &Judged, plan: &Plan) -> u8 {
        let drifted: Vec<&ResourceDrift> = judged.document.drifted().collect();
        let adoption = adopt(session, plan, &drifted);
        for (path, text) in &adoption.files {
            if let Err(error) = std::fs::write(path, text) {
                let detail = format!("The file {} can't be written: {error}.", path.display());
                let problem = Diagnostic::error("Failed to write the configuration", detail);
                return complain(self.screen, problem.into(), &session.sources);
            }
        }
        self.screen.print(&told(&adoption, session));
        match (adoption.adopted.is_empty(), adoption.left.is_empty()) {
            (false, true) => FINE,
            (false, false) => PARTLY,
            (true, _) => DIFFERENT,
        }
    }
}

fn told(adoption: &Adoption, session: &Session) -> String {
    let mut out = String::new();
    if !adoption.adopted.is_empty() {
        let files: Vec<String> = adoption.files.keys().map(|path| shown(path)).collect();
        out.push_str(&format!("\nTaken into {}:\n", files.join(", ")));
        for (addr, name) in &adoption.adopted {
            out.push_str(&format!("  {}\n", neutral(&format!("{addr}: {name}"))));
        }
        out.push_str("\"trueup plan\" shows what else follows from it; nothing was applied.\n");
    }
    out + &left(adoption, session)
}

/// What isn't taken over, with reasons and places.
pub(super) fn left(adoption: &Adoption, session: &Session) -> String {
    let lines: String = lines(adoption, session).map(|line| format!("  {line}\n")).collect();
    if lines.is_empty() { lines } else { format!("\nNot taken over:\n{lines}") }
}

fn lines(adoption: &Adoption, session: &Session) -> impl Iterator<Item = String> {
    parts(adoption, session).map(|(what, why)| format!("{what}: {why}"))
}

/// What isn't taken over, each with why and where.
pub(super) fn parts(adoption: &Adoption, session: &Session) -> impl Iterator<Item = (String, String)> {
    adoption.left.iter().map(|one| {
        let name = one.attribute.as_ref().map(|name| format!(" {name}")).unwrap_or_default();
        let place = one.at.map(|span| {
            let file = session.sources.file(span.file);
            format!(" ({} line {})", file.name, file.position(span.start).line)
        });
        (
            neutral(&format!("{}{name}", one.addr)),
            neutral(&format!("{}{}", one.why, place.unwrap_or_default())),
        )
    })
}

fn shown(path: &std::path::Path) -> String {
    neutral(&path.strip_prefix(".").unwrap_or(path).display().to_string())
}
