//! Writes the pages in `docs/google` from the schema files in `schemas/google`.

use std::path::Path;
use std::process::ExitCode;

fn main() -> ExitCode {
    trueup_provider_walk::write_pages(Path::new(env!("CARGO_MANIFEST_DIR")))
}
