//! Channels against strict fakes: what is sent, what is sent again, what is never said.

use crate::webhook::document;
use crate::{
    Channel, Condition, Issues, News, NotifyError, Post, Secret, SlackChannel, SlackWebhook, Standing, Teams,
    Webhook, signature, tell_change,
};
use async_trait::async_trait;
use serde_json::{Value as Json, json};
use std::sync::{Arc, Mutex};
use trueup_forge::{Kind, Pace, Place, Token, connect};
use trueup_loopback::{Answers, Reply, Request, serve};

const WORD: &str = "T0000/B0000/s3cr3t";

/// Takes what its documentation takes, after replies that are given before.
#[derive(Default)]
struct Fake {
    /// None cuts the connection.
    first: Mutex<Vec<Option<Reply>>>,
    taken: Mutex<Vec<Request>>,
}

#[async_trait]
impl Answers for Fake {
    async fn answer(&self, request: &Request) -> Option<Reply> {
        let mut first = self.first.lock().expect("no holder panics");
        if !first.is_empty() {
            return first.remove(0);
        }
        if request.method != "POST" || request.header("content-type") != Some("application/json") {
            return Some(Reply::empty(405));
        }
        let Some(body) = request.json() else { return Some(said(400, "invalid_payload")) };
        let reply = match request.path.as_str() {
            "/services/T0000/B0000/s3cr3t" => slack(&body),
            "/api/chat.postMessage" => match (request.header("authorization"), slack(&body).status) {
                (Some("Bearer xoxb-s3cr3t"), 200) if body["channel"] == json!("C1") => {
                    Reply::json(200, &json!({ "ok": true }))
                }
                (Some("Bearer xoxb-s3cr3t"), 200) => {
                    Reply::json(200, &json!({ "ok": false, "error": "channel_not_found" }))
                }
                _ => Reply::json(200, &json!({ "ok": false, "error": "invalid_auth" })),
            },
            "/workflows/s3cr3t" => teams(&body),
            "/hook" => hook(request),
            _ => said(404, "no_service"),
        };
        self.taken.lock().expect("no holder panics").push(request.clone());
        Some(reply)
    }
}

fn said(status: u16, text: &str) -> Reply {
    Reply { status, body: text.as_bytes().to_vec(), ..Reply::default() }
}

fn slack(body: &Json) -> Reply {
    let blocks = body["blocks"].as_array().map(Vec::as_slice).unwrap_or_default();
    let known = |kind: &str| ["header", "section", "context", "actions"].contains(&kind);
    let is_fine = |block: &Json| {
        let text = block["text"]["text"].as_str().unwrap_or("-");
        let max = if block["type"] == json!("header") { 150 } else { 3000 };
        block["type"].as_str().is_some_and(known) && !text.is_empty() && text.chars().count() <= max
    };
    let is_fine = !blocks.is_empty() && blocks.len() <= 50 && blocks.iter().all(is_fine);
    if is_fine && body["text"].is_string() { said(200, "ok") } else { said(400, "invalid_blocks") }
}

fn teams(body: &Json) -> Reply {
    let card = &body["attachments"][0];
    let is_fine = body["type"] == json!("message")
        && card["contentType"] == json!("application/vnd.microsoft.card.adaptive")
        && card["content"]["type"] == json!("AdaptiveCard")
        && card["content"]["version"] == json!("1.4")
        && body.to_string().len() < 28 * 1024;
    if is_fine { Reply::empty(202) } else { Reply::empty(400) }
}

fn hook(request: &Request) -> Reply {
    let (Some(time), Some(body)) = (request.header("x-trueup-timestamp"), request.text()) else {
        return Reply::empty(400);
    };
    let expected = signature(&Secret::new("shared"), time, body);
    let is_signed = request.header("x-trueup-signature") == Some(&expected);
    let is_named = request.header("x-trueup-delivery").is_some_and(|text| text.len() == 32);
    if is_signed && is_named { Reply::empty(204) } else { Reply::empty(401) }
}

struct Stand {
    fake: Arc<Fake>,
    url: String,
    post: Post,
    pauses: Arc<Mutex<Vec<u64>>>,
}

async fn stand() -> Stand {
    let fake = Arc::new(Fake::default());
    let mut address = String::new();
    serve(|url| {
        address = url;
        fake.clone()
    })
    .await;
    let pauses = Arc::new(Mutex::new(Vec::new()));
    let noted = pauses.clone();
    let pace = Pace::new(move |span| {
        noted.lock().expect("no holder panics").push(span.as_secs());
        Box::pin(async {})
    });
    Stand { fake, url: address, post: Post::new(pace).expect("a client"), pauses }
}

impl Stand {
    fn channels(&self) -> Vec<Box<dyn Channel>> {
        let (post, url) = (&self.post, &self.url);
        vec![
            Box::new(SlackWebhook { post: post.clone(), url: Secret::new(format!("{url}/services/{WORD}")) }),
            Box::new(SlackChannel {
                post: post.clone(),
                api: format!("{url}/api/"),
                token: Secret::new("xoxb-s3cr3t"),
                channel: "C1".into(),
            }),
            Box::new(Teams { post: post.clone(), url: Secret::new(format!("{url}/workflows/s3cr3t")) }),
            Box::new(Webhook {
                post: post.clone(),
                url: Secret::new(format!("{url}/hook")),
                secret: Some(Secret::new("shared")),
                now: 1_700_000_000,
            }),
        ]
    }

    fn first(&self, replies: Vec<Option<Reply>>) {
        *self.fake.first.lock().expect("no holder panics") = replies;
    }

    fn taken(&self) -> Vec<Request> {
        std::mem::take(&mut *self.fake.taken.lock().expect("no holder panics"))
    }

    fn paused(&self) -> Vec<u64> {
        std::mem::take(&mut *self.pauses.lock().expect("no holder panics"))
    }
}

fn news() -> News {
    News {
        key: "drift/network".into(),
        subject: "network".into(),
        now: Condition::Drift,
        before: Some(Condition::Ok),
        summary: "2 resources changed outside of Git <!channel> & more".into(),
        details: "| a | b |".into(),
        url: Some("https://ci.example/1".into()),
        commit: Some("0123456789abcdef0123456789abcdef01234567".into()),
        at: "2026-01-02T03:04:05Z".into(),
    }
}

#[tokio::test]
async fn every_channel_takes_what_is_sent() {
    let stand = stand().await;
    let long = News { summary: "x".repeat(20_000), subject: "s".repeat(300), ..news() };
    let fine = News { now: Condition::Ok, url: None, commit: None, before: None, ..news() };
    for channel in stand.channels() {
        for news in [news(), long.clone(), fine.clone()] {
            channel.tell(&news).await.unwrap_or_else(|error| panic!("{error}"));
        }
    }
    let taken = stand.taken();
    assert_eq!(taken.len(), 12);
    let text = taken[0].text().expect("text");
    assert!(text.contains("&lt;!channel&gt; &amp; more") && !text.contains("<!channel>"), "{text}");
}

#[tokio::test]
async fn what_was_not_taken_is_sent_again() {
    let stand = stand().await;
    let check = async |at: usize, replies: Vec<Option<Reply>>, expected: Result<(), &str>, pauses: &[u64]| {
        let (channels, told) = (stand.channels(), format!("{at} {replies:?}"));
        stand.first(replies);
        let outcome = channels[at].tell(&news()).await;
        match (&outcome, expected) {
            (Ok(()), Ok(())) => {}
            (Err(error), Err(part)) => assert!(error.cause.contains(part), "{told}: {error}"),
            _ => panic!("{told}: {outcome:?}"),
        }
        assert_eq!(stand.paused(), pauses, "{told}");
        stand.first(Vec::new());
    };
    let busy = || Some(Reply::empty(429).with("Retry-After", "7"));
    for at in 0..4 {
        check(at, vec![busy(), Some(Reply::empty(503))], Ok(()), &[7, 2]).await;
        check(at, vec![busy(), busy(), busy(), busy(), busy()], Err("no more messages"), &[7, 7, 7, 7]).await;
        check(at, vec![Some(Reply::empty(429).with("Retry-After", "3600"))], Err("429"), &[]).await;
        check(at, vec![Some(said(403, "action_prohibited"))], Err("403: action_prohibited"), &[]).await;
        check(at, vec![Some(Reply::empty(302).with("Location", "https://x.example"))], Err("302"), &[]).await;
    }
    // Chats would say it twice; a webhook knows it again.
    for at in 0..3 {
        check(at, vec![None], Err("didn't answer"), &[]).await;
        check(at, vec![Some(Reply::empty(502))], Err("failed (502)"), &[]).await;
    }
    check(3, vec![None, Some(Reply::empty(502))], Ok(()), &[1, 2]).await;
    let taken = stand.taken();
    let last = taken.last().expect("the last one");
    assert_eq!(last.header("x-trueup-timestamp"), Some("1700000000"));
}

#[tokio::test]
async fn secrets_are_in_no_message() {
    let stand = stand().await;
    let mut told = Vec::new();
    for channel in stand.channels() {
        for reply in [None, Some(said(403, "no")), Some(Reply::empty(500))] {
            stand.first(vec![reply; 6]);
            let error = channel.tell(&news()).await.expect_err("it fails");
            told.push(format!("{error} {error:?} {:?} {channel:?}", error.diagnostic()));
        }
    }
    stand.first(Vec::new());
    let nowhere = |url: &str| SlackWebhook { post: stand.post.clone(), url: Secret::new(url) };
    for url in ["http://127.0.0.1:1/services/s3cr3t", "not an address s3cr3t"] {
        let error = nowhere(url).tell(&news()).await.expect_err("nobody is there");
        told.push(format!("{error} {error:?}"));
    }
    for text in told {
        assert!(!text.contains("s3cr3t") && !text.contains("shared"), "{text}");
    }
    let wrong = SlackChannel {
        post: stand.post.clone(),
        api: format!("{}/api", stand.url),
        token: Secret::new("xoxb-s3cr3t"),
        channel: "C2".into(),
    };
    let NotifyError { cause, hint, .. } = wrong.tell(&news()).await.expect_err("no such channel");
    assert!(cause.contains("channel_not_found"), "{cause}");
    assert_eq!(hint.as_deref(), Some("invite the bot to the channel"));
}

#[test]
fn a_document_fits_its_schema_and_signature() {
    let schema: Json =
        serde_json::from_str(include_str!("../../schemas/documents/notification.json")).expect("JSON");
    let validator = jsonschema::options().should_validate_formats(true).build(&schema).expect("a schema");
    for news in [news(), News { before: None, url: None, commit: None, ..news() }] {
        let document: Json = serde_json::from_str(&document(&news)).expect("JSON");
        let wrong: Vec<String> = validator.iter_errors(&document).map(|error| error.to_string()).collect();
        assert!(wrong.is_empty(), "{wrong:?}");
    }
    assert!(!validator.is_valid(&json!({ "format_version": "1.0" })));
    // By openssl dgst -sha256 -hmac.
    let signed = signature(&Secret::new("shared"), "1700000000", "{\"a\":1}");
    assert_eq!(signed, "sha256=e8a57bb8048d18391d3eb8464b2c3398b36bce5c7b179e65e3ef49430731b313");
}

/// Hears what it is told, unless it is closed.
#[derive(Clone, Debug)]
struct Ear {
    key: &'static str,
    is_closed: Arc<Mutex<bool>>,
    heard: Arc<Mutex<Vec<String>>>,
}

#[async_trait]
impl Channel for Ear {
    fn name(&self) -> &'static str {
        self.key
    }

    fn key(&self) -> &'static str {
        self.key
    }

    async fn tell(&self, news: &News) -> Result<(), NotifyError> {
        if *self.is_closed.lock().expect("no holder panics") {
            let (channel, subject) = (self.key.to_owned(), news.subject.clone());
            return Err(NotifyError { channel, subject, cause: "it is closed".into(), hint: None });
        }
        let before = news.before.map_or("none", Condition::word);
        let heard = format!("{}: {} after {before}", self.key, news.now.word());
        self.heard.lock().expect("no holder panics").push(heard);
        Ok(())
    }
}

#[tokio::test]
async fn each_channel_is_told_what_changed_since_it_was_told_last() {
    use Condition::{Drift, Failed, Ok as Fine};
    let heard: Arc<Mutex<Vec<String>>> = Arc::default();
    let ear = |key| Ear { key, is_closed: Arc::default(), heard: heard.clone() };
    let (one, other) = (ear("one"), ear("other"));
    let channels: Vec<Box<dyn Channel>> = vec![Box::new(one.clone()), Box::new(other.clone())];
    let standing = Mutex::new(Standing::read("").expect("an empty one"));
    let check = async |now: Condition, closed: (bool, bool), expected: &[&str]| {
        *one.is_closed.lock().expect("no holder panics") = closed.0;
        *other.is_closed.lock().expect("no holder panics") = closed.1;
        let mut kept = standing.lock().expect("no holder panics").clone();
        let failed = tell_change(&channels, &mut kept, &News { now, before: None, ..news() }).await;
        let heard = std::mem::take(&mut *heard.lock().expect("no holder panics"));
        assert_eq!(heard, expected, "{now:?} {closed:?}");
        assert!(failed.len() <= usize::from(closed.0) + usize::from(closed.1), "{failed:?}");
        *standing.lock().expect("no holder panics") =
            Standing::read(&kept.write()).expect("what was written");
    };
    let open = (false, false);
    check(Fine, open, &[]).await;
    check(Fine, open, &[]).await;
    check(Drift, open, &["one: drift after ok", "other: drift after ok"]).await;
    check(Drift, open, &[]).await;
    check(Failed, (true, false), &["other: failed after drift"]).await;
    check(Failed, (true, false), &[]).await;
    check(Failed, open, &["one: failed after drift"]).await;
    check(Failed, open, &[]).await;
    // What came and went while it could not be told is no news.
    check(Drift, (false, true), &["one: drift after failed"]).await;
    check(Failed, open, &["one: failed after drift"]).await;
    check(Fine, open, &["one: ok after failed", "other: ok after failed"]).await;
}

#[tokio::test]
async fn what_is_wrong_at_the_first_look_is_told() {
    let ear = Ear { key: "one", is_closed: Arc::new(Mutex::new(true)), heard: Arc::default() };
    let channels: Vec<Box<dyn Channel>> = vec![Box::new(ear.clone())];
    let first = "{\"format_version\":\"1.0\",\"conditions\":{\"drift/other\":\"ok\"}}";
    let mut standing = Standing::read(first).expect("the first version");
    assert_eq!(tell_change(&channels, &mut standing, &news()).await.len(), 1);
    *ear.is_closed.lock().expect("no holder panics") = false;
    for _ in 0..2 {
        standing = Standing::read(&standing.write()).expect("what was written");
        assert_eq!(tell_change(&channels, &mut standing, &news()).await, []);
    }
    assert_eq!(*ear.heard.lock().expect("no holder panics"), ["one: drift after none"]);
    for text in ["{", "{}", "{\"format_version\":\"2.0\",\"conditions\":{}}"] {
        assert!(Standing::read(text).is_err(), "{text}");
    }
}

#[tokio::test]
async fn a_forge_that_refuses_is_told() {
    let stand = stand().await;
    let place = Place { kind: Kind::Gitea, api: stand.url.clone(), repository: "a/b".into() };
    let token = Token::new(Kind::Gitea, "s3cr3t", "GITEA_TOKEN");
    let forge = connect(&place, token, Pace::new(|_| Box::pin(async {}))).expect("a forge");
    let error = Issues::new(forge).tell(&news()).await.expect_err("it is no forge");
    assert_eq!(error.channel, "Gitea");
    assert!(!format!("{error:?}").contains("s3cr3t"));
}
