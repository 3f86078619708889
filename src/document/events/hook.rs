//! What happens to one object: it is read, made, changed, destroyed, provisioned.

use super::super::tree::KeyWire;
use super::{json_text, line};
use serde::Serialize;
use serde_json::value::RawValue;
use trueup_addr::{Resource, ResourceInstance};
use trueup_plan::Part;

/// An address taken apart.
#[derive(Serialize)]
pub(crate) struct ResourceWire {
    addr: String,
    module: String,
    resource: String,
    implied_provider: String,
    resource_type: String,
    resource_name: String,
    resource_key: Box<RawValue>,
}

impl ResourceWire {
    pub(crate) fn of(addr: &ResourceInstance) -> ResourceWire {
        let Resource { kind, name, .. } = &addr.resource;
        ResourceWire {
            addr: addr.to_string(),
            module: addr.module.to_string(),
            resource: format!("{}{}", addr.resource, addr.key),
            implied_provider: kind.split('_').next().unwrap_or_default().to_owned(),
            resource_type: kind.to_string(),
            resource_name: name.to_string(),
            resource_key: json_text(&KeyWire::of(&addr.key)),
        }
    }
}

#[derive(Serialize)]
struct HookLineWire {
    hook: HookWire,
}

#[derive(Serialize)]
struct HookWire {
    resource: ResourceWire,
    #[serde(skip_serializing_if = "Option::is_none")]
    action: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    id_key: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    id_value: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    provisioner: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    output: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    elapsed_seconds: Option<u64>,
}

/// What happens is about this object.
#[derive(Clone, Copy, Debug)]
pub struct Hook<'a> {
    /// When, RFC 3339 with microseconds.
    pub timestamp: &'a str,
    /// The instance.
    pub addr: &'a ResourceInstance,
    /// The object's `id`, where it has one that is not sensitive.
    pub id: Option<&'a str>,
}

/// The words of one kind of step: for the field, while it goes on, and when it is over.
struct Words {
    action: &'static str,
    going: &'static str,
    still: &'static str,
    over: &'static str,
}

/// None for what makes no call.
fn words(part: Part) -> Option<Words> {
    let (action, going, still, over) = match part {
        Part::Create => ("create", "Creating...", "Still creating...", "Creation"),
        Part::Update => ("update", "Modifying...", "Still modifying...", "Modifications"),
        Part::Delete => ("delete", "Destroying...", "Still destroying...", "Destruction"),
        Part::Read => ("read", "Refreshing...", "Still refreshing...", "Refresh"),
        Part::Forget => return None,
    };
    Some(Words { action, going, still, over })
}

impl Hook<'_> {
    fn suffix(&self) -> String {
        self.id.map(|id| format!(" [id={id}]")).unwrap_or_default()
    }

    fn wire(&self, action: Option<&'static str>, with_id: bool) -> HookWire {
        let id = self.id.filter(|_| with_id);
        HookWire {
            resource: ResourceWire::of(self.addr),
            action,
            id_key: id.map(|_| "id"),
            id_value: id.map(str::to_owned),
            provisioner: None,
            output: None,
            elapsed_seconds: None,
        }
    }

    fn line(&self, kind: &str, message: &str, hook: HookWire) -> String {
        line(self.timestamp, kind, &format!("{}: {message}", self.addr), HookLineWire { hook })
    }

    /// The object is about to be read.
    pub fn refresh_start(&self) -> String {
        let message = format!("Refreshing state...{}", self.suffix());
        self.line("refresh_start", &message, self.wire(None, true))
    }

    /// The object was read.
    pub fn refresh_complete(&self) -> String {
        let message = format!("Refresh complete{}", self.suffix());
        self.line("refresh_complete", &message, self.wire(None, true))
    }

    /// A step begins; none for one that makes no call.
    pub fn apply_start(&self, part: Part) -> Option<String> {
        let words = words(part)?;
        let message = format!("{}{}", words.going, self.suffix());
        Some(self.line("apply_start", &message, self.wire(Some(words.action), true)))
    }

    /// A step is still going on.
    pub fn apply_progress(&self, part: Part, elapsed_seconds: u64) -> Option<String> {
        let words = words(part)?;
        let message = format!("{} [{} elapsed]", words.still, duration(elapsed_seconds));
        let hook =
            HookWire { elapsed_seconds: Some(elapsed_seconds), ..self.wire(Some(words.action), false) };
        Some(self.line("apply_progress", &message, hook))
    }

    /// A step was done. What is destroyed has no id any more.
    pub fn apply_complete(&self, part: Part, elapsed_seconds: u64) -> Option<String> {
        let words = words(part)?;
        let gone = part == Part::Delete;
        let suffix = if gone { String::new() } else { self.suffix() };
        let message = format!("{} complete after {}{suffix}", words.over, duration(elapsed_seconds));
        let hook =
            HookWire { elapsed_seconds: Some(elapsed_seconds), ..self.wire(Some(words.action), !gone) };
        Some(self.line("apply_complete", &message, hook))
    }

    /// A step failed.
    pub fn apply_errored(&self, part: Part, elapsed_seconds: u64) -> Option<String> {
        let words = words(part)?;
        let message = format!("{} errored after {}", words.over, duration(elapsed_seconds));
        let hook =
            HookWire { elapsed_seconds: Some(elapsed_seconds), ..self.wire(Some(words.action), false) };
        Some(self.line("apply_errored", &message, hook))
    }
}

impl Hook<'_> {
    fn provisioner(&self, kind: &str, output: Option<&str>) -> HookWire {
        HookWire {
            provisioner: Some(kind.to_owned()),
            output: output.map(str::to_owned),
            ..self.wire(None, false)
        }
    }

    /// A provisioner begins.
    pub fn provision_start(&self, kind: &str) -> String {
        let message = format!("Provisioning with '{kind}'...");
        self.line("provision_start", &message, self.provisioner(kind, None))
    }

    /// A provisioner put out a line.
    pub fn provision_progress(&self, kind: &str, output: &str) -> String {
        let message = format!("({kind}): {output}");
        self.line("provision_progress", &message, self.provisioner(kind, Some(output)))
    }

    /// A provisioner came to its end.
    pub fn provision_over(&self, kind: &str, good: bool) -> String {
        let (event, word) =
            if good { ("provision_complete", "complete") } else { ("provision_errored", "errored") };
        let message = format!("({kind}) Provisioning {word}");
        self.line(event, &message, self.provisioner(kind, None))
    }
}

/// `9s`, `1m30s`, `1h0m5s`.
pub fn duration(seconds: u64) -> String {
    let (hours, minutes, rest) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    match (hours, minutes) {
        (0, 0) => format!("{rest}s"),
        (0, _) => format!("{minutes}m{rest}s"),
        _ => format!("{hours}h{minutes}m{rest}s"),
    }
}
