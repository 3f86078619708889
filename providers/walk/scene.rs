//! A case's life without people meddling: created, changed in place and deleted, while calls go wrong.

use crate::walk::Walk;
use crate::{Case, Cloud, Fake, Names, Stand};
use trueup_value::Value;

/// A case with what it needs set up.
#[derive(Clone)]
pub(crate) struct Scene {
    case: &'static Case,
    names: Names,
}

impl Scene {
    pub(crate) async fn set<S: Stand>(cloud: &Cloud<S>, case: &'static Case) -> Scene {
        let mut walk = Walk { cloud, case, names: Names::default() };
        walk.set_up().await;
        Scene { case, names: walk.names }
    }

    /// What its life leaves behind on purpose.
    pub(crate) fn leaves(&self) -> &'static [&'static str] {
        self.case.leaves
    }

    /// The life in which every step succeeds.
    pub(crate) async fn life<S: Stand>(self, cloud: &Cloud<S>) {
        let mut walk = Walk { cloud, case: self.case, names: self.names };
        let mut state = walk.create(self.case.create).await;
        for config in self.case.updates {
            state = walk.update(&state, config).await;
        }
        cloud.delete(self.case.kind, &state).await;
    }

    /// The life in which a step may fail for good, once: the error says why, and the next run does the rest. Says whether
    /// one failed.
    pub(crate) async fn stubborn_life<S: Stand>(self, cloud: &Cloud<S>) -> bool {
        let mut has_failed = false;
        let (kind, create) = (self.case.kind, self.case.create);
        let mut walk = Walk { cloud, case: self.case, names: self.names };
        let mut state = cloud.null(kind);
        for config in [&create].into_iter().chain(self.case.updates) {
            state = match walk.attempt(&state, config).await {
                Ok(state) => state,
                Err(left) => {
                    has_failed = true;
                    let left = walk.next_run(left, state.is_null()).await;
                    walk.attempt(&left, config).await.unwrap_or_else(|_| panic!("{kind}: it fails again"))
                }
            };
        }
        let answer = cloud.apply(kind, &state, &cloud.null(kind), &cloud.token()).await;
        if answer.diagnostics.has_errors() {
            has_failed = true;
            walk.says_why(&format!("{:?}", answer.diagnostics));
            cloud.delete(kind, &cloud.read(kind, &answer.state).await).await;
        }
        assert!(cloud.read(kind, &state).await.is_null(), "{kind} is gone");
        has_failed
    }
}

impl<S: Stand> Walk<'_, S> {
    /// Plans and applies; gives what the state holds after a failure as the error.
    async fn attempt(&mut self, prior: &Value, template: &str) -> Result<Value, Value> {
        let (kind, cloud) = (self.case.kind, self.cloud);
        let config = cloud.config(kind, &self.names.filled(template)).await;
        let plan = cloud.plan(kind, prior, &config).await;
        assert!(!plan.diagnostics.has_errors(), "{kind} {template}: {:#?}", plan.diagnostics);
        if plan.planned == *prior {
            return Ok(prior.clone());
        }
        let answer = cloud.apply(kind, prior, &plan.planned, &cloud.token()).await;
        if answer.diagnostics.has_errors() {
            self.says_why(&format!("{:?}", answer.diagnostics));
            return Err(answer.state);
        }
        if prior.is_null() {
            cloud.settle(kind, &answer.state).await;
        }
        self.check(&plan.planned, &answer.state, &config).await;
        Ok(answer.state)
    }

    /// What the next run finds of what a failure left. What a failed creation left is tainted, and is replaced.
    async fn next_run(&self, left: Value, was_new: bool) -> Value {
        let (kind, cloud) = (self.case.kind, self.cloud);
        if left.is_null() {
            return left;
        }
        let found = cloud.read(kind, &left).await;
        if was_new && !found.is_null() {
            cloud.delete(kind, &found).await;
            return cloud.null(kind);
        }
        found
    }

    /// The error of a failed operation has the cloud's own code.
    fn says_why(&self, told: &str) {
        let code = S::Fake::FAILURE.expect("operations fail only where the fake has some");
        assert!(told.contains(code), "{}: the error doesn't say {code}: {told}", self.case.kind);
    }
}
