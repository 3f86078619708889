//! Policies: many changes with few calls, each with an outcome of its own.

use crate::stand::Google;
use futures::future::join_all;
use trueup_provider::{Private, ReadRequest};
use trueup_provider_walk::{Cloud, Ills, Running, Stand, text};
use trueup_value::Value;

const MEMBER: &str = "google_storage_bucket_iam_member";
const PROJECT_MEMBER: &str = "google_project_iam_member";
const ACCOUNT: &str = "google_service_account";
const COUNT: usize = 40;

/// What creating a member of a role on a bucket gives: its state, and what was told.
async fn granted(cloud: &Cloud<Google>, member: &str) -> (Value, String) {
    let config =
        format!(r#"{{"bucket": "shared", "role": "roles/storage.objectViewer", "member": "{member}"}}"#);
    let wanted = cloud.config(MEMBER, &config).await;
    let planned = cloud.plan(MEMBER, &cloud.null(MEMBER), &wanted).await.planned;
    let answer = cloud.apply(MEMBER, &cloud.null(MEMBER), &planned, &cloud.token()).await;
    (answer.state, format!("{:?}", answer.diagnostics))
}

#[tokio::test]
async fn members_of_one_apply_are_a_handful_of_calls_and_read_with_one() {
    let cloud = Cloud::<Google>::start("").await;
    cloud.create("google_storage_bucket", r#"{"name": "shared", "location": "US"}"#).await;
    cloud.server.0.requests();
    let names: Vec<String> = (0..COUNT).map(|number| format!("user:u{number}@example.com")).collect();
    let made = join_all(names.iter().map(|name| granted(&cloud, name))).await;
    let wrong: Vec<&String> =
        made.iter().filter(|(state, _)| state.is_null()).map(|(_, told)| told).collect();
    assert!(wrong.is_empty(), "{wrong:?}");
    let writes = cloud.server.0.requests();
    // Each is read once after it was made; what is left are the changes themselves.
    assert!(writes < COUNT + COUNT / 2, "{writes} calls for {COUNT} members");
    let requests: Vec<ReadRequest> = made
        .iter()
        .map(|(state, _)| ReadRequest {
            kind: MEMBER.into(),
            state: state.clone(),
            private: Private::from([]),
        })
        .collect();
    let answers = cloud.provider.read_many(requests).await;
    assert!(answers.iter().zip(&made).all(|(answer, (state, _))| answer.state == *state));
    assert_eq!(cloud.server.0.requests(), 1, "one policy is read once");
    join_all(made.iter().map(|(state, _)| cloud.delete(MEMBER, state))).await;
    assert!(cloud.server.0.requests() < COUNT / 2);
}

#[tokio::test]
async fn a_member_that_is_refused_does_not_take_others_along() {
    let cloud = Cloud::<Google>::start("").await;
    cloud.create("google_storage_bucket", r#"{"name": "shared", "location": "US"}"#).await;
    let names = ["user:a@example.com", "user:b@gone.example.com", "user:c@example.com"];
    let made = join_all(names.iter().map(|name| granted(&cloud, name))).await;
    let is_made: Vec<bool> = made.iter().map(|(state, _)| !state.is_null()).collect();
    assert_eq!(is_made, [true, false, true], "{made:?}");
    assert!(made[1].1.contains("does not exist"), "{}", made[1].1);
}

#[tokio::test]
async fn changes_that_were_overtaken_are_made_again() {
    let fake = Running::start().await;
    let cloud = Cloud::<Google>::on(Google::of(fake.clone()), "").await;
    cloud.create("google_storage_bucket", r#"{"name": "shared", "location": "US"}"#).await;
    for (kind, thing) in [(MEMBER, r#""bucket": "shared""#), (PROJECT_MEMBER, r#""project": "my-project""#)] {
        fake.world().overtakes = 2;
        let config = format!(r#"{{{thing}, "role": "roles/viewer", "member": "user:u@example.com"}}"#);
        cloud.create(kind, &config).await;
        assert_eq!(fake.world().overtakes, 0, "{kind}");
    }
}

/// IAM says of an account that was just made that it isn't there, or that the caller may not see it.
#[tokio::test]
async fn accounts_that_were_just_made_are_waited_for() {
    let fake = Running::start().await;
    let cloud = Cloud::<Google>::on(Google::of(fake.clone()), "").await;
    cloud.create("google_storage_bucket", r#"{"name": "shared", "location": "US"}"#).await;
    fake.set(Ills { lag: 5, ..Ills::default() });
    let account = r#"{"account_id": "my-account", "disabled": true}"#;
    let account = cloud.create(ACCOUNT, account).await;
    // Others are as far behind as the account's own creation was.
    fake.world().strangers = 3;
    let (state, told) = granted(&cloud, text(&account, "member")).await;
    assert!(!state.is_null() && fake.world().strangers == 0, "{told}");
}

/// What a list doesn't show is no less there for that.
#[tokio::test]
async fn accounts_that_lists_lack_are_asked_for() {
    let cloud = Cloud::<Google>::start("").await;
    let mut requests = Vec::new();
    for name in ["first-account", "second-account", "third-account", "unlisted-account"] {
        let state = cloud.create(ACCOUNT, &format!(r#"{{"account_id": "{name}"}}"#)).await;
        requests.push(ReadRequest { kind: ACCOUNT.into(), state, private: Private::from([]) });
    }
    let answers = cloud.provider.read_many(requests.clone()).await;
    assert!(
        answers.iter().zip(&requests).all(|(answer, request)| answer.state == request.state),
        "{answers:?}"
    );
    let address = text(&requests[0].state, "email");
    let imported = cloud.import(ACCOUNT, &format!("projects/-/serviceAccounts/{address}")).await;
    assert_eq!(text(&imported, "id"), text(&requests[0].state, "id"));
}
