//! Looking for what a killed process may have made.

use crate::cloud::token;
use crate::walk::Walk;
use crate::{Case, Cloud, Names, Stand};
use trueup_provider::{RecoverAnswer, SettleRequest};
use trueup_value::Value;

/// What becomes of the mark of a creation when its end is on record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mark {
    /// There is none: the API remembers tokens, or the name tells enough. The creation can be found all the same.
    None,
    /// It is taken away, and the creation can no longer be found.
    TakenAway,
}

/// Creates something as an engine does, and panics unless what recovers it finds nothing before, exactly what was made
/// after it, and what `mark` says once its end is on record. Gives the object.
pub async fn assert_recovers<S: Stand>(cloud: &Cloud<S>, kind: &str, config: &str, mark: Mark) -> Value {
    let wanted = cloud.config(kind, config).await;
    let planned = cloud.plan(kind, &cloud.null(kind), &wanted).await.planned;
    let token = token(kind, config);
    let before = cloud.recover(kind, &planned, &token).await;
    assert!(matches!(before, RecoverAnswer::Absent), "{kind} was not made yet: {before:?}");
    let made = cloud.apply(kind, &cloud.null(kind), &planned, &token).await;
    assert!(made.diagnostics.is_empty(), "{kind}: {:#?}", made.diagnostics);
    match cloud.recover(kind, &planned, &token).await {
        RecoverAnswer::Found(found, _) => assert_eq!(*found, made.state, "{kind}"),
        other => panic!("{kind} is there: {other:?}"),
    }
    assert_eq!(cloud.read(kind, &made.state).await, made.state, "{kind}");
    let request =
        SettleRequest { kind: kind.into(), state: made.state.clone(), token: token.as_str().into() };
    let found = cloud.provider.settle(request).await;
    assert!(found.is_empty(), "{kind}: {found:#?}");
    match (mark, cloud.recover(kind, &planned, &token).await) {
        (Mark::TakenAway, RecoverAnswer::Absent) => {}
        (Mark::None, RecoverAnswer::Found(found, _)) => assert_eq!(*found, made.state, "{kind}"),
        (mark, other) => panic!("{kind}, its mark {mark:?}: {other:?}"),
    }
    made.state
}

/// The same for every case that can be lost, on one server. `marked` are the types whose creations are marked.
pub async fn every_type_recovers<S: Stand>(cloud: &Cloud<S>, cases: &[&'static Case], marked: &[&str]) {
    for (number, case) in cases.iter().enumerate().filter(|(_, case)| !case.lose.is_empty()) {
        let mut walk = Walk { cloud, case, names: Names::numbered(number) };
        walk.set_up().await;
        let mark = if marked.contains(&case.kind) { Mark::TakenAway } else { Mark::None };
        let made = assert_recovers(cloud, case.kind, &walk.names.filled(case.create), mark).await;
        cloud.delete(case.kind, &made).await;
        walk.tear_down().await;
    }
}
