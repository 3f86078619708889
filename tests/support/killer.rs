//! A proxy in front of an emulator that kills the program which talks through it, at a chosen request.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::Child;
use std::sync::{Arc, Mutex};

/// When the program dies: the requests that change something are counted from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Moment {
    Never,
    /// The request never arrives.
    Before(usize),
    /// It takes effect, but nobody is told.
    After(usize),
}

/// A running proxy. It lives as long as the test's process.
pub(crate) struct Killer {
    pub(crate) endpoint: String,
    shared: Arc<Mutex<Shared>>,
}

struct Shared {
    moment: Moment,
    victim: Option<Child>,
    /// What changed something so far, each by its method and path or action.
    changes: Vec<String>,
}

impl Killer {
    /// Starts one in front of `127.0.0.1:port`.
    pub(crate) fn start(port: u16) -> Killer {
        let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a free port");
        let own = listener.local_addr().expect("a bound socket has an address").port();
        let shared =
            Arc::new(Mutex::new(Shared { moment: Moment::Never, victim: None, changes: Vec::new() }));
        let accepting = shared.clone();
        std::thread::spawn(move || {
            for client in listener.incoming().flatten() {
                let shared = accepting.clone();
                std::thread::spawn(move || serve(client, port, &shared));
            }
        });
        Killer { endpoint: format!("http://127.0.0.1:{own}"), shared }
    }

    /// From now on kills at this moment.
    pub(crate) fn arm(&self, moment: Moment) {
        let mut shared = self.shared.lock().expect("no thread panics");
        *shared = Shared { moment, victim: None, changes: Vec::new() };
    }

    /// Who dies; before its first request that counts.
    pub(crate) fn aim(&self, victim: Child) {
        self.shared.lock().expect("no thread panics").victim = Some(victim);
    }

    /// Waits for the program that was aimed at; says whether it was killed.
    pub(crate) fn wait(&self) -> bool {
        loop {
            let mut shared = self.shared.lock().expect("no thread panics");
            let victim = shared.victim.as_mut().expect("somebody was aimed at");
            if let Some(status) = victim.try_wait().expect("it can be asked") {
                shared.victim = None;
                return status.code().is_none();
            }
            drop(shared);
            pause();
        }
    }

    /// What changed something since it was armed.
    pub(crate) fn changes(&self) -> Vec<String> {
        self.shared.lock().expect("no thread panics").changes.clone()
    }
}

/// One connection with one request: the server closes after its answer, and says so in it.
fn serve(mut client: TcpStream, port: u16, shared: &Mutex<Shared>) {
    let Some(request) = whole_request(&mut client) else { return };
    let number = change(&request).map(|name| {
        let mut shared = shared.lock().expect("no thread panics");
        shared.changes.push(name);
        shared.changes.len() - 1
    });
    if number.is_some_and(|number| kills(shared, Moment::Before(number))) {
        return;
    }
    let Some(answer) = forward(&request, port) else { return };
    if number.is_some_and(|number| kills(shared, Moment::After(number))) {
        return;
    }
    // A client that is gone needs no answer.
    let _ = client.write_all(&answer);
}

fn kills(shared: &Mutex<Shared>, moment: Moment) -> bool {
    let is_it = shared.lock().expect("no thread panics").moment == moment;
    if is_it {
        // The victim is aimed at right after it was started.
        loop {
            let mut shared = shared.lock().expect("no thread panics");
            if let Some(victim) = shared.victim.as_mut() {
                victim.kill().expect("it can be killed");
                return true;
            }
            drop(shared);
            pause();
        }
    }
    false
}

#[expect(clippy::disallowed_methods, reason = "another process is waited for")]
fn pause() {
    std::thread::sleep(std::time::Duration::from_millis(2));
}

/// What a request changes, if anything: `CreateVpc`, `PUT /bucket/key`.
fn change(request: &[u8]) -> Option<String> {
    let text = String::from_utf8_lossy(request);
    let (head, body) = text.split_once("\r\n\r\n")?;
    let mut words = head.split(' ');
    let (method, path) = (words.next()?, words.next()?);
    if let Some(action) = body.strip_prefix("Action=").and_then(|rest| rest.split('&').next()) {
        let reads = ["Describe", "Get", "List"].iter().any(|verb| action.starts_with(verb));
        return (!reads).then(|| action.to_owned());
    }
    matches!(method, "PUT" | "POST" | "DELETE").then(|| format!("{method} {path}"))
}

/// The bytes of a request; None when the client is gone before its end.
fn whole_request(client: &mut TcpStream) -> Option<Vec<u8>> {
    let mut request = Vec::new();
    let mut chunk = [0; 1 << 14];
    while request_length(&request) != Some(request.len()) {
        match client.read(&mut chunk) {
            Ok(0) | Err(_) => return None,
            Ok(count) => request.extend_from_slice(&chunk[..count]),
        }
    }
    Some(request)
}

/// How long a request that begins like this is; None while that can't be said.
fn request_length(buffer: &[u8]) -> Option<usize> {
    let end = buffer.windows(4).position(|window| window == b"\r\n\r\n")? + 4;
    let head = String::from_utf8_lossy(&buffer[..end]).to_ascii_lowercase();
    let value = |name: &str| {
        head.lines()
            .find_map(|line| line.strip_prefix(name)?.strip_prefix(':').map(|value| value.trim().to_owned()))
    };
    assert!(value("transfer-encoding").is_none(), "requests have a length: {head}");
    let length: usize = value("content-length").map_or(0, |text| text.parse().expect("a number"));
    Some(end + length)
}

/// The whole answer of the server.
fn forward(request: &[u8], port: u16) -> Option<Vec<u8>> {
    let end = request.windows(2).position(|window| window == b"\r\n")? + 2;
    let mut server = TcpStream::connect(("127.0.0.1", port)).ok()?;
    server.write_all(&request[..end]).ok()?;
    server.write_all(b"Connection: close\r\n").ok()?;
    server.write_all(&request[end..]).ok()?;
    let mut answer = Vec::new();
    server.read_to_end(&mut answer).ok()?;
    Some(answer)
}
