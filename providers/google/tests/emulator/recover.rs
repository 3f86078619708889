//! Creations of killed processes are found, and what someone else has made is not taken for one.

use crate::cases::all;
use crate::stand::Google;
use trueup_provider::RecoverAnswer;
use trueup_provider_walk::{Case, Cloud, Running, Stand, every_type_recovers, token};

#[tokio::test]
async fn creations_of_killed_processes_are_found() {
    let cloud = Cloud::<Google>::start("").await;
    let cases: Vec<&'static Case> = all().collect();
    every_type_recovers(&cloud, &cases, &["google_service_account"]).await;
}

#[tokio::test]
async fn what_is_there_already_is_refused_and_not_taken_over() {
    let cloud = Cloud::<Google>::start("").await;
    cloud.create("google_storage_bucket", r#"{"name": "shared", "location": "US"}"#).await;
    for (kind, config) in [
        ("google_compute_network", r#"{"name": "mine"}"#),
        ("google_compute_address", r#"{"name": "mine"}"#),
        ("google_compute_disk", r#"{"name": "mine"}"#),
        ("google_service_account", r#"{"account_id": "my-account"}"#),
        ("google_storage_bucket", r#"{"name": "mine", "location": "US"}"#),
        ("google_storage_bucket_object", r#"{"bucket": "shared", "name": "mine", "content": "words"}"#),
    ] {
        let made = cloud.create(kind, config).await;
        let wanted = cloud.config(kind, config).await;
        let planned = cloud.plan(kind, &cloud.null(kind), &wanted).await.planned;
        let answer = cloud.apply(kind, &cloud.null(kind), &planned, &cloud.token()).await;
        assert!(answer.state.is_null(), "{kind}: {:?}", answer.state);
        let told = format!("{:?}", answer.diagnostics);
        assert!(told.contains("already exists") && told.contains("import"), "{kind}: {told}");
        cloud.delete(kind, &made).await;
    }
}

/// Buckets carry no mark of who made them: one that differs in anything is somebody else's.
#[tokio::test]
async fn buckets_that_differ_in_anything_are_not_taken_for_lost_creations() {
    let cloud = Cloud::<Google>::start("").await;
    let kind = "google_storage_bucket";
    let wanted = |more: &str| format!(r#"{{"name": "mine", "location": "us"{more}}}"#);
    let versioned = r#", "versioning": [{"enabled": true}]"#;
    let rule = r#", "lifecycle_rule": [{"action": [{"type": "Delete"}], "condition": [{"age": 1}]}]"#;
    let cases = [
        ("", "", true),
        (versioned, versioned, true),
        (rule, rule, true),
        ("", versioned, false),
        (versioned, "", false),
        ("", rule, false),
        (rule, "", false),
        (r#", "uniform_bucket_level_access": true"#, "", false),
        (r#", "default_event_based_hold": true"#, "", false),
        ("", r#", "project": "other-project""#, false),
    ];
    for (planned, there, is_ours) in cases {
        let made = cloud.create(kind, &wanted(there)).await;
        let config = cloud.config(kind, &wanted(planned)).await;
        let planned_state = cloud.plan(kind, &cloud.null(kind), &config).await.planned;
        let answer = cloud.recover(kind, &planned_state, &token("step", "7")).await;
        match answer {
            RecoverAnswer::Found(..) if is_ours => {}
            RecoverAnswer::Absent | RecoverAnswer::Unknown(_) if !is_ours => {}
            answer => panic!("{planned} {there}: {answer:?}"),
        }
        cloud.delete(kind, &made).await;
    }
}

/// A description without room for the mark says nothing of who made the account.
#[tokio::test]
async fn accounts_without_a_mark_are_not_taken_for_lost_creations() {
    let cloud = Cloud::<Google>::start("").await;
    let kind = "google_service_account";
    for (length, is_ours) in [(200, true), (250, false)] {
        let config = format!(r#"{{"account_id": "my-account", "description": "{}"}}"#, "d".repeat(length));
        let wanted = cloud.config(kind, &config).await;
        let planned = cloud.plan(kind, &cloud.null(kind), &wanted).await.planned;
        let made = cloud.apply(kind, &cloud.null(kind), &planned, &token("step", "7")).await.state;
        match cloud.recover(kind, &planned, &token("step", "7")).await {
            RecoverAnswer::Found(..) if is_ours => {}
            RecoverAnswer::Absent | RecoverAnswer::Unknown(_) if !is_ours => {}
            answer => panic!("{length}: {answer:?}"),
        }
        cloud.delete(kind, &made).await;
    }
}

/// Objects carry no mark of who made them: one that differs in anything is somebody else's.
#[tokio::test]
async fn objects_that_differ_in_anything_are_not_taken_for_lost_creations() {
    let cloud = Cloud::<Google>::start("").await;
    cloud.create("google_storage_bucket", r#"{"name": "shared", "location": "US"}"#).await;
    let kind = "google_storage_bucket_object";
    let wanted = |more: &str| format!(r#"{{"bucket": "shared", "name": "mine", "content": "words"{more}}}"#);
    let kms = r#", "kms_key_name": "projects/my-project/locations/us/keyRings/r/cryptoKeys/k""#;
    let own =
        r#", "customer_encryption": [{"encryption_key": "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="}]"#;
    let class = r#", "storage_class": "NEARLINE""#;
    let composed = r#"PATCH b/shared/o/mine {"md5Hash": null, "componentCount": 2}"#;
    let cases = [
        ("", "", "", true),
        (kms, kms, "", true),
        (own, own, "", true),
        (class, class, "", true),
        (kms, "", "", false),
        (own, "", "", false),
        ("", own, "", false),
        (class, "", "", false),
        ("", "", composed, false),
    ];
    for (planned, there, tamper, is_ours) in cases {
        let made = cloud.create(kind, &wanted(there)).await;
        if !tamper.is_empty() {
            cloud.tamper(tamper).await;
        }
        let config = cloud.config(kind, &wanted(planned)).await;
        let planned_state = cloud.plan(kind, &cloud.null(kind), &config).await.planned;
        match cloud.recover(kind, &planned_state, &token("step", "7")).await {
            RecoverAnswer::Found(..) if is_ours => {}
            RecoverAnswer::Absent | RecoverAnswer::Unknown(_) if !is_ours => {}
            answer => panic!("{planned} {there} {tamper}: {answer:?}"),
        }
        cloud.delete(kind, &made).await;
    }
}

/// Lives of the fault suite go on where another provider's set-up ended: their first steps are not its last ones again.
#[tokio::test]
async fn steps_of_one_provider_are_no_repetitions_of_those_of_another() {
    let fake = Running::start().await;
    let cloud = async || Cloud::on(Google::of(fake.clone()), "").await;
    let (first, second) = (cloud().await, cloud().await);
    let kind = "google_compute_disk";
    let made =
        [first.create(kind, r#"{"name": "one"}"#).await, second.create(kind, r#"{"name": "other"}"#).await];
    for disk in made {
        assert!(!first.read(kind, &disk).await.is_null());
        second.delete(kind, &disk).await;
    }
}
