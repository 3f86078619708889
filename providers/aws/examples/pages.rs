//! Writes the pages in `docs/aws` from the schema files in `schemas/aws`.

use std::path::Path;
use std::process::ExitCode;

fn main() -> ExitCode {
    trueup_provider_walk::write_pages(Path::new(env!("CARGO_MANIFEST_DIR")))
}
