//! `taint` and `untaint`: an object is marked to be replaced, or the mark is taken off.

use super::Surgery;
use trueup_addr::{Mode, ResourceInstance};
use trueup_diag::Diagnostic;
use trueup_state::{Change, Object, Status};

/// What becomes of the mark.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mark {
    /// The next plan replaces the object.
    Taint,
    /// It is fit for use.
    Untaint,
}

impl Surgery {
    /// Marks an instance's current object. `None` where there is no such instance.
    pub async fn mark(
        &mut self,
        address: &ResourceInstance,
        mark: Mark,
    ) -> Result<Option<()>, Box<Diagnostic>> {
        let Some(instance) = self.state().instance(address) else { return Ok(None) };
        let Some(object) = instance.current.clone() else {
            let detail = format!(
                "Only deposed objects are left of {address}: its replacement was not made, or is under way."
            );
            return Err(Box::new(
                Diagnostic::error("No such resource instance", detail)
                    .hint("apply once, so that the replacement comes to its end"),
            ));
        };
        let status = match mark {
            Mark::Taint => Status::Tainted,
            Mark::Untaint if object.is_tainted() => Status::Ready,
            Mark::Untaint => {
                let detail = format!(
                    "Resource instance {address} is not currently tainted, and so it cannot be untainted."
                );
                return Err(Box::new(Diagnostic::error("Resource instance is not tainted", detail)));
            }
        };
        let provider =
            self.state().provider(address).cloned().expect("an instance's resource has a provider");
        let change = Change::Set {
            address: address.clone(),
            deposed: None,
            provider,
            object: Object { status, ..object },
        };
        self.from.record(&self.world, &self.operation, vec![change].into()).await?;
        Ok(Some(()))
    }

    /// What is wrong with an address that can't be marked.
    pub fn unmarkable(&self, address: &ResourceInstance) -> Diagnostic {
        let detail = if self.state().resources.is_empty() {
            "The state currently contains no resource instances whatsoever: the configuration was never applied, or everything was destroyed.".to_owned()
        } else {
            format!("There is no resource instance in the state with the address {address}.")
        };
        let known: Vec<String> = self
            .state()
            .objects()
            .filter(|object| object.node.resource.mode == Mode::Managed)
            .map(|object| object.address().to_string())
            .collect();
        let diagnostic = Diagnostic::error("No such resource instance", detail);
        match trueup_diag::nearest(&address.to_string(), known.iter().map(String::as_str)) {
            Some(near) => diagnostic.hint(format!("did you mean {near}?")),
            None => diagnostic.hint("\"trueup state list\" lists the addresses there are"),
        }
    }
}
