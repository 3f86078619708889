//! Resource providers that a subscription must be registered with before it can use them.

use crate::account::VERSION;
use crate::arm::Arm;
use crate::arm::document::Document;
use serde_json::Value as Json;
use std::time::Duration;
use trueup_provider_kit::{Deadline, Fault, FaultKind};

/// How long a registration may take.
const PATIENCE: Duration = Duration::from_mins(10);

impl Arm {
    /// Takes what `resource_provider_registrations` says: every set but `none` has the providers of the types here.
    pub(crate) fn may_register(&mut self, set: &str) {
        self.registers = set != "none";
    }

    /// Registers the provider that a refused call lacks, where that is allowed; says whether it was.
    pub(super) async fn register_for(
        &self,
        fault: &Fault,
        (subscription, provider): (&str, &str),
    ) -> Result<bool, Fault> {
        let is_missing = ["MissingSubscriptionRegistration", "SubscriptionNotRegistered"];
        if !self.registers || !is_missing.contains(&fault.code.as_str()) {
            return Ok(false);
        }
        self.register(subscription, provider).await?;
        Ok(true)
    }

    /// Registers a resource provider and waits until it is.
    pub(crate) async fn register(&self, subscription: &str, provider: &str) -> Result<(), Fault> {
        let doing = || format!("registering the resource provider {provider}");
        let path = format!("/subscriptions/{subscription}/providers/{provider}");
        let is_done = |json: &Json| json.word("/registrationState") == Some("Registered");
        let found = self.get(&path, VERSION).await.map_err(|fault| fault.during(doing()))?;
        match found {
            Some(found) if is_done(&found) => return Ok(()),
            Some(_) => {}
            None => {
                let message = format!("Azure has no resource provider {provider:?}");
                return Err(Fault::new(FaultKind::Invalid, message).during(doing()));
            }
        }
        let action = format!("{path}/register");
        let asked = self.post((&action, VERSION), &serde_json::json!({})).await;
        drop(asked.map_err(|fault| fault.during(doing()))?.answer);
        let what = format!("the resource provider {provider} to be registered");
        let registered = || async {
            let found = self.get(&path, VERSION).await?;
            Ok(found.as_ref().is_some_and(is_done).then_some(()))
        };
        Deadline::after(PATIENCE).until(&what, registered).await
    }
}
