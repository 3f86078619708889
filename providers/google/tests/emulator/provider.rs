//! The provider block: what is refused, what the environment says, labels, and how many calls reading takes.

use crate::fake::World;
use crate::stand::Google;
use std::collections::BTreeMap;
use std::sync::Arc;
use trueup_addr::ProviderAddr;
use trueup_provider::{Factory, PlanRequest, Private, Provider, ReadRequest};
use trueup_provider_google::GoogleFactory;
use trueup_provider_walk::{Cloud, Ills, Mishap, Running, Stand, configure, text, value};
use trueup_schema::proposed_new;
use trueup_value::{Type, Value};

fn provider(variables: &[(&str, &str)]) -> Arc<dyn Provider> {
    let variables: BTreeMap<String, String> =
        variables.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect();
    GoogleFactory::within(variables)
        .start(&ProviderAddr::official("google"))
        .expect("the factory knows google")
}

/// What a network with this configuration is planned as.
async fn planned(provider: &dyn Provider, config: &str) -> (Value, String) {
    let kind = "google_compute_network";
    let block = &provider.schema().resources[kind].block;
    let (config, null) = (value(block, config), Value::null(block.value_type()));
    let proposed = proposed_new(block, &null, &config);
    let request =
        PlanRequest { kind: kind.into(), prior: null, proposed, config, private: Private::from([]) };
    let answer = provider.plan(request).await;
    (answer.planned, format!("{:?}", answer.diagnostics))
}

#[tokio::test]
async fn blocks_that_can_not_be_right_are_refused() {
    let cases = [
        (r#"{"project": "My Project"}"#, "form of a project's id"),
        (r#"{"project": "p", "region": "europe"}"#, "form of a region's name"),
        (r#"{"project": "p", "zone": "europe-west3"}"#, "form of a zone's name"),
        (
            r#"{"project": "p", "access_token": "s3cret", "credentials": "{\"s3cret\": 1}"}"#,
            "exclude each other",
        ),
        (r#"{"project": "p", "credentials": "{ s3cret"}"#, "are no JSON"),
        (r#"{"project": "p", "credentials": "{\"type\": \"s3cret\"}"}"#, "hold no"),
        (r#"{"project": "p", "credentials": "/no/such/file"}"#, "can't be read"),
        (r#"{"project": "p", "request_timeout": "soon"}"#, "not a duration"),
        (r#"{"project": "p", "deletion_policy": "NEVER"}"#, "must be one of"),
        (r#"{"project": "p", "prefer_regional_endpoints": true}"#, "does not honour"),
        (r#"{"project": "p", "compute_custom_endpoint": "http://127.0.0.1/"}"#, "compute_custom_endpoint"),
    ];
    for (block, words) in cases {
        let told = format!("{:?}", configure(&*provider(&[]), block).await);
        assert!(told.contains(words), "{block}: {told}");
        assert!(!told.contains("s3cret"), "{block}: a secret is in {told}");
    }
}

#[tokio::test]
async fn the_environment_speaks_where_the_block_does_not() {
    let variables = [("GOOGLE_PROJECT", "from-outside"), ("GOOGLE_OAUTH_ACCESS_TOKEN", "token")];
    for (block, expected) in [("{}", "from-outside"), (r#"{"project": "from-inside"}"#, "from-inside")] {
        let provider = provider(&variables);
        let told = configure(&*provider, block).await;
        assert!(told.is_empty(), "{told:?}");
        let (network, told) = planned(&*provider, r#"{"name": "n"}"#).await;
        assert_eq!(text(&network, "project"), expected, "{told}");
    }
    let provider = provider(&variables[1..]);
    assert!(configure(&*provider, "{}").await.is_empty());
    let (_, told) = planned(&*provider, r#"{"name": "n"}"#).await;
    assert!(told.contains("project is needed and nothing sets it"), "{told}");
}

#[tokio::test]
async fn a_block_with_unknowns_can_plan() {
    let provider = provider(&[("GOOGLE_OAUTH_ACCESS_TOKEN", "token")]);
    let block = &provider.schema().provider.block;
    let known = value(block, "{}");
    let parts = known.as_mapping().expect("a block").iter().map(|(name, value)| {
        (name.clone(), if &**name == "project" { Value::unknown(Type::String) } else { value.clone() })
    });
    let told = provider.configure(&Value::object(parts)).await;
    assert!(told.is_empty() && !provider.is_reachable(), "{told:?}");
    let (network, told) = planned(&*provider, r#"{"name": "n"}"#).await;
    assert!(network.get("project").is_some_and(|project| !project.is_known()), "{told}");
}

#[tokio::test]
async fn credentials_that_are_refused_stay_out_of_the_message() {
    let fake = Running::<World>::start().await;
    let provider = provider(&[]);
    let block = Google::block(&fake.url, "").replace("secret-token", "other-token");
    assert!(configure(&*provider, &block).await.is_empty());
    let cloud = Cloud::<Google>::start("").await;
    let state = cloud.create("google_compute_network", r#"{"name": "n"}"#).await;
    let request = ReadRequest { kind: "google_compute_network".into(), state, private: Private::from([]) };
    let told = format!("{:?}", provider.read(request).await.diagnostics);
    assert!(told.contains("Invalid Credentials") && told.contains("gcloud auth"), "{told}");
    assert!(!told.contains("other-token"), "{told}");
}

#[tokio::test]
async fn labels_come_from_the_resource_the_block_and_others() {
    let cases = [
        ("", r#"{"a": "1", "goog-terraform-provisioned": "true"}"#),
        (
            r#""default_labels": {"a": "0", "team": "x"}"#,
            r#"{"a": "1", "goog-terraform-provisioned": "true", "team": "x"}"#,
        ),
        (r#""add_terraform_attribution_label": false"#, r#"{"a": "1"}"#),
    ];
    for (more, expected) in cases {
        let cloud = Cloud::<Google>::start(more).await;
        let address = cloud.create("google_compute_address", r#"{"name": "a", "labels": {"a": "1"}}"#).await;
        let expected = trueup_value::json::decode(expected, &Type::map(Type::String)).expect("a map");
        assert_eq!(address.get("terraform_labels"), Some(&expected), "{more}");
        assert_eq!(address.get("effective_labels"), Some(&expected), "{more}");
        let request = format!(r#"PATCH {} {{"labels": {{"other": "theirs"}}}}"#, text(&address, "id"));
        cloud.tamper(&request).await;
        let read = cloud.read("google_compute_address", &address).await;
        assert_eq!(read.get("labels"), address.get("labels"), "what others set is theirs");
        let all = read.get("effective_labels").and_then(|all| all.get("other"));
        assert!(all.is_some(), "and is seen: {read:?}");
    }
}

#[tokio::test]
async fn deletion_policies_are_followed() {
    let cloud = Cloud::<Google>::start("").await;
    let kind = "google_compute_network";
    let kept = cloud.create(kind, r#"{"name": "kept", "deletion_policy": "ABANDON"}"#).await;
    cloud.delete(kind, &kept).await;
    assert!(!cloud.read(kind, &kept).await.is_null(), "it is left as it is");
    let held = cloud.create(kind, r#"{"name": "held", "deletion_policy": "PREVENT"}"#).await;
    let answer = cloud.apply(kind, &held, &cloud.null(kind), "0").await;
    assert!(answer.diagnostics.has_errors() && !answer.state.is_null());
    assert!(format!("{:?}", answer.diagnostics).contains("deletion_policy"));
}

/// What a list doesn't show is no less there for that.
#[tokio::test]
async fn what_lists_lack_is_asked_for() {
    let fake = Running::<World>::start().await;
    let cloud = Cloud::on(Google::of(fake.clone()), "").await;
    let network = "google_compute_network";
    let object = "google_storage_bucket_object";
    cloud.create("google_storage_bucket", r#"{"name": "bucket", "location": "US"}"#).await;
    let mut requests = Vec::new();
    for name in ["first", "second", "third", "unlisted"] {
        let config = format!(r#"{{"bucket": "bucket", "name": "{name}", "content": "words"}}"#);
        for (kind, config) in [(network, format!(r#"{{"name": "{name}"}}"#)), (object, config)] {
            let state = cloud.create(kind, &config).await;
            requests.push(ReadRequest { kind: kind.into(), state, private: Private::from([]) });
        }
    }
    for is_unlistable in [false, true] {
        fake.world().is_unlistable = is_unlistable;
        let answers = cloud.provider.read_many(requests.clone()).await;
        for (answer, request) in answers.iter().zip(&requests) {
            assert!(answer.diagnostics.is_empty(), "{:?}", answer.diagnostics);
            assert_eq!(answer.state, request.state, "may list: {}", !is_unlistable);
        }
    }
}

/// What is under way still when its time is up may come yet: it is in the state, as something to be made anew.
#[tokio::test]
async fn creations_that_are_under_way_when_time_is_up_are_recorded() {
    let fake = Running::<World>::start().await;
    let cloud = Cloud::on(Google::of(fake.clone()), "").await;
    cloud.create("google_compute_network", r#"{"name": "n"}"#).await;
    cloud.create("google_compute_router", r#"{"name": "r", "network": "n"}"#).await;
    let nat = r#"{"name": "late", "router": "r", "nat_ip_allocate_option": "AUTO_ONLY",
        "source_subnetwork_ip_ranges_to_nat": "ALL_SUBNETWORKS_ALL_IP_RANGES", "timeouts": {"create": "0s"}}"#;
    for (kind, config) in [
        ("google_compute_network", r#"{"name": "late", "timeouts": {"create": "0s"}}"#),
        ("google_compute_router_nat", nat),
    ] {
        let wanted = cloud.config(kind, config).await;
        let planned = cloud.plan(kind, &cloud.null(kind), &wanted).await.planned;
        let answer = cloud.apply(kind, &cloud.null(kind), &planned, &cloud.token()).await;
        let told = format!("{:?}", answer.diagnostics);
        assert!(told.contains("at the end of the timeout"), "{kind}: {told}");
        assert!(!answer.state.is_null() && text(&answer.state, "id").contains("late"), "{kind}: {told}");
        // It is on its way still when it is to go.
        cloud.delete(kind, &answer.state).await;
        assert!(cloud.read(kind, &answer.state).await.is_null(), "{kind}");
    }
}

/// What a new network gets by itself and isn't to have goes, also where nobody heard how its creation ended.
#[tokio::test]
async fn networks_without_default_routes_have_none_whatever_goes_wrong() {
    /// So often a call is made before the API counts as out of reach.
    const ATTEMPTS: usize = 5;
    let (kind, config) =
        ("google_compute_network", r#"{"name": "n", "delete_default_routes_on_create": true}"#);
    let fake = Running::<World>::start().await;
    let cloud = Cloud::on(Google::of(fake.clone()), "").await;
    let wanted = cloud.config(kind, config).await;
    let planned = cloud.plan(kind, &cloud.null(kind), &wanted).await.planned;
    // The insertion is the first call, then comes its end, then the routes.
    for from in [None, Some(1), Some(2), Some(3)] {
        fake.restore(World::default());
        let route = r#"PUT projects/my-project/global/routes/default-route {"name": "default-route", "destRange": "0.0.0.0/0",
            "network": "https://www.googleapis.com/compute/v1/projects/my-project/global/networks/n",
            "selfLink": "https://www.googleapis.com/compute/v1/projects/my-project/global/routes/default-route"}"#;
        cloud.tamper(route).await;
        let unheard = from.map(|from| (from..from + ATTEMPTS).map(|at| (at, Mishap::CutBefore)).collect());
        fake.set(Ills { calls: unheard.unwrap_or_default(), ..Ills::default() });
        let answer = cloud.apply(kind, &cloud.null(kind), &planned, &cloud.token()).await;
        assert!(answer.diagnostics.is_empty(), "{from:?}: {:?} {:#?}", answer.diagnostics, fake.calls());
        assert_eq!(fake.things(), ["networks projects/my-project/global/networks/n"], "{from:?}");
    }
}

#[tokio::test]
async fn many_things_of_a_place_are_listed() {
    const COUNT: usize = 20;
    let cloud = Cloud::<Google>::start("").await;
    let mut requests = Vec::new();
    for number in 0..COUNT {
        let state = cloud.create("google_compute_network", &format!(r#"{{"name": "n-{number}"}}"#)).await;
        requests.push(ReadRequest {
            kind: "google_compute_network".into(),
            state,
            private: Private::from([]),
        });
    }
    cloud.server.0.requests();
    let calls_before = cloud.provider.calls().expect("calls are counted");
    let answers = cloud.provider.read_many(requests.clone()).await;
    assert!(answers.iter().zip(&requests).all(|(answer, request)| answer.state == request.state));
    // The fake's pages hold three.
    let pages = COUNT.div_ceil(3);
    assert_eq!(cloud.server.0.requests(), pages);
    assert_eq!(cloud.provider.calls(), Some(calls_before + pages as u64), "the provider's own count");
}
