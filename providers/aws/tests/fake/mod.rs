//! A strict fake of the AWS APIs, in memory: what the documentation forbids is refused with the API's own error codes,
//! and calls can go wrong one by one.
//!
//! Each API is a table of operations. Things are trees in one store; see `world`.

mod cloudtrail;
mod dynamodb;
mod ec2;
mod iam;
mod params;
mod s3;
mod sts;
mod world;
mod xml;

pub(crate) use cloudtrail::Event;
use params::Params;
use serde_json::json;
use trueup_provider_walk::{Reply, Request, Running, Trouble};
use world::{Outcome, Refusal, refuse};
pub(crate) use world::{Thing, World};
use xml::Items;

/// A running fake; it ends with the runtime.
pub(crate) type Fake = Running<World>;

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

impl trueup_provider_walk::Fake for World {
    fn name(request: &Request) -> String {
        match scope(request).map_or("", |(_, service)| service) {
            "cloudtrail" => cloudtrail::name(request),
            "dynamodb" => dynamodb::name(request),
            "s3" => s3::name(request),
            _ => Params::of_form(request.text().unwrap_or_default()).take("Action").unwrap_or_default(),
        }
    }

    fn is_read(name: &str) -> bool {
        ["Describe", "Get", "List", "Lookup", "HEAD", "GET"].iter().any(|verb| name.starts_with(verb))
    }

    fn answer(&mut self, request: &Request, _is_doomed: bool) -> Reply {
        let Some((region, service)) = scope(request) else {
            return error("s3", &refuse("MissingAuthenticationToken", "The request is not signed"));
        };
        let before = self.clone();
        let outcome = match service {
            "cloudtrail" => cloudtrail::answer(self, region, request),
            "dynamodb" => dynamodb::answer(self, region, request),
            "s3" => s3::answer(self, region, request),
            "ec2" => query(self, region, request, (ec2::OPERATIONS, "2016-11-15")),
            "iam" => query(self, region, request, (iam::OPERATIONS, "2010-05-08")),
            "sts" => query(self, region, request, (sts::OPERATIONS, "2011-06-15")),
            other => Err(refuse("InvalidAction", format!("The service {other} isn't here"))),
        };
        outcome.unwrap_or_else(|refusal| {
            // Looks count even where they found nothing.
            let looked: Vec<(String, u32)> =
                self.things.iter().map(|(id, t)| (id.clone(), t.hidden)).collect();
            *self = before;
            for (id, hidden) in looked {
                if let Some(thing) = self.things.get_mut(&id) {
                    thing.hidden = hidden;
                }
            }
            if refusal.code == "ResourceInUseException" {
                // What a table is busy with goes on meanwhile.
                let busy: Vec<String> =
                    self.things.keys().filter(|id| id.starts_with("dynamodb:")).cloned().collect();
                busy.iter().for_each(|id| ec2::age(self, id));
            }
            error(service, &refusal)
        })
    }

    fn refusal(request: &Request, trouble: Trouble) -> Reply {
        let service = scope(request).map_or("s3", |(_, service)| service);
        match trouble {
            Trouble::Throttled => error(service, &throttled(service)),
            Trouble::Internal => error(service, &internal(service)),
        }
    }

    fn things(&self) -> Vec<String> {
        let is_leaving = |thing: &Thing| {
            let owner = thing.owner.as_ref().and_then(|owner| self.things.get(owner));
            thing.is_leaving() || owner.is_some_and(Thing::is_leaving)
        };
        let there = self.things.iter().filter(|(_, thing)| !is_leaving(thing));
        there.map(|(id, thing)| format!("{} {id}", thing.kind)).collect()
    }

    fn delay(&mut self, looks: u32) {
        self.lag = looks;
    }

    fn let_time_pass(&mut self) {
        while let Some(id) = self.things.iter().find(|(_, t)| !t.later.is_empty()).map(|(id, _)| id.clone()) {
            ec2::age(self, &id);
        }
    }
}

/// The region and the service that a request is signed for.
fn scope(request: &Request) -> Option<(&str, &str)> {
    let credential = request.header("authorization")?.split("Credential=").nth(1)?;
    let mut parts = credential.split(',').next()?.split('/').skip(2);
    Some((parts.next()?, parts.next()?))
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
    let code = match service {
        "cloudtrail" => "InternalFailure",
        "dynamodb" => "InternalServerError",
        _ => "InternalError",
    };
    Refusal { status: 500, ..refuse(code, "An internal error has occurred") }
}

fn throttled(service: &str) -> Refusal {
    let (status, code) = match service {
        "s3" => (503, "SlowDown"),
        "cloudtrail" | "dynamodb" => (400, "ThrottlingException"),
        "ec2" => (503, "RequestLimitExceeded"),
        _ => (400, "Throttling"),
    };
    Refusal { status, ..refuse(code, "Request limit exceeded.") }
}

fn error(service: &str, refusal: &Refusal) -> Reply {
    let Refusal { status, code, message } = refusal;
    match service {
        "cloudtrail" => return cloudtrail::refused(refusal),
        "dynamodb" => return dynamodb::refused(refusal),
        _ => {}
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
