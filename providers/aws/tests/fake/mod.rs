//! A strict fake of the AWS APIs, in memory: what the documentation forbids is refused with the API's own error codes,
//! and calls can go wrong one by one.
//!
//! Each API is a table of operations. Things are trees in one store; see `world`.

mod dynamodb;
mod ec2;
mod fault;
mod http;
mod iam;
mod params;
mod s3;
mod sts;
mod world;
mod xml;

use fault::Script;
pub(crate) use fault::{Ills, Mishap, is_read};
use http::{Reply, Request};
use params::Params;
use serde_json::json;
use std::sync::{Arc, Mutex, MutexGuard};
use tokio::net::TcpListener;
use world::{Outcome, Refusal, refuse};
pub(crate) use world::{Thing, World};
use xml::Items;

/// A running fake; it ends with the runtime.
pub(crate) struct Fake {
    world: Mutex<World>,
    script: Mutex<Script>,
}

/// A call of an API in the Query protocol.
pub(crate) struct Call<'a> {
    pub(crate) world: &'a mut World,
    pub(crate) params: Params,
    pub(crate) region: &'a str,
    /// The request as it came, and the client token that it carries.
    pub(crate) asked: String,
    pub(crate) token: Option<String>,
}

/// One operation of a Query API.
type Operation = (&'static str, fn(&mut Call<'_>) -> Outcome<serde_json::Value>);

impl Fake {
    /// Starts one on a free port; gives its address.
    pub(crate) async fn start() -> (Arc<Fake>, String) {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a free port");
        let port = listener.local_addr().expect("a bound socket has an address").port();
        let fake = Arc::new(Fake { world: Mutex::default(), script: Mutex::default() });
        tokio::spawn(http::serve(listener, fake.clone()));
        (fake, format!("http://127.0.0.1:{port}"))
    }

    /// From now on these things go wrong.
    pub(crate) fn set(&self, ills: Ills) {
        self.world().lag = ills.lag;
        *self.script.lock().expect("no holder panics") = Script::of(ills);
    }

    /// The calls since mishaps were set.
    pub(crate) fn calls(&self) -> Vec<String> {
        self.script.lock().expect("no holder panics").calls.clone()
    }

    /// What exists, other than what is going by itself.
    pub(crate) fn things(&self) -> Vec<String> {
        let world = self.world();
        let is_leaving = |thing: &Thing| {
            let owner = thing.owner.as_ref().and_then(|owner| world.things.get(owner));
            thing.is_leaving() || owner.is_some_and(Thing::is_leaving)
        };
        let there = world.things.iter().filter(|(_, thing)| !is_leaving(thing));
        there.map(|(id, thing)| format!("{} {id}", thing.kind)).collect()
    }

    /// Everything as it is now, to go back to.
    pub(crate) fn snapshot(&self) -> World {
        self.world().clone()
    }

    /// Goes back to how everything was.
    pub(crate) fn restore(&self, world: World) {
        *self.world() = world;
    }

    /// Changes a thing behind everyone's back.
    pub(crate) fn meddle(&self, id: &str, change: impl FnOnce(&mut Thing)) {
        change(self.world().things.get_mut(id).unwrap_or_else(|| panic!("{id} is there")));
    }

    /// Everything that is under way comes to its end.
    pub(crate) fn let_time_pass(&self) {
        let mut world = self.world();
        while let Some(id) = world.things.iter().find(|(_, t)| !t.later.is_empty()).map(|(id, _)| id.clone())
        {
            ec2::age(&mut world, &id);
        }
    }

    fn world(&self) -> MutexGuard<'_, World> {
        self.world.lock().expect("no holder panics")
    }

    /// Answers a request; None cuts the connection.
    pub(crate) fn answer(&self, request: &Request) -> Option<Reply> {
        let Some((region, service)) = request.scope() else {
            return Some(error("s3", &refuse("MissingAuthenticationToken", "The request is not signed")));
        };
        let name = match service {
            "dynamodb" => dynamodb::name(request),
            "s3" => s3::name(request),
            _ => Params::of_form(request.text().unwrap_or_default()).take("Action").unwrap_or_default(),
        };
        let asked = [request.path.as_bytes(), request.query.as_bytes(), &request.body].concat();
        let mishap = self.script.lock().expect("no holder panics").next(&name, asked);
        match mishap {
            Some(Mishap::CutBefore) => return None,
            Some(Mishap::FailedBefore) => return Some(error(service, &internal(service))),
            Some(Mishap::Throttled) => return Some(error(service, &throttled(service))),
            _ => {}
        }
        let mut world = self.world();
        let before = world.clone();
        let outcome = match service {
            "dynamodb" => dynamodb::answer(&mut world, region, request),
            "s3" => s3::answer(&mut world, region, request),
            "ec2" => query(&mut world, region, request, (ec2::OPERATIONS, "2016-11-15")),
            "iam" => query(&mut world, region, request, (iam::OPERATIONS, "2010-05-08")),
            "sts" => query(&mut world, region, request, (sts::OPERATIONS, "2011-06-15")),
            other => Err(refuse("InvalidAction", format!("The service {other} isn't here"))),
        };
        let reply = outcome.unwrap_or_else(|refusal| {
            // Looks count even where they found nothing.
            let looked: Vec<(String, u32)> =
                world.things.iter().map(|(id, t)| (id.clone(), t.hidden)).collect();
            *world = before;
            for (id, hidden) in looked {
                if let Some(thing) = world.things.get_mut(&id) {
                    thing.hidden = hidden;
                }
            }
            if refusal.code == "ResourceInUseException" {
                // What a table is busy with goes on meanwhile.
                let busy: Vec<String> =
                    world.things.keys().filter(|id| id.starts_with("dynamodb:")).cloned().collect();
                busy.iter().for_each(|id| ec2::age(&mut world, id));
            }
            error(service, &refusal)
        });
        match mishap {
            Some(Mishap::CutAfter) => None,
            Some(Mishap::FailedAfter) => Some(error(service, &internal(service))),
            _ => Some(reply),
        }
    }
}

/// Carries out a call of a Query API.
fn query(
    world: &mut World,
    region: &str,
    request: &Request,
    (operations, version): (&[Operation], &str),
) -> Outcome<Reply> {
    let mut params = Params::of_form(request.text().unwrap_or_default());
    let action = params.need("Action")?;
    if params.take("Version").as_deref() != Some(version) {
        return Err(refuse("InvalidParameterValue", "The version of the API is another"));
    }
    let operation = operations.iter().find(|(name, _)| *name == action);
    let Some((_, run)) = operation else {
        return Err(refuse(
            "InvalidAction",
            format!("The action {action} is not valid for this web service"),
        ));
    };
    let asked = format!("{action} {params:?}");
    let mut call = Call { world, params, region, asked, token: None };
    let tree = run(&mut call)?;
    let mut body = String::new();
    if version == "2016-11-15" {
        xml::write(&mut body, &format!("{action}Response"), &tree, Items::Item);
    } else {
        let tree = json!({format!("{action}Result"): tree, "ResponseMetadata": {"RequestId": "fake"}});
        xml::write(&mut body, &format!("{action}Response"), &tree, Items::Member);
    }
    Ok(Reply {
        status: 200,
        headers: vec![("Content-Type".into(), "text/xml".into())],
        body: body.into_bytes(),
    })
}

fn internal(service: &str) -> Refusal {
    let code = if service == "dynamodb" { "InternalServerError" } else { "InternalError" };
    Refusal { status: 500, ..refuse(code, "An internal error has occurred") }
}

fn throttled(service: &str) -> Refusal {
    let (status, code) = match service {
        "s3" => (503, "SlowDown"),
        "dynamodb" => (400, "ThrottlingException"),
        "ec2" => (503, "RequestLimitExceeded"),
        _ => (400, "Throttling"),
    };
    Refusal { status, ..refuse(code, "Request limit exceeded.") }
}

fn error(service: &str, refusal: &Refusal) -> Reply {
    let Refusal { status, code, message } = refusal;
    if service == "dynamodb" {
        return dynamodb::refused(refusal);
    }
    let inner = json!({"Code": code, "Message": message});
    let (root, tree) = match service {
        "s3" => ("Error", json!({"Code": code, "Message": message, "RequestId": "fake"})),
        "ec2" => ("Response", json!({"Errors": {"Error": inner}, "RequestID": "fake"})),
        _ => ("ErrorResponse", json!({"Error": inner, "RequestId": "fake"})),
    };
    let mut body = String::new();
    xml::write(&mut body, root, &tree, Items::Flat);
    Reply {
        status: *status,
        headers: vec![("Content-Type".into(), "text/xml".into())],
        body: body.into_bytes(),
    }
}
