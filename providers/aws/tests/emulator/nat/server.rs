//! The wire of the fake: forms in, XML out.

use super::gateways::{Gateways, Refusal};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// Parameters of a call by name.
pub(super) type Form = BTreeMap<String, String>;

/// Starts a fake on a free port; gives its address.
pub(super) async fn start() -> String {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a free port");
    let address = listener.local_addr().expect("a bound socket has an address");
    let gateways = Arc::new(Mutex::new(Gateways::default()));
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(serve(stream, gateways.clone()));
        }
    });
    format!("http://{address}")
}

async fn serve(mut stream: TcpStream, gateways: Arc<Mutex<Gateways>>) {
    let mut bytes = Vec::new();
    loop {
        while let Some((form, length)) = request(&bytes) {
            bytes.drain(..length);
            let action = form.get("Action").cloned().unwrap_or_default();
            let answer = gateways.lock().expect("no holder panics").answer(&form);
            let (status, body) = match answer {
                Ok(inner) => ("200 OK", format!("<{action}Response>{inner}</{action}Response>")),
                Err(Refusal(code, message)) => (
                    "400 Bad Request",
                    format!(
                        "<Response><Errors><Error><Code>{code}</Code><Message>{message}</Message></Error></Errors></Response>"
                    ),
                ),
            };
            let text = format!("HTTP/1.1 {status}\r\nContent-Length: {}\r\n\r\n{body}", body.len());
            if stream.write_all(text.as_bytes()).await.is_err() {
                return;
            }
            if form.contains_key("Connection") {
                return;
            }
        }
        match stream.read_buf(&mut bytes).await {
            Ok(1..) => {}
            _ => return,
        }
    }
}

/// The form of a whole request, and how many bytes the request has.
fn request(bytes: &[u8]) -> Option<(Form, usize)> {
    let text = std::str::from_utf8(bytes).ok()?;
    let (head, body) = text.split_once("\r\n\r\n")?;
    let header = |name: &str| {
        let mut lines = head.lines().filter_map(|line| line.split_once(": "));
        lines.find(|(of, _)| of.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    };
    let length: usize = header("content-length").and_then(|length| length.parse().ok()).unwrap_or(0);
    let pairs = body.get(..length)?.split('&').filter_map(|pair| pair.split_once('='));
    let mut form: Form = pairs.map(|(name, value)| (name.to_owned(), decoded(value))).collect();
    if header("connection") == Some("close") {
        form.insert("Connection".into(), "close".into());
    }
    Some((form, head.len() + 4 + length))
}

fn decoded(text: &str) -> String {
    let mut parts = text.split('%');
    let mut out = parts.next().unwrap_or_default().replace('+', " ");
    for part in parts {
        let (digits, rest) = part.split_at(2);
        out.push(char::from(u8::from_str_radix(digits, 16).expect("two hexadecimal digits")));
        out.push_str(&rest.replace('+', " "));
    }
    out
}
