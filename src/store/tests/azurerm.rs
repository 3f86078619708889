//! The store in Azure Blob Storage on a server of others, azurite, which checks signatures, leases and conditions; what it
//! doesn't do wrong by itself goes wrong on the way to it.
#![cfg(feature = "azurerm")]

mod azurite;
mod manners;

use async_trait::async_trait;
use azurite::{ACCOUNT, Azurite, KEY, Tunnel};
use manners::{IDS, Place, info, kind, state};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use trueup_loopback::{Answers, Reply, Request, serve};
use trueup_store::{AzurermSettings, ErrorKind, Outside, Store, StoreError, Version, open_azurerm};
use trueup_value::Value;

/// `key` may be empty.
fn config(key: &str, more: &[(&'static str, Value)]) -> Value {
    let mut attributes = vec![
        ("storage_account_name", Value::string(ACCOUNT)),
        ("container_name", Value::string("states")),
        ("key", Value::string("net/a state.tfstate")),
        ("access_key", Value::string(key)),
    ];
    attributes.extend_from_slice(more);
    Value::object(attributes)
}

fn outside(endpoint: &str, variables: &[(&str, &str)]) -> Outside {
    let mut environment = Outside::default().environment;
    environment.insert("TRUEUP_AZURE_BLOB_ENDPOINT".into(), endpoint.into());
    environment.extend(variables.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())));
    Outside { environment, seconds: azurite::seconds }
}

async fn store(
    endpoint: &str,
    config: &Value,
    change: impl FnOnce(&mut AzurermSettings),
) -> Result<Arc<dyn Store>, StoreError> {
    let mut settings = AzurermSettings::from_config(config, &outside(endpoint, &[]))?;
    change(&mut settings);
    Ok(Arc::new(open_azurerm(settings, "default").await?))
}

#[async_trait]
impl Place for Azurite {
    async fn store(&self) -> Arc<dyn Store> {
        store(&self.endpoint, &config(KEY, &[]), |_| ()).await.expect("opened")
    }

    fn place_of_a(&self) -> &'static str {
        "the blob net/a state.tfstateenv:a in the container states"
    }

    fn locked(&self) -> &'static str {
        "states/net/a state.tfstate"
    }
}

#[tokio::test]
async fn the_store_on_a_server() {
    let Some(server) = Azurite::start().await else { return };
    let missing = server.store().await.read().await.expect_err("no container");
    assert_eq!(missing.kind, ErrorKind::NotFound, "{missing}");
    assert!(missing.to_string().contains("there is no container \"states\"") && missing.hint.is_some());
    server.request("PUT", "/states", &[("restype", "container")], &[]).await;
    manners::check(&server).await;
    Box::pin(leases(&server)).await;
    snapshots(&server).await;
    credentials(&server).await;
    Box::pin(on_the_way(&server)).await;
    Box::pin(beside_terraform(&server)).await;
}

async fn beside_terraform(server: &Azurite) {
    let Some(tunnel) = Tunnel::to(server).await else { return };
    let environment: Vec<(&str, &str)> =
        tunnel.environment.iter().map(|(name, text)| (*name, text.as_str())).collect();
    let block = format!(
        r#"
          backend "azurerm" {{
            storage_account_name = "{ACCOUNT}"
            container_name = "states"
            key = "beside/terraform.tfstate"
            access_key = "{KEY}"
          }}
        "#
    );
    let config = config(KEY, &[("key", Value::string("beside/terraform.tfstate"))]);
    let store = store(&server.endpoint, &config, |_| ()).await.expect("opened");
    manners::beside_terraform(&*store, &block, &environment).await;
}

/// Azure's sign-in, its management API and an account that takes tokens alone.
struct Entra {
    server: String,
    tokens: AtomicUsize,
}

#[async_trait]
impl Answers for Entra {
    async fn answer(&self, request: &Request) -> Option<Reply> {
        let path = request.path.as_str();
        let account =
            "/subscriptions/s/resourceGroups/g%2F1/providers/Microsoft.Storage/storageAccounts/examplestate";
        let bearer = request.header("authorization").unwrap_or_default();
        if path == "/t/oauth2/v2.0/token" {
            assert!(request.text()?.contains("client_secret=hush"), "{request:?}");
            let number = self.tokens.fetch_add(1, Ordering::SeqCst);
            let token = serde_json::json!({"access_token": format!("token-{number}"), "expires_in": 3600});
            return Some(Reply::json(200, &token));
        }
        if path == format!("{account}/listKeys") && request.method == "POST" {
            let key = serde_json::json!({"keys": [{"keyName": "key1", "value": KEY}]});
            return Some(Reply::json(200, &key));
        }
        if path == account {
            let ends = serde_json::json!({"properties": {"primaryEndpoints": {"blob": self.server}}});
            return Some(Reply::json(200, &ends));
        }
        if path.starts_with("/subscriptions/") {
            let denied = serde_json::json!({"error": {"code": "AuthorizationFailed", "message": "No."}});
            return Some(Reply::json(403, &denied));
        }
        let (status, code) = match bearer {
            // The first token is not taken, as one that was revoked.
            "Bearer token-1" => (403, "AuthorizationPermissionMismatch"),
            _ => (401, "InvalidAuthenticationInfo"),
        };
        Some(Reply::empty(status).with("x-ms-error-code", code))
    }
}

#[tokio::test]
async fn whoever_signs_in_is_told_keys_or_uses_tokens() {
    let Some(server) = Azurite::start().await else { return };
    server.request("PUT", "/states", &[("restype", "container")], &[]).await;
    let mut address = String::new();
    serve(|own| {
        address = own;
        Arc::new(Entra { server: format!("{}/", server.endpoint), tokens: AtomicUsize::new(0) })
    })
    .await;
    let variables = [
        ("TRUEUP_AZURE_ENDPOINT", address.as_str()),
        ("ARM_SUBSCRIPTION_ID", "s"),
        ("ARM_TENANT_ID", "t"),
        ("ARM_CLIENT_ID", "c"),
        ("ARM_CLIENT_SECRET", "hush"),
    ];
    let looked_up = |endpoint: &str, group: &str, more: &[(&str, &str)]| {
        let config = config("", &[("resource_group_name", Value::string(group))]);
        let variables = [&variables[..], more].concat();
        AzurermSettings::from_config(&config, &outside(endpoint, &variables)).expect("good settings")
    };
    let look_up = [("ARM_LOOKUP_BLOB_ENDPOINT", "true")];
    // The key is told, and where the blobs are.
    let by_key = [(server.endpoint.as_str(), &[][..]), ("", &look_up[..])];
    for (endpoint, more) in by_key {
        let store = open_azurerm(looked_up(endpoint, "g/1", more), "default").await.expect("opened");
        assert_eq!(store.read().await.expect("readable"), None);
    }
    let denied = open_azurerm(looked_up(&server.endpoint, "other", &[]), "default").await;
    let denied = denied.err().expect("not allowed");
    let hint = denied.hint.clone().unwrap_or_default();
    assert_eq!(denied.kind, ErrorKind::Credentials, "{denied}");
    assert!(hint.contains("listKeys/action") || hint.contains("Key Operator"), "{hint}");
    // Tokens go to the account itself; one that it refuses is made anew.
    let mut strict = String::new();
    serve(|own| {
        strict = own;
        Arc::new(Entra { server: String::new(), tokens: AtomicUsize::new(0) })
    })
    .await;
    let variables = [&variables[1..], &[("TRUEUP_AZURE_ENDPOINT", strict.as_str())]].concat();
    let config = config("", &[("use_azuread_auth", Value::from(true))]);
    let settings =
        AzurermSettings::from_config(&config, &outside(&strict, &variables)).expect("good settings");
    let error = open_azurerm(settings, "default").await.expect("opened").read().await.expect_err("no role");
    assert!(error.to_string().contains("AuthorizationPermissionMismatch"), "{error}");
    assert!(error.hint.is_some_and(|hint| hint.contains("Storage Blob Data Contributor")));
}

/// The lease is the lock: who breaks it in the portal has taken it away, whatever the metadata say.
async fn leases(server: &Azurite) {
    let (one, two) = (server.store().await, server.store().await);
    let path = "/states/net/a%20state.tfstate";
    server.request("PUT", path, &[("comp", "metadata")], &[("x-ms-meta-team", "blue")]).await;
    let before = one.read().await.expect("readable").expect("there").version;
    let lock = one.lock(info(IDS[0])).await.expect("free");
    // Who doesn't hold it writes nothing, lock or no lock.
    let error = two.write(&state(900), &before).await.expect_err("leased");
    assert!(matches!(error.kind, ErrorKind::Locked(None)), "{error:?}");
    let written = one.write(&state(901), &before).await.expect("ours");
    let brk = [("x-ms-lease-action", "break"), ("x-ms-lease-break-period", "0")];
    server.request("PUT", path, &[("comp", "lease")], &brk).await;
    assert_eq!(two.read_lock().await.expect("readable"), None);
    assert_eq!(kind(lock.check().await), ErrorKind::Conflict);
    assert_eq!(kind(one.write(&state(902), &written).await), ErrorKind::Conflict);
    let again = two.lock(info(IDS[1])).await.expect("free");
    assert!(matches!(kind(lock.check().await), ErrorKind::Locked(Some(_))));
    assert_eq!(kind(one.write(&state(902), &written).await), ErrorKind::Conflict);
    two.write(&state(903), &written).await.expect("theirs");
    again.release().await.expect("released");
    let headers = server.request("HEAD", path, &[], &[]).await.headers;
    let has = |name: &str| headers.iter().any(|(of, _)| of.eq_ignore_ascii_case(name));
    assert!(has("x-ms-meta-team") && !has("x-ms-meta-terraformlockid"), "{headers:?}");
    // A lease of something else doesn't say whose it is.
    let acquire = [("x-ms-lease-action", "acquire"), ("x-ms-lease-duration", "-1")];
    server.request("PUT", path, &[("comp", "lease")], &acquire).await;
    assert!(matches!(kind(one.lock(info(IDS[0])).await), ErrorKind::Locked(None)));
    let unknown = one.read_lock().await.expect_err("nobody knows");
    assert!(unknown.hint.is_some_and(|hint| hint.contains("az storage blob lease break")));
    assert_eq!(kind(one.force_unlock(IDS[2]).await), ErrorKind::Conflict);
    server.request("PUT", path, &[("comp", "lease")], &brk).await;
}

async fn snapshots(server: &Azurite) {
    let config = config(KEY, &[("snapshot", Value::from(true)), ("key", Value::string("kept"))]);
    let store = store(&server.endpoint, &config, |_| ()).await.expect("opened");
    let work = store.in_workspace("w").expect("a good name");
    let lock = work.lock(info(IDS[0])).await.expect("free");
    let mut version = Version::ABSENT;
    for serial in 1..4 {
        version = work.write(&state(serial), &version).await.expect("written");
    }
    lock.release().await.expect("released");
    let query =
        [("restype", "container"), ("comp", "list"), ("prefix", "keptenv:w"), ("include", "snapshots")];
    let listed = server.request("GET", "/states", &query, &[]).await.body;
    let listed = String::from_utf8_lossy(&listed).into_owned();
    assert_eq!(listed.matches("<Snapshot>").count(), 2, "{listed}");
    store.delete_workspace("w").await.expect("deleted with its snapshots");
    assert_eq!(store.workspaces().await.expect("listed"), ["default"]);
}

/// What opens the container, and what is said of what doesn't.
async fn credentials(server: &Azurite) {
    let wrong = "d3Jvbmc=";
    let signature = Azurite::signature();
    let sas = |text: &str| [("sas_token", Value::string(text))];
    let cases = [
        (config("", &sas(&signature)), None),
        (config("", &sas(&format!("?{signature}"))), None),
        (config("", &sas(&signature.replace("sp=r", "sp=d"))), Some("(Auth")),
        (config(wrong, &[]), Some("(Auth")),
        (config("no base64!", &[]), Some("no base64")),
    ];
    for (config, expected) in cases {
        let outcome = match store(&server.endpoint, &config, |_| ()).await {
            Ok(store) => store.workspaces().await.map(drop),
            Err(error) => Err(error),
        };
        let Some(expected) = expected else {
            outcome.expect("it is let in");
            continue;
        };
        let error = outcome.expect_err(expected);
        let told = format!("{error} {:?}", error.hint);
        assert!(told.contains(expected) && error.hint.is_some(), "{told}");
        assert!(!told.contains(wrong) && !told.contains("sig="), "{told}");
    }
}

/// Answers are lost, refused for a while, or never come.
async fn on_the_way(server: &Azurite) {
    use azurite::Mishap::{Cut, Lost, Status};
    let calls = [("PUT", "comp=lease"), ("PUT", "comp=metadata"), ("PUT", ""), ("GET", ""), ("HEAD", "")];
    for (method, query) in calls {
        for mishap in [Cut, Lost, Status(429), Status(503), Status(500)] {
            let (address, left) = server.front(method, query, mishap).await;
            let store = store(&address, &config(KEY, &[]), |_| ()).await.expect("opened");
            let before = store.read().await.expect("readable").expect("there");
            let lock = store.lock(info(IDS[0])).await.expect("free");
            lock.check().await.expect("ours");
            let next = state(before.state.serial + 1);
            let version = store.write(&next, &before.version).await.expect("written");
            let read = store.read().await.expect("readable").expect("there");
            assert_eq!((read.state, read.version), (next, version), "{method} {query} {mishap:?}");
            lock.release().await.expect("released");
            assert_eq!(store.read_lock().await.expect("readable"), None, "{method} {query} {mishap:?}");
            assert_eq!(left.load(Ordering::SeqCst), 0, "{method} {query} never came");
        }
    }
}

#[tokio::test]
async fn servers_that_do_not_answer_are_given_up() {
    let silent = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let endpoint =
        |listener: &std::net::TcpListener| format!("http://{}", listener.local_addr().expect("bound"));
    let gone = endpoint(&std::net::TcpListener::bind("127.0.0.1:0").expect("a port"));
    for (endpoint, wanted) in [(endpoint(&silent), ErrorKind::Timeout), (gone, ErrorKind::Io)] {
        let brief = |settings: &mut AzurermSettings| settings.patience = Duration::from_millis(300);
        let store = store(&endpoint, &config(KEY, &[]), brief).await.expect("opened");
        let error = store.write(&state(1), &Version::ABSENT).await.expect_err("no answer");
        assert_eq!(error.kind, wanted, "{error}");
        assert!(error.hint.is_some() && !error.to_string().contains(KEY), "{error}");
    }
}

#[test]
fn settings_are_checked() {
    let check = |variables: &[(&str, &str)], more: &[(&'static str, &str)], wanted: Option<&str>| {
        let more: Vec<_> = more.iter().map(|(name, text)| (*name, Value::string(*text))).collect();
        let outcome =
            AzurermSettings::from_config(&config("", &more), &outside("http://127.0.0.1:1", variables));
        match (outcome, wanted) {
            (Ok(settings), None) => {
                let shown = format!("{settings:?}");
                assert!(!shown.contains("hush"), "{shown}");
            }
            (Err(error), Some(wanted)) => {
                let told = format!("{error} {:?}", error.hint);
                assert!(told.contains(wanted) && !told.contains("hush"), "{told}");
            }
            (outcome, _) => panic!("{variables:?} {more:?}: {outcome:?}"),
        }
    };
    let one_of = "Set one of use_azuread_auth (ARM_USE_AZUREAD), access_key (ARM_ACCESS_KEY)";
    check(&[], &[], Some(one_of));
    check(&[("ARM_ACCESS_KEY", "hush")], &[], None);
    check(&[("ARM_SAS_TOKEN", "hush")], &[], None);
    check(&[("ARM_USE_AZUREAD", "true"), ("ARM_CLIENT_SECRET", "hush")], &[], None);
    check(&[("ARM_USE_AZUREAD", "false")], &[], Some(one_of));
    check(&[], &[("resource_group_name", "g")], Some("subscription_id is not"));
    check(&[("ARM_SUBSCRIPTION_ID", "s")], &[("resource_group_name", "g")], None);
    let key = [("ARM_ACCESS_KEY", "hush")];
    check(&key, &[("key", "")], Some("key is not set"));
    check(&key, &[("key", "a/../b")], Some("no part . or .."));
    check(&key, &[("storage_account_name", "a.example.com/x")], Some("small letters and digits"));
    check(&key, &[("container_name", "a/b")], Some("hyphens"));
    check(
        &[("ARM_LOOKUP_BLOB_ENDPOINT", "true"), ("ARM_ACCESS_KEY", "hush")],
        &[],
        Some("lookup_blob_endpoint is set and resource_group_name is not"),
    );
    check(&[("ARM_CLIENT_CERTIFICATE", "h-ush"), ("ARM_USE_AZUREAD", "1")], &[], Some("is no base64"));
}
