//! Ephemeral resources while planning: opened where everything is known, so that what is made from them can be planned.

use super::{Answer, Planner};
use crate::Event;
use futures::future::BoxFuture;
use trueup_addr::ResourceInstance;
use trueup_apply::{Opened, open};
use trueup_diag::Diagnostics;
use trueup_evaluate::InstanceAsk;
use trueup_schema::unknown_computed;
use trueup_value::{Marks, Value};

impl<'a> Planner<'a> {
    pub(super) fn start_ephemeral(&mut self, ask: Box<InstanceAsk>) -> Option<BoxFuture<'a, Answer>> {
        if !ask.config.is_wholly_known() || self.is_pending(&ask) {
            let schema = self.providers.ephemeral(&ask.binding.provider, &ask.addr.resource.kind);
            let schema = schema.expect("the sheet asks only for types that have a schema");
            let (bare, marks) = ask.config.unmark_deep();
            let value = unknown_computed(&schema.block, &bare).mark_paths(&marks).mark(Marks::EPHEMERAL);
            self.sheet.fill(ask.cell, Some(value));
            return None;
        }
        let Some(provider) = self.providers.configured(&ask.binding) else {
            self.sheet.fill(ask.cell, None);
            return None;
        };
        self.tell_ephemeral(&ask.addr, false, false);
        let permits = self.permits.clone();
        Some(Box::pin(async move {
            let _permit = permits.acquire().await;
            let (value, opened, found) = open(provider, &ask).await;
            Answer::Opened(ask, value, opened, found)
        }))
    }

    pub(super) fn take_opened(
        &mut self,
        ask: &InstanceAsk,
        value: Option<Value>,
        opened: Option<Opened>,
        found: Diagnostics,
    ) {
        self.sheet.report(found);
        if let Some(opened) = opened {
            self.tell_ephemeral(&opened.addr, false, true);
            self.opened.push(opened);
        }
        self.sheet.fill(ask.cell, value);
    }

    /// Closes what is open, also after planning was interrupted.
    pub(crate) async fn close_ephemeral(&mut self) {
        for opened in std::mem::take(&mut self.opened) {
            let addr = opened.addr.clone();
            self.tell_ephemeral(&addr, true, false);
            let found = opened.close().await;
            self.sheet.report(found);
            self.tell_ephemeral(&addr, true, true);
        }
    }

    fn tell_ephemeral(&self, addr: &ResourceInstance, closing: bool, over: bool) {
        let event = trueup_apply::Event::Ephemeral { addr: addr.clone(), closing, over };
        self.observer.event(&Event::Step(event));
    }
}
