//! Notes of what becomes of each object.

use super::Planner;
use crate::bindings::provider_addr;
use trueup_addr::Mode;
use trueup_diff::Change;
use trueup_evaluate::InstanceAsk;
use trueup_plan::{Dependencies, ResourceChange};

impl Planner<'_> {
    /// Notes what becomes of an instance that the configuration has.
    pub(super) fn note(&mut self, ask: &InstanceAsk, change: Change) {
        let data = ask.addr.resource.mode == Mode::Data;
        let schema = self.providers.resource(&ask.binding.provider, data, &ask.addr.resource.kind);
        self.noted.insert(ask.cell, self.changes.len());
        self.changes.push(ResourceChange {
            addr: ask.addr.clone(),
            previous: self.objects.moved_from.get(&ask.addr).cloned(),
            deposed: None,
            provider: provider_addr(&self.program, &ask.binding),
            binding: ask.binding.clone(),
            schema_version: schema.map_or(0, |s| s.version),
            change,
            marked: Vec::new(),
            dependencies: Dependencies::default(),
            create_before_destroy: false,
            importing: self.importing.get(&ask.addr).cloned(),
            generated: None,
        });
    }
}
