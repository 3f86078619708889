//! A fake or an emulator, for stands whose cases run on both.

use crate::{Emulator, Fake, Meddling, Request, Running, Stand, send};
use serde_json::Value as Json;
use std::sync::Arc;

/// A fake whose objects are JSON with ids, so that cases can meddle with them on each server.
pub trait Store: Fake {
    /// Changes an object behind everyone's back; panics where it isn't there. Never asked for calls: those come as requests.
    fn meddle(&mut self, meddling: &Meddling);
}

/// A stand that runs on cloudemu too.
pub trait Emulated: Stand<Fake: Store> {
    /// What the emulator is started with.
    const ARGUMENTS: &'static [&'static str];

    /// The emulator as a server.
    fn on(emulator: Arc<Emulator<Self::Fake>>) -> Self;
}

/// What a provider speaks to.
pub enum Server<F> {
    /// The fake.
    Fake(Arc<Running<F>>),
    /// cloudemu.
    Emulator(Arc<Emulator<F>>),
}

impl<F: Store> Server<F> {
    /// Where it listens.
    pub fn url(&self) -> &str {
        match self {
            Server::Fake(fake) => &fake.url,
            Server::Emulator(emulator) => &emulator.url,
        }
    }

    /// How many requests have been made since this was last asked.
    pub fn requests(&self) -> usize {
        match self {
            Server::Fake(fake) => fake.requests(),
            Server::Emulator(emulator) => emulator.requests(),
        }
    }

    /// Meddles as the text says; see [`Meddling`]. On the fake everything under way comes to its end after it, so that
    /// what is read next is the outcome.
    pub async fn meddle(&self, text: &str) {
        let meddling = Meddling::parse(text);
        match self {
            Server::Fake(fake) => self::meddle(fake, &meddling).await,
            Server::Emulator(emulator) => emulator.meddle(&meddling).await,
        }
    }
}

/// Meddles with a fake; everything under way comes to its end after it.
pub(crate) async fn meddle<F: Store>(fake: &Running<F>, meddling: &Meddling) {
    if let Meddling::Call(method, target, tree) = meddling {
        by_another(&fake.url, (method, target), tree).await;
        return fake.let_time_pass();
    }
    let mut world = fake.world();
    world.meddle(meddling);
    world.let_time_pass();
}

/// A request as another client makes it, with a token of its own; panics where it isn't granted.
pub(crate) async fn by_another(url: &str, (method, target): (&str, &str), tree: &Json) {
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let headers = [("authorization", "Bearer another"), ("content-type", "application/json")];
    let request = Request {
        method: method.into(),
        path: path.into(),
        query: query.into(),
        headers: headers.map(|(name, text)| (name.to_owned(), text.to_owned())).into(),
        body: if tree.is_null() { Vec::new() } else { tree.to_string().into_bytes() },
    };
    let reply = send(url, &request).await.expect("the server answers");
    let told = String::from_utf8_lossy(&reply.body);
    assert!((200..300).contains(&reply.status), "{method} {target} {tree}: {} {told}", reply.status);
}
