//! Buckets and objects beyond their cases: emptied, locked, listed, taken by others, and too large for one request.

use crate::stand::Google;
use trueup_provider::{Private, ReadRequest};
use trueup_provider_walk::{Act, Cloud, Proxy, Running, Stand, text};

const BUCKET: &str = "google_storage_bucket";

#[tokio::test]
async fn a_bucket_with_objects_is_deleted_where_that_is_asked_for_alone() {
    let cloud = Cloud::<Google>::start("").await;
    for (config, is_deleted) in [
        (r#"{"name": "full", "location": "US"}"#, false),
        (r#"{"name": "forced", "location": "US", "force_destroy": true}"#, true),
    ] {
        let bucket = cloud.create(BUCKET, config).await;
        let name = text(&bucket, "name").to_owned();
        // More than a page of the fake's holds, one of them with another version.
        for object in ["a", "b c", "d/e", "f"] {
            let put = format!(
                "CALL POST /upload/storage/v1/b/{name}/o?uploadType=media&name={} {{}}",
                object.replace(' ', "%20")
            );
            cloud.tamper(&put).await;
        }
        let answer = cloud.apply(BUCKET, &bucket, &cloud.null(BUCKET), "0").await;
        let told = format!("{:?}", answer.diagnostics);
        assert_eq!(answer.state.is_null(), is_deleted, "{told}");
        assert!(is_deleted || told.contains("not empty") && told.contains("force_destroy"), "{told}");
    }
}

#[tokio::test]
async fn retention_policies_are_locked_for_ever() {
    let cloud = Cloud::<Google>::start("").await;
    let config = |locked: bool| {
        format!(
            r#"{{"name": "locked", "location": "US", "retention_policy": [{{"retention_period": "5", "is_locked": {locked}}}]}}"#
        )
    };
    let open = cloud.create(BUCKET, &config(false)).await;
    let wanted = cloud.config(BUCKET, &config(true)).await;
    let plan = cloud.plan(BUCKET, &open, &wanted).await;
    assert!(plan.requires_replace.is_empty(), "locking is done in place");
    let answer = cloud.apply(BUCKET, &open, &plan.planned, "0").await;
    assert!(answer.diagnostics.is_empty(), "{:?}", answer.diagnostics);
    let locked = cloud.read(BUCKET, &answer.state).await;
    assert_eq!(locked, answer.state);
    let plan = cloud.plan(BUCKET, &locked, &cloud.config(BUCKET, &config(false)).await).await;
    assert!(!plan.requires_replace.is_empty(), "nobody unlocks it");
}

#[tokio::test]
async fn a_bucket_of_the_reference_provider_is_not_made_anew_for_what_is_off() {
    let cloud = Cloud::<Google>::start("").await;
    let off = r#"{"name": "old", "location": "US", "hierarchical_namespace": [{"enabled": false}],
        "autoclass": [{"enabled": false}], "versioning": [{"enabled": false}]}"#;
    let state = cloud.config(BUCKET, off).await;
    let plan =
        cloud.plan(BUCKET, &state, &cloud.config(BUCKET, r#"{"name": "old", "location": "US"}"#).await).await;
    assert!(plan.requires_replace.iter().all(|path| !format!("{path:?}").contains("namespace")), "{plan:?}");
    for name in ["autoclass", "hierarchical_namespace", "versioning"] {
        assert_eq!(plan.planned.get(name), state.get(name), "{name}");
    }
}

#[tokio::test]
async fn many_buckets_of_a_project_are_listed() {
    const COUNT: usize = 10;
    let cloud = Cloud::<Google>::start("").await;
    let mut requests = Vec::new();
    for number in 0..COUNT {
        let state =
            cloud.create(BUCKET, &format!(r#"{{"name": "bucket-{number}", "location": "US"}}"#)).await;
        requests.push(ReadRequest { kind: BUCKET.into(), state, private: Private::from([]) });
    }
    cloud.server.0.requests();
    let answers = cloud.provider.read_many(requests.clone()).await;
    assert!(answers.iter().zip(&requests).all(|(answer, request)| answer.state == request.state));
    // The fake's pages hold three.
    assert_eq!(cloud.server.0.requests(), COUNT.div_ceil(3));
}

/// Lists say of filters of addresses only whether they are on.
#[tokio::test]
async fn buckets_with_filters_of_addresses_are_read_in_full() {
    let cloud = Cloud::<Google>::start("").await;
    let mut requests = Vec::new();
    for number in 0..5 {
        let filter = r#", "ip_filter": [{"mode": "Enabled", "public_network_source": [{"allowed_ip_cidr_ranges": ["192.0.2.0/24"]}]}]"#;
        let filter = if number % 2 == 0 { filter } else { "" };
        let config = format!(r#"{{"name": "bucket-{number}", "location": "US"{filter}}}"#);
        let state = cloud.create(BUCKET, &config).await;
        requests.push(ReadRequest { kind: BUCKET.into(), state, private: Private::from([]) });
    }
    cloud.server.0.requests();
    let answers = cloud.provider.read_many(requests.clone()).await;
    for (answer, request) in answers.iter().zip(&requests) {
        assert_eq!(answer.state, request.state);
    }
    // The fake's pages hold three; each of those with filters is asked for besides.
    assert_eq!(cloud.server.0.requests(), 2 + 3);
}

#[tokio::test]
async fn what_can_not_be_right_is_refused_before_anything_is_made() {
    let cloud = Cloud::<Google>::start("").await;
    let cases = [
        (BUCKET, r#"{"name": "My Bucket", "location": "US"}"#, "form of a bucket's name"),
        (BUCKET, r#"{"name": "bucket", "location": "US", "website": [{}]}"#, "website needs"),
        (
            BUCKET,
            r#"{"name": "bucket", "location": "US", "lifecycle_rule": [{"action": [{"type": "Burn"}], "condition": [{"age": 1}]}]}"#,
            "none of",
        ),
        ("google_service_account", r#"{"account_id": "abc"}"#, "service account's id"),
        (
            "google_project_iam_member",
            r#"{"project": "p", "role": "roles/viewer", "member": "jane"}"#,
            "what sort of member",
        ),
        (
            "google_storage_bucket_iam_binding",
            r#"{"bucket": "b", "role": "roles/viewer", "members": ["deleted:user:a@x?uid=1"]}"#,
            "was deleted",
        ),
    ];
    for (kind, config, words) in cases {
        let config = cloud.config(kind, config).await;
        let told = format!("{:?}", cloud.provider.validate_resource(kind, &config).await);
        assert!(told.contains(words), "{kind}: {told}");
    }
}

const OBJECT: &str = "google_storage_bucket_object";
/// What says that an object is under a key of Cloud KMS.
const KEY: &str = r#", "kms_key_name": "projects/my-project/locations/us/keyRings/r/cryptoKeys/k""#;

#[tokio::test]
async fn many_objects_of_a_bucket_are_listed_and_those_among_many_others_are_asked_for() {
    const COUNT: usize = 12;
    let cloud = Cloud::<Google>::start("").await;
    cloud.create(BUCKET, r#"{"name": "many", "location": "US"}"#).await;
    let mut requests = Vec::new();
    for number in 0..COUNT {
        let config = format!(r#"{{"bucket": "many", "name": "object-{number:03}", "content": "{number}"}}"#);
        let state = cloud.create(OBJECT, &config).await;
        requests.push(ReadRequest { kind: OBJECT.into(), state, private: Private::from([]) });
    }
    let same = |answers: &[trueup_provider::ReadAnswer]| {
        answers.iter().zip(&requests).all(|(answer, request)| answer.state == request.state)
    };
    cloud.server.0.requests();
    assert!(same(&cloud.provider.read_many(requests.clone()).await));
    // The fake's pages hold three.
    assert_eq!(cloud.server.0.requests(), COUNT.div_ceil(3));
    for number in 0..100 {
        let put =
            format!("CALL POST /upload/storage/v1/b/many/o?uploadType=media&name=object-000-{number} {{}}");
        cloud.tamper(&put).await;
    }
    cloud.server.0.requests();
    assert!(same(&cloud.provider.read_many(requests.clone()).await));
    assert!(cloud.server.0.requests() < 2 * COUNT, "the bucket isn't listed to its end");
}

/// Lists leave out the checksums of objects under keys of Cloud KMS.
#[tokio::test]
async fn objects_under_keys_of_cloud_kms_are_read_in_full() {
    let cloud = Cloud::<Google>::start("").await;
    cloud.create(BUCKET, r#"{"name": "keys", "location": "US"}"#).await;
    let mut requests = Vec::new();
    for (number, key) in [(0, ""), (1, KEY), (2, ""), (3, KEY), (4, "")] {
        let config = format!(r#"{{"bucket": "keys", "name": "object-{number}", "content": "words"{key}}}"#);
        let state = cloud.create(OBJECT, &config).await;
        assert!(!text(&state, "md5hash").is_empty() && !text(&state, "crc32c").is_empty());
        requests.push(ReadRequest { kind: OBJECT.into(), state, private: Private::from([]) });
    }
    cloud.server.0.requests();
    let answers = cloud.provider.read_many(requests.clone()).await;
    for (answer, request) in answers.iter().zip(&requests) {
        assert_eq!(answer.state, request.state);
    }
    // The fake's pages hold three; each of those with keys is asked for besides.
    assert_eq!(cloud.server.0.requests(), 2 + 2);
}

/// Keys go to the service that the provider block names, and not on to where that sends callers.
#[tokio::test]
async fn keys_follow_no_redirect() {
    let fake = Running::start().await;
    let elsewhere = Proxy::start(&fake.url, &[]).await;
    let to = format!("Location: {}/storage/v1/b/far/o/o\r\n", elsewhere.url).leak();
    let front = Proxy::start(&fake.url, &[("GET /storage/v1/b/far/o/o", 9, Act::Refuse(307, to, ""))]).await;
    let cloud = Cloud::<Google>::through(Google::of(fake), &front.url, "").await;
    cloud.create(BUCKET, r#"{"name": "far", "location": "US"}"#).await;
    let config = r#"{"bucket": "far", "name": "o", "content": "words",
        "customer_encryption": [{"encryption_key": "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="}]}"#;
    let planned = cloud.plan(OBJECT, &cloud.null(OBJECT), &cloud.config(OBJECT, config).await).await.planned;
    let answer = cloud.apply(OBJECT, &cloud.null(OBJECT), &planned, &cloud.token()).await;
    assert!(answer.diagnostics.has_errors(), "it can't be read");
    assert!(!front.seen("GET /storage/v1/b/far/o/o").is_empty(), "it is asked for");
    assert_eq!(elsewhere.seen(""), [""; 0]);
}

/// The end of the time for it may come when the bytes are there already: then the object is known all the same.
#[tokio::test]
async fn objects_that_were_written_when_time_was_up_are_known() {
    let fake = Running::start().await;
    let front = Proxy::start(&fake.url, &[("POST /upload/", 1, Act::Keep)]).await;
    let cloud = Cloud::<Google>::through(Google::of(fake.clone()), &front.url, "").await;
    cloud.create(BUCKET, r#"{"name": "slow", "location": "US"}"#).await;
    let config = r#"{"bucket": "slow", "name": "o", "content": "words", "timeouts": {"create": "3s"}}"#;
    let planned = cloud.plan(OBJECT, &cloud.null(OBJECT), &cloud.config(OBJECT, config).await).await.planned;
    let answer = cloud.apply(OBJECT, &cloud.null(OBJECT), &planned, &cloud.token()).await;
    assert_eq!(front.seen("POST /upload/").len(), 1, "it is written once");
    assert!(fake.things().iter().any(|thing| thing.ends_with("b/slow/o/o")), "it is there");
    assert_eq!(text(&answer.state, "id"), "slow-o", "{:?}", answer.diagnostics);
}

#[tokio::test]
async fn large_objects_go_in_parts() {
    let folder = std::path::Path::new(env!("CARGO_TARGET_TMPDIR"));
    let file = folder.join("large-object");
    std::fs::write(&file, vec![7_u8; 17 << 20]).expect("the build directory can be written to");
    let cloud = Cloud::<Google>::start("").await;
    cloud.create(BUCKET, r#"{"name": "large", "location": "US"}"#).await;
    let config = format!(r#"{{"bucket": "large", "name": "large", "source": "{}"}}"#, file.display());
    let made = cloud.create(OBJECT, &config).await;
    assert_eq!(text(&made, "content_type"), "application/octet-stream");
    assert_eq!(cloud.read(OBJECT, &made).await, made);
    // There is nothing to be done again, and an object of this name is not written over.
    let plan = cloud.plan(OBJECT, &made, &cloud.config(OBJECT, &config).await).await;
    assert_eq!(plan.planned, made);
    let planned = cloud.plan(OBJECT, &cloud.null(OBJECT), &cloud.config(OBJECT, &config).await).await.planned;
    let answer = cloud.apply(OBJECT, &cloud.null(OBJECT), &planned, &cloud.token()).await;
    let told = format!("{:?}", answer.diagnostics);
    assert!(answer.state.is_null() && told.contains("already exists") && told.contains("mport"), "{told}");
}

#[tokio::test]
async fn keys_and_contents_stay_out_of_messages() {
    let cloud = Cloud::<Google>::start("").await;
    cloud.create(BUCKET, r#"{"name": "quiet", "location": "US"}"#).await;
    let cases = [
        r#"{"bucket": "quiet", "name": "o", "content": "s3cret", "customer_encryption": [{"encryption_key": "s3cret"}]}"#,
        r#"{"bucket": "none", "name": "o", "content": "s3cret"}"#,
    ];
    for config in cases {
        let config = cloud.config(OBJECT, config).await;
        let mut told = format!("{:?}", cloud.provider.validate_resource(OBJECT, &config).await);
        if !told.contains("32 bytes") {
            let planned = cloud.plan(OBJECT, &cloud.null(OBJECT), &config).await.planned;
            let answer = cloud.apply(OBJECT, &cloud.null(OBJECT), &planned, "0").await;
            told = format!("{:?}", answer.diagnostics);
            assert!(told.contains("does not exist"), "{told}");
        }
        assert!(!told.contains("s3cret"), "{told}");
    }
}
