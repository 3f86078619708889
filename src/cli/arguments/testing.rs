//! Arguments of the command that runs tests.

use super::groups::Variables;
use clap::Args;

#[derive(Args, Clone, Debug)]
pub(crate) struct Test {
    /// Only this test file, by its path relative to the configuration; may be given several times
    #[arg(long, value_name = "FILE")]
    pub(crate) filter: Vec<String>,
    /// Machine-readable output, one event a line
    #[arg(long)]
    pub(crate) json: bool,
    /// Write the results to an XML file too, as build servers read it
    #[arg(long = "junit-xml", value_name = "FILE")]
    pub(crate) junit_xml: Option<String>,
    /// Where test files are besides the configuration's directory
    #[arg(long = "test-directory", value_name = "DIR", default_value = "tests")]
    pub(crate) directory: String,
    /// Show the plan or the state of each run
    #[arg(long)]
    pub(crate) verbose: bool,
    /// How many calls, and how many parallel runs, are in flight at once
    #[arg(long, value_name = "N", default_value = "10")]
    pub(crate) parallelism: usize,
    #[command(flatten)]
    pub(crate) variables: Variables,
}
