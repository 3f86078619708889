//! Tells providers that creations of an interrupted run are on record.

use crate::bindings::Bindings;
use crate::providers::Providers;
use futures::stream::{self, StreamExt};
use std::sync::Arc;
use trueup_diag::Diagnostics;
use trueup_provider::{Provider, SettleRequest};
use trueup_resolve::Program;
use trueup_state::{Begun, State};

/// How many providers' answers are waited for at a time.
const CALLS_MAX: usize = 8;

/// Tells of those creations whose objects the state has. What can't be told is harmless: an object keeps a mark that
/// nothing shows.
pub(crate) async fn tell_made(
    program: &Program,
    providers: &Providers,
    state: &State,
    creations: Vec<Begun>,
) -> Diagnostics {
    let mut bindings = Bindings::default();
    let requests: Vec<(Arc<dyn Provider>, SettleRequest)> = creations
        .into_iter()
        .filter_map(|begun| {
            let object = state.current(&begun.address)?;
            let provider = providers.configured(&bindings.find(program, &begun.provider)?)?;
            let kind = begun.address.resource.kind.clone();
            let schema = provider.schema().resource(false, &kind)?;
            let state = object.decode(schema).ok()?.without_marks();
            let request = SettleRequest { kind, state, token: begun.token };
            Some((provider, request))
        })
        .collect();
    let calls = requests.into_iter().map(|(provider, request)| async move { provider.settle(request).await });
    let answers: Vec<Diagnostics> = stream::iter(calls).buffered(CALLS_MAX).collect().await;
    answers.into_iter().flatten().collect()
}
