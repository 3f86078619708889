//! A fake as a program of its own, for examples that are run from a shell.

use crate::server::{Store, meddle};
use crate::{Meddling, Reply, Request, Running};
use async_trait::async_trait;
use std::sync::Arc;
use trueup_loopback::{Answers, serve};

/// Where somebody meddles with a fake and looks at it: an address of its own, since a cloud's has all paths.
struct Backstage<F>(Arc<Running<F>>);

#[async_trait]
impl<F: Store> Answers for Backstage<F> {
    /// `GET /things` lists what exists, a line each: `KIND ID`. `POST /meddle` takes a [`Meddling`] as its body; the
    /// connection is cut where it isn't one, or where what it is about isn't there.
    async fn answer(&self, request: &Request) -> Option<Reply> {
        let body = match (&*request.method, &*request.path) {
            ("GET", "/things") => self.0.things().iter().map(|thing| format!("{thing}\n")).collect(),
            ("POST", "/meddle") => {
                meddle(&self.0, &Meddling::parse(&String::from_utf8_lossy(&request.body))).await;
                String::new()
            }
            _ => return Some(Reply { status: 404, ..Reply::default() }),
        };
        Some(Reply { status: 200, body: body.into_bytes(), ..Reply::default() })
    }
}

/// Starts a fake and its backstage, prints the addresses of both in a line, and serves until it is ended from outside.
#[expect(clippy::print_stdout, reason = "a program's output")]
pub async fn stand_in<F: Store>() {
    let fake = Running::<F>::start().await;
    let mut backstage = String::new();
    let behind = fake.clone();
    serve(|url| {
        backstage = url;
        Arc::new(Backstage(behind))
    })
    .await;
    println!("{} {backstage}", fake.url);
    std::future::pending::<()>().await;
}
