//! GitLab's report of a plan, which the widget of a merge request shows: how many objects are made, changed and
//! destroyed. <https://docs.gitlab.com/ci/yaml/artifacts_reports/#artifactsreportsterraform>

use super::Section;
use serde::Serialize;

#[derive(Default, Serialize)]
struct CountsWire {
    create: usize,
    update: usize,
    delete: usize,
}

/// The sums over all stacks; a replacement is made and destroyed.
pub(super) fn counts(sections: &[Section<'_>]) -> String {
    let mut sums = CountsWire::default();
    for Section { report, .. } in sections {
        sums.create += report.summary.add;
        sums.update += report.summary.change;
        sums.delete += report.summary.destroy;
    }
    trueup_document::text(&sums) + "\n"
}
