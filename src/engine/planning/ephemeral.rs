//! Ephemeral resources while planning: opened where everything is known, so that what is made from them can be planned.

use super::{Answer, Planner};
use crate::Event;
use futures::StreamExt;
use futures::future::BoxFuture;
use futures::stream::FuturesUnordered;
use trueup_addr::ResourceInstance;
use trueup_apply::{Opened, open};
use trueup_diag::Diagnostics;
use trueup_evaluate::InstanceAsk;
use trueup_schema::unknown_computed;
use trueup_value::{Marks, Value};

impl<'a> Planner<'a> {
    pub(super) fn start_ephemeral(&mut self, ask: Box<InstanceAsk>) {
        let provider = self.providers.configured(&ask.binding);
        let unreachable = provider.as_ref().is_some_and(|provider| !provider.is_reachable());
        if unreachable || !ask.config.is_wholly_known() || self.is_pending(&ask) {
            let schema = self.providers.ephemeral(&ask.binding.provider, &ask.addr.resource.kind);
            let schema = schema.expect("the sheet asks only for types that have a schema");
            let (bare, marks) = ask.config.unmark_deep();
            let value = unknown_computed(&schema.block, &bare).mark_paths(&marks).mark(Marks::EPHEMERAL);
            self.sheet.fill(ask.cell, Some(value));
            return;
        }
        let Some(provider) = provider else {
            self.sheet.fill(ask.cell, None);
            return;
        };
        self.tell_ephemeral(&ask.addr, false, false);
        let permits = self.permits.clone();
        self.opening.push(Box::pin(async move {
            let Ok(_permit) = permits.acquire().await else {
                // Planning is over: it is not begun any more.
                return Answer::Opened(ask, None, None, Diagnostics::new());
            };
            let (value, opened, found) = open(provider, &ask).await;
            Answer::Opened(ask, value, opened, found)
        }));
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

    /// The next answer, of an ephemeral resource or of anything else.
    pub(super) async fn next(
        &mut self,
        calls: &mut FuturesUnordered<BoxFuture<'a, Answer>>,
    ) -> Option<Answer> {
        tokio::select! {
            Some(answer) = calls.next() => Some(answer),
            Some(answer) = self.opening.next() => Some(answer),
            else => None,
        }
    }

    /// After an interrupt: waits for what is being opened at the moment, so that it can be closed.
    pub(crate) async fn end_opening(&mut self) {
        self.permits.close();
        while let Some(answer) = self.opening.next().await {
            // Nothing else is ever put there.
            if let Answer::Opened(ask, value, opened, found) = answer {
                self.take_opened(&ask, value, opened, found);
            }
        }
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
