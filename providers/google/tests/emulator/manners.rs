//! What is a change and what isn't, and what no name may do.

use crate::stand::Google;
use trueup_provider_walk::{Cloud, text};

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
