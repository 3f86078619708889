//! A fake or an emulator, for stands whose cases run on both.

use crate::{Emulator, Fake, Meddling, Running, Stand};
use std::sync::Arc;

/// A fake whose objects are JSON with ids, so that cases can meddle with them on each server.
pub trait Store: Fake {
    /// Changes an object behind everyone's back; panics where it isn't there.
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
            Server::Fake(fake) => {
                let mut world = fake.world();
                world.meddle(&meddling);
                world.let_time_pass();
            }
            Server::Emulator(emulator) => emulator.meddle(&meddling).await,
        }
    }
}
