//! The log for those who look for a mistake: `TF_LOG` says how much of it, `TF_LOG_PATH` where it goes.
//!
//! What happens to which object is in it, and never a value.

use crate::outside;
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use std::fmt::Debug;
use std::io::Write;
use std::sync::{Arc, Mutex, PoisonError};
use tracing::field::{Field, Visit};
use tracing::{Level, Subscriber};
use tracing_subscriber::filter::filter_fn;
use tracing_subscriber::layer::{Context, Layer, SubscriberExt};
use tracing_subscriber::util::SubscriberInitExt;
use trueup_engine::{Event, Observer, Wanted};

/// A line an event, as text or as JSON.
struct Lines {
    out: Mutex<Box<dyn Write + Send>>,
    json: bool,
}

/// How much is logged, and whether as JSON; nothing where nothing is asked for. A warning says what isn't understood.
fn level(text: &str) -> (Option<Level>, bool, Option<String>) {
    let known = match text.to_ascii_uppercase().as_str() {
        "" | "OFF" => None,
        "JSON" => return (Some(Level::TRACE), true, None),
        "TRACE" => Some(Level::TRACE),
        "DEBUG" => Some(Level::DEBUG),
        "INFO" => Some(Level::INFO),
        "WARN" => Some(Level::WARN),
        "ERROR" => Some(Level::ERROR),
        _ => {
            let warning = format!(
                "[WARN] Invalid log level: {text:?}. Defaulting to level: TRACE. Valid levels are: [TRACE DEBUG INFO WARN ERROR OFF JSON]"
            );
            return (Some(Level::TRACE), false, Some(warning));
        }
    };
    (known, false, None)
}

/// Begins to log where the environment asks for it; gives a warning where that can't be done as asked.
pub(crate) fn begin(environment: &BTreeMap<String, String>) -> Option<String> {
    let asked = ["TF_LOG", "TF_LOG_CORE"].iter().find_map(|name| environment.get(*name))?;
    let (level, json, mut warning) = level(asked);
    let level = level?;
    let mut out: Box<dyn Write + Send> = Box::new(std::io::stderr());
    if let Some(path) = environment.get("TF_LOG_PATH").filter(|path| !path.is_empty()) {
        match crate::files::append_private(path) {
            Ok(file) => out = Box::new(file),
            Err(error) => warning = Some(format!("Error opening log file {path:?}: {error}")),
        }
    }
    let ours =
        filter_fn(move |metadata| metadata.target().starts_with("trueup") && *metadata.level() <= level);
    let lines = Lines { out: Mutex::new(out), json };
    // Somebody else's log, if there is one, is as good.
    let _ = tracing_subscriber::registry().with(lines.with_filter(ours)).try_init();
    warning
}

impl<S: Subscriber> Layer<S> for Lines {
    fn on_event(&self, event: &tracing::Event<'_>, _context: Context<'_, S>) {
        let mut fields = Fields::default();
        event.record(&mut fields);
        let level = event.metadata().level();
        let line = if self.json {
            let mut document = Map::new();
            document.insert("@level".into(), level.as_str().to_lowercase().into());
            document.insert("@message".into(), fields.message.into());
            document.insert("@module".into(), event.metadata().target().into());
            document.insert("@timestamp".into(), outside::now_exact().into());
            document.extend(fields.others.into_iter().map(|(name, value)| (name, Value::String(value))));
            Value::Object(document).to_string()
        } else {
            let others: String =
                fields.others.iter().map(|(name, value)| format!(" {name}={value}")).collect();
            let colon = if others.is_empty() { "" } else { ":" };
            format!("{} [{level}] {}{colon}{others}", outside::now_exact(), fields.message)
        };
        let mut out = self.out.lock().unwrap_or_else(PoisonError::into_inner);
        // A log that can't be written is no reason to stop.
        let _ = writeln!(out, "{line}");
    }
}

#[derive(Default)]
struct Fields {
    message: String,
    others: Vec<(String, String)>,
}

impl Visit for Fields {
    fn record_str(&mut self, field: &Field, value: &str) {
        match field.name() {
            "message" => self.message = value.into(),
            name => self.others.push((name.into(), value.into())),
        }
    }

    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.record_str(field, &format!("{value:?}"));
    }
}

/// The same observer, with what it hears in the log where there is one.
pub(crate) fn listening(observer: Arc<dyn Observer>) -> Arc<dyn Observer> {
    if tracing::enabled!(target: "trueup::run", Level::DEBUG) {
        Arc::new(Listening(observer))
    } else {
        observer
    }
}

struct Listening(Arc<dyn Observer>);

impl Observer for Listening {
    fn event(&self, event: &Event) {
        log(event);
        self.0.event(event);
    }

    fn ask(&self, wanted: &Wanted<'_>) -> Option<String> {
        tracing::debug!(target: "trueup::run", variable = %wanted.name, "asking for a value");
        self.0.ask(wanted)
    }
}

fn log(event: &Event) {
    use trueup_apply::Event as Step;
    match event {
        Event::Refreshing { provider, objects } => {
            tracing::debug!(target: "trueup::run", %provider, objects = objects.len(), "reading objects");
        }
        Event::Refreshed { provider, objects } => {
            tracing::debug!(target: "trueup::run", %provider, objects = objects.len(), "read objects");
        }
        Event::Importing { addr, .. } => tracing::debug!(target: "trueup::run", %addr, "importing"),
        Event::Imported { addr, .. } => tracing::info!(target: "trueup::run", %addr, "imported"),
        Event::Reading(addr) => tracing::debug!(target: "trueup::run", %addr, "reading"),
        Event::Read { addr, good, .. } => tracing::debug!(target: "trueup::run", %addr, good, "read"),
        Event::Waiting(_) => tracing::info!(target: "trueup::run", "waiting for the state lock"),
        Event::Step(Step::Started { addr, part, .. }) => {
            tracing::info!(target: "trueup::run", %addr, ?part, "step begins");
        }
        Event::Step(Step::Finished { addr, part, .. }) => {
            tracing::info!(target: "trueup::run", %addr, ?part, "step is done");
        }
        Event::Step(Step::Failed { addr, part }) => {
            tracing::error!(target: "trueup::run", %addr, ?part, "step failed");
        }
        Event::Step(Step::Skipped { addr, part }) => {
            tracing::warn!(target: "trueup::run", %addr, ?part, "step is skipped");
        }
        Event::Step(Step::Provisioning { addr, kind }) => {
            tracing::info!(target: "trueup::run", %addr, %kind, "provisioner begins");
        }
        Event::Step(Step::ProvisioningOver { addr, kind, good }) => {
            tracing::info!(target: "trueup::run", %addr, %kind, good, "provisioner is over");
        }
        Event::Step(Step::Ephemeral { addr, closing, over }) => {
            tracing::debug!(target: "trueup::run", %addr, closing, over, "ephemeral resource");
        }
        // What a provisioner prints may hold anything.
        Event::Step(Step::Provisioned { .. }) => {}
    }
}

#[cfg(test)]
mod tests {
    use super::level;
    use tracing::Level;

    #[test]
    fn levels_are_those_of_terraform() {
        let check = |text: &str, wanted: Option<Level>, json: bool, warned: bool| {
            let (found, is_json, warning) = level(text);
            assert_eq!((found, is_json, warning.is_some()), (wanted, json, warned), "{text}");
        };
        check("", None, false, false);
        check("off", None, false, false);
        check("trace", Some(Level::TRACE), false, false);
        check("DEBUG", Some(Level::DEBUG), false, false);
        check("Info", Some(Level::INFO), false, false);
        check("JSON", Some(Level::TRACE), true, false);
        check("1", Some(Level::TRACE), false, true);
    }
}
