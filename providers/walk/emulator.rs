//! cloudemu, an emulator of several clouds in a process of its own, where it is on this machine: it is driven by the
//! clouds' own descriptions of their APIs, and so a second opinion on the fakes.

use crate::ground::Ground;
use crate::mishap::Script;
use crate::server::by_another;
use crate::{Fake, Ills, Meddling, Mishap, Program, Reply, Request, free_port};
use async_trait::async_trait;
use serde_json::{Value as Json, json};
use std::io::Write;
use std::marker::PhantomData;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use tokio::process::Command;
use trueup_loopback::{Answers, send, serve};

/// The variable that says in which folder `cloudemu.py` is.
pub const CLOUDEMU: &str = "TRUEUP_CLOUDEMU";

/// A running cloudemu behind a front that counts calls and lets them go wrong; it ends with this value. `F` names calls
/// and says how the cloud refuses them.
pub struct Emulator<F> {
    /// Where the front listens: `http://127.0.0.1:PORT`.
    pub url: String,
    /// Where the emulator itself does.
    behind: String,
    /// Where it keeps how things were.
    folder: String,
    script: Mutex<Script>,
    lag: AtomicUsize,
    requests: AtomicUsize,
    memories: AtomicUsize,
    _program: Program,
    cloud: PhantomData<fn() -> F>,
}

impl<F: Fake> Emulator<F> {
    /// Starts one with further arguments, such as the cloud that it is to be. `folder` is the build directory
    /// (`CARGO_TARGET_TMPDIR`). Where this machine doesn't have it, None: the test says that it is left out.
    pub async fn start(folder: &str, arguments: &[&str]) -> Option<Arc<Emulator<F>>> {
        let program = cloudemu()?;
        let python = Program::python(folder, &program.with_file_name("requirements.txt")).await;
        let port = free_port().await;
        let mut command = Command::new(python);
        command.arg(program).args(["--port", &port.to_string()]).args(arguments);
        let program = Program::start(command, port).await;
        let mut emulator = None;
        let start = |url: String| {
            let started = Arc::new(Emulator {
                url,
                behind: format!("http://127.0.0.1:{port}"),
                folder: folder.to_owned(),
                script: Mutex::default(),
                lag: AtomicUsize::new(0),
                requests: AtomicUsize::new(0),
                memories: AtomicUsize::new(0),
                _program: program,
                cloud: PhantomData,
            });
            emulator = Some(started.clone());
            started as Arc<dyn Answers>
        };
        serve(start).await;
        emulator
    }

    /// How many requests have been made since this was last asked.
    pub fn requests(&self) -> usize {
        self.requests.swap(0, Ordering::SeqCst)
    }

    /// Meddles by way of the control address.
    pub async fn meddle(&self, meddling: &Meddling) {
        let (method, id, tree) = match meddling {
            Meddling::Patch(id, tree) => ("PATCH", id, tree),
            Meddling::Put(id, tree) => ("PUT", id, tree),
            Meddling::Delete(id) => ("DELETE", id, &Json::Null),
            Meddling::Call(method, target, tree) => {
                return by_another(&self.behind, (method, target), tree).await;
            }
        };
        self.control(method, &format!("resource?id={}", escaped(id)), tree).await;
    }

    /// Calls the control address: `METHOD /_emu/WHAT`; gives what it answers.
    pub async fn control(&self, method: &str, what: &str, tree: &Json) -> Json {
        let (path, query) = what.split_once('?').unwrap_or((what, ""));
        let body = if tree.is_null() { Vec::new() } else { tree.to_string().into_bytes() };
        let request = Request {
            method: method.into(),
            path: format!("/_emu/{path}"),
            query: query.into(),
            headers: [("content-type".into(), "application/json".into())].into(),
            body,
        };
        let reply = send(&self.behind, &request).await.expect("cloudemu answers");
        let text = String::from_utf8_lossy(&reply.body).into_owned();
        assert_eq!(reply.status, 200, "cloudemu: {method} {what} {tree}: {text}");
        serde_json::from_str(&text).unwrap_or_else(|e| panic!("cloudemu: {method} {what}: {e}: {text}"))
    }

    /// Arranges that new things appear late, and that the next operation fails.
    async fn arrange(&self, is_doomed: bool) {
        self.control("DELETE", "faults", &Json::Null).await;
        let lag = self.lag.load(Ordering::SeqCst);
        if lag > 0 {
            let late = json!({"match": "^(PUT|POST) ", "times": -1, "hide_gets": lag});
            self.control("POST", "faults", &late).await;
        }
        if is_doomed {
            let failure = json!({"code": F::FAILURE, "message": "The test wants it to fail."});
            self.control("POST", "faults", &json!({"match": "", "async_fail": failure})).await;
        }
    }
}

/// The program, where the environment names it.
fn cloudemu() -> Option<PathBuf> {
    let program = std::env::var_os(CLOUDEMU).map(|folder| Path::new(&folder).join("cloudemu.py"));
    let Some(program) = program else {
        // Past what the test runner keeps of the output of tests that pass.
        let why = format!("{CLOUDEMU} doesn't name the folder that it is in");
        let _ = writeln!(std::io::stderr(), "SKIPPED: the tests on cloudemu: {why}");
        return None;
    };
    assert!(program.exists(), "{CLOUDEMU} names a folder without cloudemu.py: {}", program.display());
    Some(program)
}

/// As a part of a query.
fn escaped(text: &str) -> String {
    let escape = |byte: u8| match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' | b'/' => {
            (byte as char).to_string()
        }
        _ => format!("%{byte:02X}"),
    };
    text.bytes().map(escape).collect()
}

#[async_trait]
impl<F: Fake> Answers for Emulator<F> {
    async fn answer(&self, request: &Request) -> Option<Reply> {
        self.requests.fetch_add(1, Ordering::SeqCst);
        let mishap = self.script.lock().expect("no holder panics").of_request::<F>(request);
        let Some(mishap) = mishap else { return send(&self.behind, request).await };
        if let ControlFlow::Break(instead) = mishap.beforehand::<F>(request) {
            return instead;
        }
        let is_doomed = mishap == Mishap::Doomed;
        if is_doomed {
            self.arrange(true).await;
        }
        let reply = send(&self.behind, request).await;
        if is_doomed {
            self.arrange(false).await;
        }
        mishap.afterwards::<F>(request, reply)
    }
}

#[async_trait]
impl<F: Fake> Ground for Arc<Emulator<F>> {
    type Memory = String;

    async fn set(&self, ills: Ills) {
        self.lag.store(ills.lag as usize, Ordering::SeqCst);
        self.arrange(false).await;
        *self.script.lock().expect("no holder panics") = Script::of(ills);
    }

    fn calls(&self) -> Vec<String> {
        self.script.lock().expect("no holder panics").calls.clone()
    }

    async fn things(&self) -> Vec<String> {
        let told = self.control("GET", "stats", &Json::Null).await;
        let counts = told["resources"].as_object().expect("cloudemu counts resources").iter();
        let numbered = |(kind, count): (&String, &Json)| {
            let kind = kind.replace(' ', ":");
            (0..count.as_u64().unwrap_or(0)).map(move |n| format!("{kind} {n}"))
        };
        counts.flat_map(numbered).collect()
    }

    async fn clear(&self) {
        self.control("POST", "reset", &Json::Null).await;
    }

    async fn remember(&self) -> String {
        let number = self.memories.fetch_add(1, Ordering::SeqCst);
        let port = self.behind.rsplit(':').next().unwrap_or_default();
        let file = format!("{}/cloudemu-{port}-{number}.json", self.folder);
        self.control("POST", "snapshot", &json!({"file": file})).await;
        file
    }

    async fn go_back(&self, file: String) {
        self.control("POST", "restore", &json!({"file": file})).await;
    }

    /// It has its own names for kinds.
    fn is_meant(new: &[&str], meant: &[&str]) -> bool {
        new.len() == meant.len()
    }
}
