//! `run drift -notify`: people are told of what has changed since the last look, and of nothing twice.

use crate::support::sandbox::Sandbox;
use async_trait::async_trait;
use serde_json::Value as Json;
use std::sync::{Arc, Mutex};
use trueup_loopback::{Answers, Reply, Request, serve};

/// A webhook that keeps what it is told, or takes nothing.
#[derive(Default)]
struct Hook {
    told: Mutex<Vec<Json>>,
    is_closed: Mutex<bool>,
}

#[async_trait]
impl Answers for Hook {
    async fn answer(&self, request: &Request) -> Option<Reply> {
        if *self.is_closed.lock().expect("no holder panics") {
            return Some(Reply::empty(403));
        }
        let is_signed = request.header("x-trueup-signature").is_some_and(|text| text.starts_with("sha256="));
        assert!(is_signed && request.path == "/s3cr3t", "{request:?}");
        self.told.lock().expect("no holder panics").push(request.json().expect("JSON"));
        Some(Reply::empty(204))
    }
}

#[test]
fn news_are_told_once() {
    let hook = Arc::new(Hook::default());
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
    let runtime = runtime.expect("a runtime");
    let mut address = String::new();
    runtime.block_on(serve(|url| {
        address = url;
        hook.clone()
    }));
    let mut sandbox = Sandbox::with(&[("a/main.tf", ""), ("b/main.tf", "output \"x\" {\n  value = 1\n}\n")]);
    sandbox.set("TRUEUP_WEBHOOK_SECRET", "shared");
    let look = |sandbox: &Sandbox, code: i32| {
        let told = || std::mem::take(&mut *hook.told.lock().expect("no holder panics"));
        let line = ["run", "drift", "-all", "-notify=standing.json"];
        let outcome = sandbox.trueup(&line).code(code).hides("s3cr3t");
        let news = |json: &Json| {
            let is_told = json["details"].as_str().is_some_and(|text| text.contains("declares no resource"));
            assert_eq!(is_told, json["status"] == "failed", "what is wrong is told: {json}");
            format!("{} {} {}", json["subject"], json["status"], json["previous_status"]).replace('"', "")
        };
        (outcome, told().iter().map(news).collect::<Vec<_>>())
    };
    look(&sandbox, 0).0.shows("There is nobody to tell");
    sandbox.set("TRUEUP_WEBHOOK_URL", &format!("{address}/s3cr3t"));
    assert_eq!(look(&sandbox, 0).1, [] as [&str; 0], "all is well at the first look");
    sandbox.write("b/main.tf", "output \"x\" {\n  value = nothing.here\n}\n");
    *hook.is_closed.lock().expect("no holder panics") = true;
    look(&sandbox, 1).0.shows("Cannot tell the webhook about b");
    *hook.is_closed.lock().expect("no holder panics") = false;
    assert_eq!(look(&sandbox, 1).1, ["b failed ok"], "what couldn't be told is told now");
    assert_eq!(look(&sandbox, 1).1, [] as [&str; 0], "once");
    sandbox.write("b/main.tf", "output \"x\" {\n  value = 1\n}\n");
    assert_eq!(look(&sandbox, 0).1, ["b ok failed"]);
    sandbox.write("standing.json", "{");
    look(&sandbox, 0).0.shows("Failed to read how things stood last");
}
