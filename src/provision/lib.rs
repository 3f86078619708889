//! Provisioners. In: what a `provisioner` and its `connection` block say. Out: lines of output as they come, and how
//! it ended.
//!
//! This is where programs of a configuration are started, and the only room that speaks SSH.

mod connection;
mod copy;
mod failure;
mod local;
mod remote;
mod ssh;
mod text;

pub use failure::Failure;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::pin::Pin;
use std::sync::Arc;
use trueup_value::Value;

/// Fills with unpredictable bytes.
pub type Random = Arc<dyn Fn(&mut [u8]) + Send + Sync>;

/// Waits until a person wants to stop; may wait for ever.
pub type Stop = Arc<dyn Fn() -> Pin<Box<dyn Future<Output = ()> + Send>> + Send + Sync>;

/// What a provisioner is lent.
#[derive(Clone)]
pub struct Around {
    /// Where relative paths start and programs run.
    pub dir: PathBuf,
    /// The environment that programs inherit.
    pub environment: Arc<BTreeMap<String, String>>,
    /// Fills with unpredictable bytes.
    pub random: Random,
    /// Answers when a person wants to stop.
    pub stop: Stop,
}

/// One provisioner to be run; its values have no marks.
#[derive(Clone, Debug)]
pub struct Job {
    /// `local-exec`, `remote-exec` or `file`.
    pub kind: Arc<str>,
    /// As the schema of its type has it.
    pub config: Value,
    /// As the schema of connections has it.
    pub connection: Option<Value>,
}

/// Takes a line of output.
pub type Say = Arc<dyn Fn(&str) + Send + Sync>;

/// Runs a provisioner to its end. A person's wish to stop goes on to the programs that it started here as an interrupt,
/// as a terminal would send it; dropped before the end it takes them, and those that they started, down with it.
pub async fn run(job: &Job, around: &Around, say: &Say) -> Result<(), Failure> {
    match &*job.kind {
        "local-exec" => local::run(&job.config, around, say).await,
        "remote-exec" => remote::run_scripts(job, around, say).await,
        "file" => remote::copy_file(job, around, say).await,
        kind => Err(Failure::new(kind, format!("There is no provisioner \"{kind}\"."))),
    }
}

/// A text of a configuration; none where it is null.
fn text<'v>(value: &'v Value, name: &str) -> Option<&'v str> {
    value.get(name)?.as_str()
}

/// The texts of a list; null ones are left out.
fn texts(value: &Value, name: &str) -> Vec<String> {
    let Some(items) = value.get(name).and_then(Value::as_sequence) else { return Vec::new() };
    items.iter().filter_map(|item| item.as_str().map(str::to_owned)).collect()
}

/// A flag that is false where it is null.
fn flag(value: &Value, name: &str) -> Option<bool> {
    value.get(name)?.as_bool()
}
