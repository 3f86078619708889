//! `terraform_remote_state`: the root outputs of another configuration's state.

use async_trait::async_trait;
use std::collections::BTreeMap;
use trueup_diag::{Diagnostic, Diagnostics};
use trueup_provider::{DataAnswer, DataRequest};
use trueup_schema::{Attribute, Block, Schema, coerce, required_missing};
use trueup_value::{Name, Type, Value};

pub(crate) const KIND: &str = "terraform_remote_state";
const BACKEND: &str = "backend";
const CONFIG: &str = "config";
const DEFAULTS: &str = "defaults";
const OUTPUTS: &str = "outputs";
const WORKSPACE: &str = "workspace";

/// Backends of Terraform, which a configuration may name wherever trueup doesn't have them.
const OF_TERRAFORM: [&str; 11] =
    ["azurerm", "consul", "cos", "gcs", "http", "inmem", "kubernetes", "oci", "oss", "pg", "remote"];

/// Where states of other configurations are read.
#[async_trait]
pub trait RemoteStates: Send + Sync {
    /// What the settings of a backend look like; `None` where there is no backend of this type.
    fn settings(&self, backend: &str) -> Option<Block>;

    /// The root outputs in a workspace; `None` where there is no state. `settings` follows the backend's block.
    ///
    /// # Errors
    /// What kept the state from being read.
    async fn outputs(
        &self,
        backend: &str,
        settings: &Value,
        workspace: &str,
    ) -> Result<Option<BTreeMap<Name, Value>>, Box<Diagnostic>>;
}

pub(crate) fn schema() -> Schema {
    let told = |attribute: Attribute, words: &str| Attribute { description: words.into(), ..attribute };
    let optional = |ty| Attribute { optional: true, ..Attribute::new(ty) };
    let required = Attribute { required: true, ..Attribute::new(Type::String) };
    let computed = Attribute { computed: true, ..Attribute::new(Type::Dynamic) };
    let attributes = [
        (BACKEND, told(required, "The type of the backend that keeps the state.")),
        (CONFIG, told(optional(Type::Dynamic), "What a block of that backend would set.")),
        (DEFAULTS, told(optional(Type::Dynamic), "Values of outputs that the state doesn't have.")),
        (OUTPUTS, told(computed, "Every output of the root module.")),
        (WORKSPACE, told(optional(Type::String), "The workspace; the default one where it isn't set.")),
    ];
    let attributes = attributes.map(|(name, attribute)| (name.into(), attribute)).into();
    Schema { version: 0, block: Block { attributes, ..Block::default() } }
}

fn invalid(detail: String) -> Diagnostics {
    Diagnostic::error("Invalid backend configuration", detail).into()
}

/// The backend with its settings as its block has them; `None` while something isn't known yet.
fn settings(states: &dyn RemoteStates, config: &Value) -> Result<Option<(String, Value)>, Diagnostics> {
    let Some(backend) = config.get(BACKEND).and_then(Value::as_str) else { return Ok(None) };
    let Some(block) = states.settings(backend) else {
        return Err(invalid(if OF_TERRAFORM.contains(&backend) {
            format!("States in a backend of type \"{backend}\" can't be read with trueup yet.")
        } else {
            format!("There is no backend type named \"{backend}\".")
        }));
    };
    let none = Value::object(BTreeMap::<Name, Value>::new());
    let given = config.get(CONFIG).filter(|given| !given.is_null()).unwrap_or(&none);
    if !given.is_wholly_known() {
        return Ok(None);
    }
    let unfit = |why: String| {
        invalid(format!("The given configuration is not valid for backend \"{backend}\": {why}."))
    };
    if given.as_mapping().is_none() {
        return Err(unfit("an object of settings is needed".into()));
    }
    let settings = coerce(&block, given)
        .map_err(|errors| unfit(errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")))?;
    match required_missing(&block, &settings).first() {
        Some(path) => Err(unfit(format!("{path} is required"))),
        None => Ok(Some((backend.to_owned(), settings))),
    }
}

pub(crate) fn validate(states: &dyn RemoteStates, config: &Value) -> Diagnostics {
    let unread = config
        .get(BACKEND)
        .and_then(Value::as_str)
        .filter(|backend| OF_TERRAFORM.contains(backend) && states.settings(backend).is_none());
    if let Some(backend) = unread {
        let detail = format!(
            "States in a backend of type \"{backend}\" can't be read with trueup yet, so its settings were not judged. A plan that needs the outputs fails."
        );
        return Diagnostic::warning("Settings of a backend not judged", detail).into();
    }
    let mut found = settings(states, config).err().unwrap_or_default();
    let defaults = config.get(DEFAULTS).filter(|defaults| defaults.is_known() && !defaults.is_null());
    if defaults.is_some_and(|defaults| defaults.as_mapping().is_none()) {
        let detail = "The defaults are an object: a value for each output that the state may lack.";
        found.push(Diagnostic::error("Invalid default values", detail));
    }
    found
}

pub(crate) async fn read(states: &dyn RemoteStates, request: DataRequest) -> DataAnswer {
    match outputs(states, &request.config).await {
        Ok(outputs) => {
            let mut state = request.config.as_mapping().cloned().unwrap_or_default();
            state.insert(OUTPUTS.into(), Value::object(outputs));
            DataAnswer { state: Value::object(state), diagnostics: Diagnostics::new() }
        }
        Err(diagnostics) => DataAnswer { state: Value::null(Type::Dynamic), diagnostics },
    }
}

async fn outputs(states: &dyn RemoteStates, config: &Value) -> Result<BTreeMap<Name, Value>, Diagnostics> {
    let Some((backend, settings)) = settings(states, config)? else {
        return Err(invalid("The backend and its settings must be known to read a state.".into()));
    };
    let workspace = config.get(WORKSPACE).and_then(Value::as_str).unwrap_or("default");
    let found = states.outputs(&backend, &settings, workspace).await;
    let found = found.map_err(|diagnostic| Diagnostics::from(*diagnostic))?.ok_or_else(|| {
        let detail = format!(
            "No stored state was found for the workspace \"{workspace}\" in the backend \"{backend}\"."
        );
        Diagnostics::from(
            Diagnostic::error("Unable to find remote state", detail)
                .hint("apply the configuration that it belongs to, or check the backend's settings"),
        )
    })?;
    let mut outputs = config.get(DEFAULTS).and_then(Value::as_mapping).cloned().unwrap_or_default();
    outputs.extend(found);
    Ok(outputs)
}
