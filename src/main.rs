//! The `trueup` binary: hands over to the command line.

use std::process::ExitCode;

fn main() -> ExitCode {
    trueup_cli::main()
}
