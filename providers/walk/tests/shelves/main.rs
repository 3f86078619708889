//! The room on a small cloud of its own: what does everything right passes, and each thing that a provider may forget is
//! found.

mod fake;
mod provider;

use async_trait::async_trait;
use fake::World;
use futures::FutureExt;
use provider::Shelves;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use trueup_provider::Provider;
use trueup_provider_kit::Embedded;
use trueup_provider_walk::{
    CASE, Case, Cloud, Coverage, DataCase, Mark, Running, Server, Stand, assert_every_data_source_has_a_case,
    assert_every_type_has_a_case, assert_recovers, every_call_goes_wrong_once, read_data, walk,
    walk_strictly,
};

struct Shop(Server<World>);

#[async_trait]
impl Stand for Shop {
    type Fake = World;

    fn of(fake: Arc<Running<World>>) -> Shop {
        Shop(Server::Fake(fake))
    }

    fn url(&self) -> &str {
        self.0.url()
    }

    fn provider(_url: &str) -> Arc<dyn Provider> {
        Arc::new(Embedded::<Shelves>::default())
    }

    fn block(url: &str, more: &str) -> String {
        let comma = if more.is_empty() { "" } else { "," };
        format!(r#"{{"endpoint": "{url}"{comma}{more}}}"#)
    }

    async fn tamper(&self, request: &str) -> String {
        self.0.meddle(request).await;
        String::new()
    }
}

static SHELF: Case = Case {
    kind: "shelf",
    create: r#"{"name": "s${n}", "width": 2}"#,
    updates: &[r#"{"name": "s${n}", "width": 2, "label": "books"}"#],
    replaces: &[
        (r#"{"name": "other${n}", "width": 2, "label": "books"}"#, "name"),
        (r#"{"name": "s${n}", "width": 3, "label": "books"}"#, "width"),
    ],
    tampers: &[(r#"PATCH ${this.id} {"label": "toys"}"#, "label")],
    lose: &["CALL DELETE /shelves/${this.id}"],
    ..CASE
};

const DATA: &[DataCase] = &[DataCase {
    kind: "shelf",
    setup: &[("shelf", "shelf", r#"{"name": "s", "width": 5}"#)],
    config: r#"{"name": "${shelf.name}"}"#,
    expected: &[("width", "5"), ("id", r#""s""#)],
    same: &[("shelf", &["id", "width"])],
    refused: &[(r#"{"name": "none"}"#, "NotFound")],
}];

const COVERAGE: Coverage =
    Coverage { folder: concat!(env!("CARGO_MANIFEST_DIR"), "/tests/shelves/schemas"), everywhere: &["id"] };

fn forgetting(what: &str) -> String {
    format!(r#""forgets": "{what}""#)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_does_everything_right_passes() {
    let cases = [&SHELF];
    walk_strictly::<Shop>("", &cases).await;
    every_call_goes_wrong_once::<Shop>("", &cases).await;
    let cloud = Cloud::<Shop>::start("").await;
    read_data(&cloud, DATA.iter()).await;
    assert_recovers(&cloud, "shelf", r#"{"name": "found"}"#, Mark::None).await;
    assert_every_type_has_a_case::<Shop>(&cases);
    assert_every_data_source_has_a_case::<Shop>(&[&DATA[0]]);
    COVERAGE.assert_complete::<Shop>(&cases);
    COVERAGE.assert_excused_with_reasons(&cases);
}

/// What a case leaves out, with what it has instead.
const INCOMPLETE: &[Case] = &[
    Case { updates: &[], ..SHELF },
    Case { replaces: &[], ..SHELF },
    Case { tampers: &[], ..SHELF },
    Case { excused: &[("depth", "it has no such thing at all")], ..SHELF },
    Case { excused: &[("label", "no")], ..SHELF },
];

#[test]
fn cases_that_leave_something_out_are_found() {
    for case in INCOMPLETE {
        let outcome = std::panic::catch_unwind(|| {
            COVERAGE.assert_complete::<Shop>(&[case]);
            COVERAGE.assert_excused_with_reasons(&[case]);
        });
        assert!(outcome.is_err(), "{case:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_provider_forgets_is_found() {
    for what in ["drift", "waiting"] {
        let cloud = Arc::new(Cloud::<Shop>::start(&forgetting(what)).await);
        let outcome = AssertUnwindSafe(walk(&cloud, [&SHELF].into_iter())).catch_unwind().await;
        assert!(outcome.is_err(), "{what} is forgotten and the walk passes");
    }
    for what in ["repetitions", "failures"] {
        let more = forgetting(what);
        let outcome =
            AssertUnwindSafe(every_call_goes_wrong_once::<Shop>(&more, &[&SHELF])).catch_unwind().await;
        assert!(outcome.is_err(), "{what} are forgotten and the trials pass");
    }
}
