//! The well-behaved receiver: records what it gets and answers as it is told.
//!
//! Never: verifying; a test asserts on what was received.

use std::collections::VecDeque;
use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

use crate::secure::{Certificate, Version, acceptor};
use crate::wire::{Received, read_request};

/// How long a test waits for a request before it fails.
const PATIENCE: Duration = Duration::from_secs(20);

/// How a request is answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// A status and an empty body.
    Status(u16),
    /// A status with headers and a body; `content-length` is added unless it is among them.
    With {
        status: u16,
        headers: Vec<(&'static str, String)>,
        body: String,
    },
    /// No answer, ever; the connection stays open.
    Hang,
    /// The connection is closed in good order, without an answer.
    CloseWithoutAnswer,
    /// A status and an empty body, once `release` is called.
    Held(u16),
    /// The connection is reset without an answer.
    Reset,
}

/// A recording server on a free port of 127.0.0.1; dropping it closes everything.
pub struct Receiver {
    scheme: &'static str,
    address: SocketAddr,
    shared: Arc<Shared>,
    _tasks: JoinSet<()>,
}

struct Shared {
    state: Mutex<State>,
    changed: Notify,
}

struct State {
    received: Vec<Received>,
    taken: usize,
    connections: usize,
    usual: Answer,
    queue: VecDeque<Answer>,
    /// How often `release` was called.
    releases: u64,
}

impl Receiver {
    /// Starts to listen; answers 200 until told otherwise.
    pub async fn start() -> Self {
        Self::listen(None).await
    }

    /// The same behind TLS.
    pub async fn start_secure(certificate: Certificate, version: Version) -> Self {
        Self::listen(Some(acceptor(certificate, version))).await
    }

    async fn listen(tls: Option<TlsAcceptor>) -> Self {
        let scheme = if tls.is_some() { "https" } else { "http" };
        let listener = TcpListener::bind("127.0.0.1:0")
            .await
            .expect("loopback has a free port");
        let address = listener
            .local_addr()
            .expect("a bound listener has an address");
        let state = State {
            received: Vec::new(),
            taken: 0,
            connections: 0,
            usual: Answer::Status(200),
            queue: VecDeque::new(),
            releases: 0,
        };
        let shared = Arc::new(Shared {
            state: Mutex::new(state),
            changed: Notify::new(),
        });
        let mut tasks = JoinSet::new();
        tasks.spawn(accept(listener, tls, Arc::clone(&shared)));
        Self {
            scheme,
            address,
            shared,
            _tasks: tasks,
        }
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The URL of a path that begins with a slash.
    pub fn url(&self, path: &str) -> String {
        format!("{}://{}{path}", self.scheme, self.address)
    }

    /// Answers all following requests like this, unless `answer_next` says otherwise.
    pub fn answer(&self, answer: Answer) {
        self.shared.lock().usual = answer;
    }

    /// Answers the next requests like these, one each, before the usual answer applies again.
    pub fn answer_next(&self, answers: impl IntoIterator<Item = Answer>) {
        self.shared.lock().queue.extend(answers);
    }

    /// The next request in order of arrival that was not taken yet; waits for it, and panics if
    /// none comes within 20 s.
    pub async fn next(&self) -> Received {
        let shared = &self.shared;
        let next = shared.wait_for(|state| {
            let request = state.received.get(state.taken).cloned()?;
            state.taken += 1;
            Some(request)
        });
        patiently(next).await.unwrap_or_else(|| {
            let (count, taken) = (self.received().len(), self.shared.lock().taken);
            panic!("no request came within {PATIENCE:?}; {count} came before, {taken} were taken")
        })
    }

    /// All requests so far, taken or not.
    pub fn received(&self) -> Vec<Received> {
        self.shared.lock().received.clone()
    }

    /// How many connections were accepted so far.
    pub fn connections(&self) -> usize {
        self.shared.lock().connections
    }

    /// Answers the requests that are being held.
    pub fn release(&self) {
        self.shared.lock().releases += 1;
        self.shared.changed.notify_waiters();
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Looks at the state at each change until there is something.
    async fn wait_for<T>(&self, mut look: impl FnMut(&mut State) -> Option<T>) -> T {
        loop {
            let changed = self.changed.notified();
            tokio::pin!(changed);
            changed.as_mut().enable();
            let found = look(&mut self.lock());
            match found {
                Some(found) => return found,
                None => changed.await,
            }
        }
    }

    /// Records a request and chooses its answer in one step, so that answers follow arrival.
    fn record(&self, request: Received) -> (Answer, u64) {
        let mut state = self.lock();
        state.received.push(request);
        let answer = state
            .queue
            .pop_front()
            .unwrap_or_else(|| state.usual.clone());
        let releases = state.releases;
        drop(state);
        self.changed.notify_waiters();
        (answer, releases)
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "a test that waits in vain must end"
)]
async fn patiently<F: Future>(future: F) -> Option<F::Output> {
    tokio::time::timeout(PATIENCE, future).await.ok()
}

async fn accept(listener: TcpListener, tls: Option<TlsAcceptor>, shared: Arc<Shared>) {
    let mut connections = JoinSet::new();
    while let Ok((stream, _)) = listener.accept().await {
        while connections.try_join_next().is_some() {}
        shared.lock().connections += 1;
        let (tls, shared) = (tls.clone(), Arc::clone(&shared));
        // A sender that breaks off is no fault of the receiver.
        connections.spawn(async move { drop(greet(stream, tls, &shared).await) });
    }
}

async fn greet(stream: TcpStream, tls: Option<TlsAcceptor>, shared: &Shared) -> io::Result<()> {
    stream.set_nodelay(true)?;
    match tls {
        None => serve(stream, shared).await,
        Some(tls) => serve(tls.accept(stream).await?, shared).await,
    }
}

/// A stream whose connection can be reset.
trait Stream: AsyncRead + AsyncWrite + Unpin {
    fn tcp(&self) -> &TcpStream;
}

impl Stream for TcpStream {
    fn tcp(&self) -> &TcpStream {
        self
    }
}

impl Stream for TlsStream<TcpStream> {
    fn tcp(&self) -> &TcpStream {
        self.get_ref().0
    }
}

async fn serve(mut stream: impl Stream, shared: &Shared) -> io::Result<()> {
    let mut buffer = Vec::new();
    while let Some(request) = read_request(&mut stream, &mut buffer).await? {
        let closes = request.wants_close();
        let (answer, releases) = shared.record(request);
        match answer {
            Answer::Status(status) => write(&mut stream, status, &[], "").await?,
            Answer::With {
                status,
                headers,
                body,
            } => {
                write(&mut stream, status, &headers, &body).await?;
            }
            Answer::Held(status) => {
                shared
                    .wait_for(|state| (state.releases > releases).then_some(()))
                    .await;
                write(&mut stream, status, &[], "").await?;
            }
            Answer::Hang => {
                while stream.read_buf(&mut buffer).await? > 0 {
                    buffer.clear();
                }
                return Ok(());
            }
            Answer::CloseWithoutAnswer => return stream.shutdown().await,
            Answer::Reset => return stream.tcp().set_zero_linger(),
        }
        if closes {
            return stream.shutdown().await;
        }
    }
    Ok(())
}

async fn write(
    stream: &mut impl Stream,
    status: u16,
    headers: &[(&'static str, String)],
    body: &str,
) -> io::Result<()> {
    let mut text = format!("HTTP/1.1 {status} Answer\r\n");
    for (name, value) in headers {
        text.extend([name, ": ", value, "\r\n"]);
    }
    let is_counted = headers
        .iter()
        .any(|(name, _)| name.eq_ignore_ascii_case("content-length"));
    // RFC 9110 §8.6: 1xx and 204 have none.
    if !is_counted && status >= 200 && status != 204 {
        text.extend(["content-length: ", &body.len().to_string(), "\r\n"]);
    }
    text.push_str("\r\n");
    text.push_str(body);
    stream.write_all(text.as_bytes()).await
}
