//! A machine to be reached over SSH: a server in this process, which runs commands on this machine.

use russh::keys::PrivateKey;
use russh::keys::ssh_key::private::Ed25519Keypair;
use russh::server::{self, Auth, ChannelOpenHandle, Msg, Session, VerifiedPublicKey};
use russh::{Channel, ChannelId};
use std::collections::HashMap;
use std::process::Stdio;
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::process::Command;
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};

/// Keys that are the same in every run and open nothing but these tests' servers.
pub(crate) fn host_key() -> PrivateKey {
    PrivateKey::from(Ed25519Keypair::from_seed(&[1; 32]))
}

/// See [`host_key`].
pub(crate) fn user_key() -> PrivateKey {
    PrivateKey::from(Ed25519Keypair::from_seed(&[2; 32]))
}

/// What the server saw.
pub(crate) type Seen = Arc<Mutex<Vec<String>>>;

/// Starts a server on a free port; it lets `me` in with the password `pw` or with [`user_key`].
pub(crate) async fn start() -> (u16, Seen) {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a free port");
    let port = listener.local_addr().expect("it is bound").port();
    let config = Arc::new(server::Config {
        keys: vec![host_key()],
        auth_rejection_time: std::time::Duration::ZERO,
        ..server::Config::default()
    });
    let seen = Seen::default();
    let watched = seen.clone();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let host = Host { inputs: HashMap::new(), seen: watched.clone() };
            let config = config.clone();
            tokio::spawn(async move {
                if let Ok(session) = server::run_stream(config, stream, host).await {
                    drop(session.await);
                }
            });
        }
    });
    (port, seen)
}

struct Host {
    inputs: HashMap<ChannelId, UnboundedSender<Vec<u8>>>,
    seen: Seen,
}

impl Host {
    fn see(&self, what: impl Into<String>) {
        self.seen.lock().expect("nobody panics with it").push(what.into());
    }
}

impl server::Handler for Host {
    type Error = russh::Error;

    async fn auth_password(&mut self, user: &str, password: &str) -> Result<Auth, russh::Error> {
        let good = user == "me" && password == "pw";
        self.see(format!("password {good}"));
        Ok(if good { Auth::Accept } else { Auth::reject() })
    }

    async fn auth_publickey(&mut self, user: &str, key: VerifiedPublicKey<'_>) -> Result<Auth, russh::Error> {
        let known = user_key();
        let good = user == "me" && key.public_key.key_data() == known.public_key().key_data();
        self.see(format!("key {good}"));
        Ok(if good { Auth::Accept } else { Auth::reject() })
    }

    async fn channel_open_session(
        &mut self,
        _channel: Channel<Msg>,
        reply: ChannelOpenHandle,
        _session: &mut Session,
    ) -> Result<(), russh::Error> {
        reply.accept().await;
        Ok(())
    }

    async fn channel_open_direct_tcpip(
        &mut self,
        channel: Channel<Msg>,
        host: &str,
        port: u32,
        _from: &str,
        _from_port: u32,
        reply: ChannelOpenHandle,
        _session: &mut Session,
    ) -> Result<(), russh::Error> {
        self.see("tunnel");
        let port = u16::try_from(port).expect("a port");
        let mut target = TcpStream::connect((host, port)).await.expect("the tests' own port");
        reply.accept().await;
        tokio::spawn(async move {
            let mut tunnel = channel.into_stream();
            drop(tokio::io::copy_bidirectional(&mut tunnel, &mut target).await);
        });
        Ok(())
    }

    async fn exec_request(
        &mut self,
        id: ChannelId,
        command: &[u8],
        session: &mut Session,
    ) -> Result<(), russh::Error> {
        let command = String::from_utf8_lossy(command).into_owned();
        self.see(command.split(' ').next().unwrap_or_default());
        let mut child = Command::new("/bin/sh")
            .args(["-c", &command])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("there is a shell");
        let (to, mut from) = unbounded_channel::<Vec<u8>>();
        self.inputs.insert(id, to);
        let mut input = child.stdin.take().expect("it is piped");
        tokio::spawn(async move {
            while let Some(bytes) = from.recv().await {
                if input.write_all(&bytes).await.is_err() {
                    return;
                }
            }
        });
        let handle = session.handle();
        let mut out = child.stdout.take().expect("it is piped");
        let mut err = child.stderr.take().expect("it is piped");
        session.channel_success(id)?;
        tokio::spawn(async move {
            let mut buffer = [0; 4096];
            while let Ok(count @ 1..) = out.read(&mut buffer).await {
                drop(handle.data(id, buffer[..count].to_vec()).await);
            }
            let mut rest = Vec::new();
            drop(err.read_to_end(&mut rest).await);
            drop(handle.extended_data(id, 1, rest).await);
            let status = child.wait().await.expect("it was started");
            let code = status.code().and_then(|code| u32::try_from(code).ok()).unwrap_or(255);
            handle.exit_status_request(id, code).await.unwrap_or_default();
            handle.eof(id).await.unwrap_or_default();
            handle.close(id).await.unwrap_or_default();
        });
        Ok(())
    }

    async fn data(&mut self, id: ChannelId, data: &[u8], _: &mut Session) -> Result<(), russh::Error> {
        if let Some(input) = self.inputs.get(&id) {
            drop(input.send(data.to_vec()));
        }
        Ok(())
    }

    async fn channel_eof(&mut self, id: ChannelId, _: &mut Session) -> Result<(), russh::Error> {
        self.inputs.remove(&id);
        Ok(())
    }
}
