//! What is a change and what isn't, and what no name may do.

use crate::fake::World;
use crate::stand::Google;
use trueup_provider_walk::{Cloud, Running, Stand, text};
use trueup_value::{Name, Value};

#[tokio::test]
async fn writing_out_what_the_api_does_anyway_changes_nothing() {
    let cases = [
        ("google_compute_address", "", r#""ip_version": "IPV4""#),
        ("google_compute_disk", "", r#""architecture": "X86_64""#),
        (
            "google_compute_firewall",
            r#""network": "projects/my-project/global/networks/n", "allow": [{"protocol": "tcp"}]"#,
            r#""source_ranges": ["0.0.0.0/0"]"#,
        ),
        ("google_compute_global_address", "", r#""ip_version": "IPV4""#),
    ];
    let cloud = Cloud::<Google>::start("").await;
    cloud.create("google_compute_network", r#"{"name": "n"}"#).await;
    for (kind, needed, unsaid) in cases {
        let parts = |name: &str, all: &[&str]| {
            let name = format!(r#""name": "{name}""#);
            let all: Vec<&str> = [name.as_str()]
                .into_iter()
                .chain(all.iter().copied())
                .filter(|part| !part.is_empty())
                .collect();
            format!("{{{}}}", all.join(", "))
        };
        for (before, after) in [([needed, ""], [needed, unsaid]), ([needed, unsaid], [needed, ""])] {
            let name = if before[1].is_empty() { "unsaid" } else { "said" };
            let made = cloud.create(kind, &parts(name, &before)).await;
            let imported = cloud.import(kind, text(&made, "id")).await;
            for state in [&made, &imported] {
                let config = cloud.config(kind, &parts(name, &after)).await;
                let plan = cloud.plan(kind, state, &config).await;
                assert_eq!(plan.requires_replace, Vec::new(), "{kind} {name}");
                for attribute in unsaid.split('"').skip(1).take(1) {
                    assert_eq!(
                        plan.planned.get(attribute),
                        state.get(attribute),
                        "{kind} {name}: {attribute}"
                    );
                }
            }
        }
    }
}

/// Templates can't be given other labels: another one is made, with those of the provider block too.
#[tokio::test]
async fn other_labels_of_the_provider_block_make_another_template() {
    const KIND: &str = "google_compute_instance_template";
    let config = r#"{"name": "t", "machine_type": "e2-medium", "labels": {"a": "1"},
        "disk": [{"source_image": "debian-cloud/debian-12", "boot": true}],
        "network_interface": [{"network": "projects/my-project/global/networks/n"}]}"#;
    let fake = Running::<World>::start().await;
    let cloud = Cloud::on(Google::of(fake.clone()), r#""default_labels": {"team": "core"}"#).await;
    cloud.create("google_compute_network", r#"{"name": "n"}"#).await;
    let made = cloud.create(KIND, config).await;
    for (labels, is_replaced) in [(r#"{"team": "core"}"#, false), (r#"{"team": "edge"}"#, true)] {
        let cloud = Cloud::on(Google::of(fake.clone()), &format!(r#""default_labels": {labels}"#)).await;
        let plan = cloud.plan(KIND, &made, &cloud.config(KIND, config).await).await;
        assert_eq!(!plan.requires_replace.is_empty(), is_replaced, "{labels}: {:?}", plan.requires_replace);
    }
}

/// A name that would make a path lead elsewhere reaches no API.
#[tokio::test]
async fn names_lead_nowhere_else() {
    let fake = Running::<World>::start().await;
    let cloud = Cloud::on(Google::of(fake.clone()), "").await;
    let kind = "google_compute_network";
    let made = cloud.create(kind, r#"{"name": "n"}"#).await;
    for name in [".", ".."] {
        let with = |(key, value): (&Name, &Value)| {
            let id = format!("projects/my-project/global/networks/n/{name}");
            (key.clone(), if &**key == "id" { Value::from(id.as_str()) } else { value.clone() })
        };
        let state = Value::object(made.as_mapping().expect("an object").iter().map(with));
        fake.requests();
        let answer = cloud.apply(kind, &state, &cloud.null(kind), "0").await;
        let told = format!("{:?}", answer.diagnostics);
        assert!(told.contains("can't be the name") && !answer.state.is_null(), "{name}: {told}");
        assert_eq!(fake.requests(), 0, "{name}");
    }
    assert!(!cloud.read(kind, &made).await.is_null());
}
