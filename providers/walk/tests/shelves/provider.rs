//! The provider of the small cloud. It does everything right, but for what its block says that it forgets.

use async_trait::async_trait;
use serde_json::{Value as Json, json};
use std::sync::{Arc, OnceLock};
use std::time::Duration;
use trueup_diag::Diagnostics;
use trueup_provider_kit::{
    Call, Catalog, Cloud, DataSource, Deadline, Fault, FaultKind, Fields, Object, Offer, Outside, Readings,
    Resource, TagPolicy,
};
use trueup_provider_walk::{Reply, Request, send};
use trueup_value::Value;

const BLOCK: &str = r#"{"block": {"attributes": {
    "endpoint": {"type": "string", "required": true},
    "forgets": {"type": "string", "optional": true}}}}"#;

const SHELF: &str = include_str!("schemas/shelf.json");

const DATA: &str = r#"{"block": {"attributes": {
    "id": {"type": "string", "computed": true},
    "name": {"type": "string", "required": true},
    "width": {"type": "number", "computed": true}}}}"#;

/// How long lost answers are tried again.
const PATIENCE: Duration = Duration::from_secs(20);

pub(crate) struct Shelves {
    site: Arc<Site>,
    tags: TagPolicy,
}

/// Where the cloud is, and what is forgotten there.
pub(crate) struct Site {
    endpoint: String,
    forgets: String,
}

#[async_trait]
impl Cloud for Shelves {
    type Site = Site;

    fn catalog() -> &'static Catalog<Site> {
        static CATALOG: OnceLock<Catalog<Site>> = OnceLock::new();
        let shelves: [Offer<dyn Resource<Site>>; 1] =
            [Offer { kind: "shelf", noun: "Shelf", schema: SHELF, code: &Shelf }];
        let data: [Offer<dyn DataSource<Site>>; 1] =
            [Offer { kind: "shelf", noun: "Shelf", schema: DATA, code: &Shelf }];
        CATALOG.get_or_init(|| Catalog::new(BLOCK, &shelves, &data, &[]))
    }

    fn validate(_config: &Value) -> Diagnostics {
        Diagnostics::new()
    }

    async fn connect(config: &Value, _outside: &Outside) -> Result<Self, Diagnostics> {
        let text = |name: &str| config.owned(name).unwrap_or_default();
        let site = Site { endpoint: text("endpoint"), forgets: text("forgets") };
        Ok(Shelves { site: Arc::new(site), tags: TagPolicy::default() })
    }

    fn tags(&self) -> &TagPolicy {
        &self.tags
    }

    fn region(&self) -> Option<&str> {
        None
    }

    fn calls(&self) -> u64 {
        0
    }

    fn site(&self, _region: Option<&str>) -> Result<Arc<Site>, Fault> {
        Ok(self.site.clone())
    }
}

impl Site {
    /// A call; repeated where it is throttled, and where it has no effect that a second one would add to.
    async fn call(&self, method: &str, name: &str, body: Option<&Json>) -> Result<Json, Fault> {
        let path = if name.is_empty() { "/shelves".to_owned() } else { format!("/shelves/{name}") };
        let request = Request {
            method: method.into(),
            path,
            body: body.map(|body| body.to_string().into_bytes()).unwrap_or_default(),
            ..Request::default()
        };
        let is_safe = method != "PUT";
        let may_repeat = |fault: &Fault| match fault.kind {
            FaultKind::Throttled => self.forgets != "repetitions",
            FaultKind::Unanswered => is_safe,
            _ => false,
        };
        let attempt = || async { judged(send(&self.endpoint, &request).await) };
        Deadline::after(PATIENCE).retry(may_repeat, attempt).await
    }

    async fn find(&self, name: &str) -> Result<Option<Json>, Fault> {
        match self.call("GET", name, None).await {
            Ok(body) => Ok(Some(body)),
            Err(fault) if fault.is_not_found() => Ok(None),
            Err(fault) => Err(fault),
        }
    }
}

fn judged(reply: Option<Reply>) -> Result<Json, Fault> {
    let Some(reply) = reply else { return Err(Fault::new(FaultKind::Unanswered, "The connection was cut")) };
    let body: Json = serde_json::from_slice(&reply.body).unwrap_or(Json::Null);
    let kind = match reply.status {
        200..300 => return Ok(body),
        404 => FaultKind::NotFound,
        429 => FaultKind::Throttled,
        500.. => FaultKind::Unanswered,
        _ => FaultKind::Invalid,
    };
    let code = body["code"].as_str().unwrap_or_default().to_owned();
    Err(Fault { code, ..Fault::new(kind, "The cloud said no") })
}

struct Shelf;

/// Puts what the API tells into an object.
fn told(object: &mut Object, body: &Json) {
    for name in ["label", "name", "state"] {
        object.put_text(name, body[name].as_str());
    }
    object.put_text("id", body["name"].as_str());
    object.put_integer("width", body["width"].as_i64());
}

fn wanted(object: &Object, token: &str) -> Json {
    json!({"label": object.text("label"), "width": object.integer("width"), "token": token})
}

/// Waits until it is built.
async fn built(call: &Call<'_, Site>, name: &str) -> Result<(), Fault> {
    let site = call.site;
    let is_done = |body: &Json| site.forgets == "waiting" || body["state"] != "building";
    let check = || async { Ok(site.find(name).await?.filter(is_done)) };
    let body = call.deadline.until("the shelf", check).await?;
    if body["state"] == "NoRoom" && site.forgets != "failures" {
        return Err(Fault {
            code: "NoRoom".into(),
            ..Fault::new(FaultKind::Other, "There is no room for it")
        });
    }
    Ok(())
}

#[async_trait]
impl Resource<Site> for Shelf {
    async fn read_many(&self, site: &Site, objects: Vec<Object>) -> Readings {
        let mut readings = Readings::new();
        for mut object in objects {
            let found = site.find(object.id_or_empty()).await;
            readings.push(found.map(|body| {
                let mut body = body?;
                if site.forgets == "drift" {
                    body["label"] = object.text("label").into();
                }
                told(&mut object, &body);
                Some(object)
            }));
        }
        readings
    }

    async fn create(&self, call: &Call<'_, Site>, object: &mut Object) -> Result<(), Fault> {
        let name = object.owned("name").unwrap_or_default();
        let site = call.site;
        site.call("PUT", &name, Some(&wanted(object, call.token))).await?;
        object.put_text("id", Some(&name));
        built(call, &name).await
    }

    async fn update(&self, call: &Call<'_, Site>, _prior: &Object, object: &mut Object) -> Result<(), Fault> {
        let body = wanted(object, call.token);
        call.site.call("PUT", object.id_or_empty(), Some(&body)).await.map(drop)
    }

    async fn delete(&self, call: &Call<'_, Site>, object: &Object) -> Result<(), Fault> {
        call.site.call("DELETE", object.id_or_empty(), None).await.map(drop)
    }

    async fn recover(&self, call: &Call<'_, Site>, object: &mut Object) -> Result<bool, Fault> {
        let found = call.site.find(object.text("name").unwrap_or_default()).await?;
        let Some(body) = found.filter(|body| body["token"] == call.token) else { return Ok(false) };
        object.put_text("id", body["name"].as_str());
        built(call, object.id_or_empty()).await?;
        Ok(true)
    }
}

#[async_trait]
impl DataSource<Site> for Shelf {
    async fn read(&self, site: &Site, object: &mut Object) -> Result<(), Fault> {
        let name = object.owned("name").unwrap_or_default();
        let body = site.call("GET", &name, None).await?;
        object.put_text("id", Some(&name));
        object.put_integer("width", body["width"].as_i64());
        Ok(())
    }
}
