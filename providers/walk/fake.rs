//! A cloud's APIs in memory, behind HTTP: calls are counted, and go wrong one by one.

use crate::mishap::Script;
use crate::{Ills, Mishap, Reply, Request};
use async_trait::async_trait;
use std::ops::ControlFlow;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use trueup_loopback::{Answers, serve};

/// Why the front of a fake refuses a call, for the cloud to say in its own words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// Too many requests. A cloud that names a pause (`Retry-After`) names one of a second or less here.
    Throttled,
    /// An internal error.
    Internal,
}

/// What exists in a fake cloud, and what its APIs do to it. It is strict: what the cloud's documentation forbids is
/// refused with the cloud's own status and code, unknown parameters too.
pub trait Fake: Clone + Default + Send + 'static {
    /// The code with which its long operations fail where they are doomed ([`Mishap::Doomed`]); none where it has no
    /// such operations. Errors are held to tell it.
    const FAILURE: Option<&'static str> = None;

    /// What a call is named in reports.
    fn name(request: &Request) -> String {
        format!("{} {}", request.method, request.path)
    }

    /// Whether a call of this name changes nothing.
    fn is_read(name: &str) -> bool {
        ["GET ", "HEAD "].iter().any(|method| name.starts_with(method))
    }

    /// Answers a request. A refused call leaves no trace, but for looks that find nothing yet. A long operation that a
    /// doomed call starts is taken and fails in the end.
    fn answer(&mut self, request: &Request, is_doomed: bool) -> Reply;

    /// How the cloud refuses this request for such a reason.
    fn refusal(request: &Request, trouble: Trouble) -> Reply;

    /// What exists, as `KIND ID`, other than what is going by itself.
    fn things(&self) -> Vec<String>;

    /// How many of its long operations have failed, so that a provider that doesn't notice is caught.
    fn failures(&self) -> usize {
        0
    }

    /// From now on so many looks don't find a new thing.
    fn delay(&mut self, looks: u32);

    /// Everything that is under way comes to its end.
    fn let_time_pass(&mut self);
}

/// A fake that listens; it ends with the runtime.
pub struct Running<F> {
    /// Where: `http://127.0.0.1:PORT`.
    pub url: String,
    world: Mutex<F>,
    script: Mutex<Script>,
    requests: AtomicUsize,
}

impl<F: Fake> Running<F> {
    /// Starts one on a free port.
    pub async fn start() -> Arc<Running<F>> {
        let mut running = None;
        let start = |url: String| {
            let fake = Arc::new(Running {
                url,
                world: Mutex::new(F::default()),
                script: Mutex::default(),
                requests: AtomicUsize::new(0),
            });
            running = Some(fake.clone());
            fake as Arc<dyn Answers>
        };
        serve(start).await;
        running.expect("it was started")
    }

    /// From now on these things go wrong.
    pub fn set(&self, ills: Ills) {
        self.world().delay(ills.lag);
        *self.script.lock().expect("no holder panics") = Script::of(ills);
    }

    /// The names of the calls since mishaps were set.
    pub fn calls(&self) -> Vec<String> {
        self.script.lock().expect("no holder panics").calls.clone()
    }

    /// How many requests have been made since this was last asked.
    pub fn requests(&self) -> usize {
        self.requests.swap(0, Ordering::SeqCst)
    }

    /// What exists, as `KIND ID`, other than what is going by itself.
    pub fn things(&self) -> Vec<String> {
        self.world().things()
    }

    /// Everything as it is now, to go back to.
    pub fn snapshot(&self) -> F {
        self.world().clone()
    }

    /// Goes back to how everything was.
    pub fn restore(&self, world: F) {
        *self.world() = world;
    }

    /// Everything that is under way comes to its end.
    pub fn let_time_pass(&self) {
        self.world().let_time_pass();
    }

    /// What exists, to look at and to meddle with. Hold it for a moment only: calls wait for it.
    pub fn world(&self) -> MutexGuard<'_, F> {
        self.world.lock().expect("no holder panics")
    }
}

#[async_trait]
impl<F: Fake> Answers for Running<F> {
    async fn answer(&self, request: &Request) -> Option<Reply> {
        self.requests.fetch_add(1, Ordering::SeqCst);
        let mishap = self.script.lock().expect("no holder panics").of_request::<F>(request);
        if let Some(ControlFlow::Break(instead)) = mishap.map(|mishap| mishap.beforehand::<F>(request)) {
            return instead;
        }
        let reply = Some(self.world().answer(request, mishap == Some(Mishap::Doomed)));
        match mishap {
            Some(mishap) => mishap.afterwards::<F>(request, reply),
            None => reply,
        }
    }
}
