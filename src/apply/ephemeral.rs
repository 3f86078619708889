//! Ephemeral resources: opened when their values are needed, kept alive, and closed when nothing needs them any more.

use crate::event::Event;
use crate::run::{Came, Driver};
use futures::future::BoxFuture;
use std::sync::Arc;
use std::time::Duration;
use tokio::task::JoinHandle;
use trueup_addr::{Name, ResourceInstance};
use trueup_diag::{Diagnostic, Diagnostics};
use trueup_evaluate::InstanceAsk;
use trueup_provider::{OpenRequest, Private, Provider, RenewRequest};
use trueup_value::{Marks, Value};

/// A renewal is asked for no more often than this, whatever the provider says.
const RENEWAL_MIN: Duration = Duration::from_secs(1);

/// An ephemeral resource that is open. It must be closed; dropped it is at least not kept alive any longer.
#[must_use]
pub struct Opened {
    /// The instance.
    pub addr: ResourceInstance,
    provider: Arc<dyn Provider>,
    kind: Name,
    private: Private,
    renewing: Option<JoinHandle<(Private, Diagnostics)>>,
    stop: Arc<tokio::sync::Notify>,
}

/// Opens one; gives its value, marked ephemeral, or none after an error.
pub async fn open(
    provider: Arc<dyn Provider>,
    ask: &InstanceAsk,
) -> (Option<Value>, Option<Opened>, Diagnostics) {
    let kind = ask.addr.resource.kind.clone();
    let (config, marks) = ask.config.unmark_deep();
    let mut found = provider.validate_ephemeral(&kind, &config).await;
    if found.has_errors() {
        return (None, None, located(found, ask));
    }
    let answer = provider.open(OpenRequest { kind: kind.clone(), config }).await;
    let failed = answer.diagnostics.has_errors();
    found.append(answer.diagnostics);
    if failed {
        return (None, None, located(found, ask));
    }
    let stop = Arc::new(tokio::sync::Notify::new());
    let renewing = answer.renew_after.map(|after| {
        let renewal =
            Renewal { provider: provider.clone(), kind: kind.clone(), private: answer.private.clone() };
        tokio::spawn(renewal.keep_alive(after, stop.clone()))
    });
    let addr = ask.addr.clone();
    let opened = Opened { addr, provider, kind, private: answer.private, renewing, stop };
    let mut value = answer.result.mark_paths(&marks);
    if value.is_null() || !value.is_wholly_known() {
        let detail = "The provider's answer for this ephemeral resource is null, or holds something unknown.";
        found.push(
            Diagnostic::error("Provider produced invalid ephemeral resource instance", detail)
                .hint("this is a defect of the provider: report it there"),
        );
        return (None, Some(opened), located(found, ask));
    }
    value = value.mark(Marks::EPHEMERAL);
    (Some(value), Some(opened), located(found, ask))
}

fn located(found: Diagnostics, ask: &InstanceAsk) -> Diagnostics {
    let name = |d: Diagnostic| {
        let named = Diagnostic { address: d.address.clone().or_else(|| Some(ask.addr.to_string())), ..d };
        named.at_opt(Some(ask.span))
    };
    found.into_iter().map(name).collect()
}

impl<'a> Driver<'a> {
    /// Opens an ephemeral resource; its provider is configured by now.
    pub(crate) fn open(&mut self, ask: Box<InstanceAsk>) -> Option<BoxFuture<'a, Came>> {
        let Some(Some(provider)) = self.providers.get(&ask.binding).cloned() else {
            self.sheet.fill(ask.cell, None);
            return None;
        };
        self.tell_ephemeral(&ask.addr, false, false);
        Some(Box::pin(async move {
            let (value, opened, found) = open(provider, &ask).await;
            Came::Opened(ask, value, opened, found)
        }))
    }

    /// Nothing is left to do: what is open is closed.
    pub(crate) fn close_ephemeral(&mut self) -> Vec<BoxFuture<'a, Came>> {
        let hands = self.hands;
        let opened = std::mem::take(&mut self.opened);
        let close = |opened: Opened| {
            let addr = opened.addr.clone();
            self.tell_ephemeral(&addr, true, false);
            Box::pin(async move {
                let found = opened.close().await;
                hands.event(Event::Ephemeral { addr, closing: true, over: true });
                Came::Closed(found)
            }) as BoxFuture<'a, Came>
        };
        opened.into_iter().map(close).collect()
    }

    pub(crate) fn tell_ephemeral(&self, addr: &ResourceInstance, closing: bool, over: bool) {
        self.hands.event(Event::Ephemeral { addr: addr.clone(), closing, over });
    }
}

struct Renewal {
    provider: Arc<dyn Provider>,
    kind: Name,
    private: Private,
}

impl Renewal {
    /// Renews until told to stop, or until a renewal fails; gives what the provider wants back when it is closed.
    async fn keep_alive(mut self, first: Duration, stop: Arc<tokio::sync::Notify>) -> (Private, Diagnostics) {
        let mut after = Some(first);
        let mut found = Diagnostics::new();
        while let Some(wait) = after {
            tokio::select! {
                () = stop.notified() => break,
                () = tokio::time::sleep(wait.max(RENEWAL_MIN)) => {}
            }
            let request = RenewRequest { kind: self.kind.clone(), private: self.private.clone() };
            let answer = self.provider.renew(request).await;
            let failed = answer.diagnostics.has_errors();
            found.append(answer.diagnostics);
            if failed {
                break;
            }
            self.private = answer.private;
            after = answer.renew_after;
        }
        (self.private, found)
    }
}

impl Opened {
    /// Closes it. What went wrong with renewals is told too.
    pub async fn close(mut self) -> Diagnostics {
        self.stop.notify_one();
        let mut private = self.private.clone();
        let mut found = Diagnostics::new();
        // Stays in its place meanwhile: who is dropped here ends it as well.
        if let Some(renewing) = &mut self.renewing
            && let Ok((last, problems)) = renewing.await
        {
            private = last;
            found.append(problems);
        }
        found.append(self.provider.close(&self.kind, private).await);
        let addr = self.addr.to_string();
        let name =
            |d: Diagnostic| Diagnostic { address: d.address.clone().or_else(|| Some(addr.clone())), ..d };
        found.into_iter().map(name).collect()
    }
}

impl Drop for Opened {
    fn drop(&mut self) {
        if let Some(renewing) = &self.renewing {
            renewing.abort();
        }
    }
}
