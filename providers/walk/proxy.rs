//! A server in front of another that refuses, loses and slows down requests, as a cloud under load does. It also
//! stands in for the metadata of an instance and for a proxy, whose requests name the whole address.

use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// What happens to requests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Act {
    /// They are not let through: status, further headers with their line ends, body.
    Refuse(u16, &'static str, &'static str),
    /// The connection ends before anyone has read them.
    Drop,
    /// They are carried out, and the connection ends before the answer.
    Lose,
    /// They are carried out, and no answer ever comes.
    Keep,
    /// They are carried out, and the answer is another: status and body.
    Break(u16, &'static str),
}

/// Requests that hold these words, so many times, and what happens to them.
pub type Rule = (&'static str, usize, Act);

/// A running server; it ends with the runtime of the test.
pub struct Proxy {
    /// Where it listens.
    pub url: String,
    state: Arc<Mutex<State>>,
}

struct State {
    target: String,
    rules: Vec<Rule>,
    /// What happens to more than so many at once.
    at_once_max: Option<(usize, Act)>,
    under_way: usize,
    refused: usize,
    /// First line and body of each request.
    log: Vec<String>,
}

impl Proxy {
    /// Starts one in front of a server, with rules from the beginning.
    pub async fn start(target: &str, rules: &[Rule]) -> Proxy {
        let state = State {
            target: target.trim_start_matches("http://").to_owned(),
            rules: rules.to_vec(),
            at_once_max: None,
            under_way: 0,
            refused: 0,
            log: Vec::new(),
        };
        let state = Arc::new(Mutex::new(state));
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a free port");
        let url = format!("http://{}", listener.local_addr().expect("a bound socket has an address"));
        let proxy = Proxy { url, state: state.clone() };
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                tokio::spawn(serve(client, state.clone()));
            }
        });
        proxy
    }

    /// From now on this happens to more than so many at once.
    pub fn narrow(&self, at_once_max: usize, act: Act) {
        self.state().at_once_max = Some((at_once_max, act));
    }

    /// One more rule; the first that fits counts.
    pub fn add(&self, rule: Rule) {
        self.state().rules.push(rule);
    }

    /// How many requests were more than so many at once.
    pub fn refused(&self) -> usize {
        self.state().refused
    }

    /// The requests so far that hold these words.
    pub fn seen(&self, words: &str) -> Vec<String> {
        self.state().log.iter().filter(|line| line.contains(words)).cloned().collect()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("no holder of this lock panics")
    }
}

/// One request, then the connection ends.
async fn serve(mut client: TcpStream, state: Arc<Mutex<State>>) {
    let Some((head, body)) = receive(&mut client).await else { return };
    let line = format!("{} {}", head.lines().next().unwrap_or_default(), String::from_utf8_lossy(&body));
    let (act, target) = {
        let mut state = state.lock().expect("no holder of this lock panics");
        state.log.push(line.clone());
        state.under_way += 1;
        (state.act(&line), state.target.clone())
    };
    let answer = match act {
        None => forward(&target, &head, &body).await,
        Some(Act::Refuse(status, headers, body)) => answer(status, headers, body),
        Some(Act::Drop) => Vec::new(),
        Some(Act::Lose) => {
            forward(&target, &head, &body).await;
            Vec::new()
        }
        Some(Act::Keep) => {
            forward(&target, &head, &body).await;
            std::future::pending().await
        }
        Some(Act::Break(status, text)) => {
            forward(&target, &head, &body).await;
            answer(status, "", text)
        }
    };
    // Answers take a while, so that requests meet.
    tokio::time::sleep(Duration::from_millis(20)).await;
    let _ = client.write_all(&answer).await;
    state.lock().expect("no holder of this lock panics").under_way -= 1;
}

impl State {
    fn act(&mut self, line: &str) -> Option<Act> {
        if let Some((_, act)) = self.at_once_max.filter(|(max, _)| self.under_way > *max) {
            self.refused += 1;
            return Some(act);
        }
        let rule = self.rules.iter_mut().find(|(words, times, _)| *times > 0 && line.contains(words))?;
        rule.1 -= 1;
        Some(rule.2)
    }
}

fn answer(status: u16, headers: &str, body: &str) -> Vec<u8> {
    format!(
        "HTTP/1.1 {status} X\r\n{headers}Content-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    )
    .into_bytes()
}

/// Head and body of a request.
async fn receive(client: &mut TcpStream) -> Option<(String, Vec<u8>)> {
    let mut bytes = Vec::new();
    let mut buffer = [0; 1 << 14];
    let end = loop {
        if let Some(at) = bytes.windows(4).position(|window| window == b"\r\n\r\n") {
            break at + 4;
        }
        match client.read(&mut buffer).await {
            Ok(count @ 1..) => bytes.extend_from_slice(&buffer[..count]),
            _ => return None,
        }
    };
    let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
    let length = head.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse::<usize>().ok())?
    });
    while bytes.len() < end + length.unwrap_or(0) {
        match client.read(&mut buffer).await {
            Ok(count @ 1..) => bytes.extend_from_slice(&buffer[..count]),
            _ => return None,
        }
    }
    Some((head, bytes.split_off(end)))
}

/// The whole answer of the server behind. A proxy's request names the address, which the server doesn't want.
async fn forward(target: &str, head: &str, body: &[u8]) -> Vec<u8> {
    let mut stream = TcpStream::connect(target).await.expect("the server behind listens");
    let (line, rest) = head.split_once("\r\n").expect("a head has lines");
    let words: Vec<&str> = line.split(' ').collect();
    let path = words[1].strip_prefix("http://").map_or(words[1], |rest| &rest[rest.find('/').unwrap_or(0)..]);
    let is_kept = |line: &&str| !line.to_lowercase().starts_with("connection:");
    let rest: Vec<&str> = rest.trim_end().split("\r\n").filter(is_kept).collect();
    let head =
        format!("{} {path} {}\r\n{}\r\nConnection: close\r\n\r\n", words[0], words[2], rest.join("\r\n"));
    stream.write_all(head.as_bytes()).await.expect("the server behind reads");
    stream.write_all(body).await.expect("the server behind reads");
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer).await;
    answer
}
