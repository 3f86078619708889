//! `validate -json`, format version 1.0.

use super::diagnostic::{DiagnosticWire, wire};
use super::{laid_out, text};
use serde::Serialize;
use trueup_diag::{Diagnostics, Sources};

const FORMAT_VERSION: &str = "1.0";

#[derive(Serialize)]
struct ValidateWire {
    format_version: &'static str,
    valid: bool,
    error_count: usize,
    warning_count: usize,
    diagnostics: Vec<DiagnosticWire>,
}

/// What validation found, over several lines.
pub fn document(diagnostics: &Diagnostics, sources: &Sources) -> String {
    let sorted = diagnostics.clone().sorted();
    let error_count = sorted.iter().filter(|diagnostic| diagnostic.is_error()).count();
    laid_out(&text(&ValidateWire {
        format_version: FORMAT_VERSION,
        valid: error_count == 0,
        error_count,
        warning_count: sorted.len() - error_count,
        diagnostics: sorted.iter().map(|diagnostic| wire(diagnostic, sources)).collect(),
    }))
}
