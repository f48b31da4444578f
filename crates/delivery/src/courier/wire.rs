//! One connection to a receiver, driven by whoever asks something of it.
//!
//! Words: *wire* = an open connection with its HTTP state.
//! Never: opening connections; judging answers.

use std::future::{Future, poll_fn};
use std::net::SocketAddr;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll};

use base::limits;
use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::client::conn::http1::{Builder, Connection, SendRequest};
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use tokio::time::Instant;

use super::answer::Body;
use super::gate::{Gate, Gated, Transport, Watch};
use super::within;

/// An open connection; dropping it closes it.
pub(super) struct Wire {
    sender: SendRequest<Full<Bytes>>,
    /// None once it has ended.
    connection: Option<Connection<TokioIo<Gated>, Full<Bytes>>>,
    watch: Arc<Watch>,
    pub(super) address: SocketAddr,
    pub(super) tls_version: Option<&'static str>,
    pub(super) opened_at: Instant,
}

/// Why a request got no head of an answer.
pub(super) enum Fault {
    /// The gate said no; nothing was written.
    Shut,
    /// Nothing was written: the connection had ended before.
    Unwritten,
    /// No head in time (L3).
    Late,
    /// More informational answers than L7 allows.
    Storm,
    /// Written, then closed without a byte of answer.
    Silent,
    /// Something came back that is no head of an answer.
    Broken(hyper::Error),
}

impl Wire {
    /// Speaks HTTP/1.1 on a transport; nothing is sent yet.
    pub(super) async fn open(
        transport: Box<dyn Transport>,
        address: SocketAddr,
        tls_version: Option<&'static str>,
    ) -> Result<Self, hyper::Error> {
        let watch = Watch::new();
        let io = TokioIo::new(Gated::new(transport, Arc::clone(&watch)));
        let (sender, connection) = Builder::new()
            .max_headers(limits::ANSWER_HEADERS_MAX)
            .max_buf_size(limits::ANSWER_HEAD_BYTES_MAX)
            // Head and body become one buffer and so one write.
            .writev(false)
            .handshake(io)
            .await?;
        let opened_at = Instant::now();
        Ok(Self {
            sender,
            connection: Some(connection),
            watch,
            address,
            tls_version,
            opened_at,
        })
    }

    /// Sends a request through the gate and waits for the head of the answer.
    pub(super) async fn ask(
        &mut self,
        mut request: Request<Full<Bytes>>,
        gate: Arc<dyn Gate>,
        end: Instant,
    ) -> Result<Response<Incoming>, Fault> {
        self.watch.arm(gate);
        let watch = Arc::clone(&self.watch);
        hyper::ext::on_informational(&mut request, move |_| watch.count_informational());
        let answer = self.sender.try_send_request(request);
        let watch = &self.watch;
        let is_storm = || watch.informational_count() > limits::INFORMATIONAL_MAX;
        let head = within(end, drive(&mut self.connection, answer, is_storm)).await;
        match head {
            None => Err(Fault::Late),
            Some(None) => Err(Fault::Storm),
            Some(Some(Ok(head))) => Ok(head),
            Some(Some(Err(_))) if watch.is_refused() => Err(Fault::Shut),
            Some(Some(Err(_))) if !watch.is_written() => Err(Fault::Unwritten),
            Some(Some(Err(_))) if !watch.is_heard() => Err(Fault::Silent),
            Some(Some(Err(error))) => Err(Fault::Broken(error.into_error())),
        }
    }

    /// Reads the body until its end, L5, an error, or the deadline.
    pub(super) async fn read(&mut self, incoming: Incoming, end: Instant) -> Body {
        let mut body = Body::default();
        let mut incoming = pin!(incoming);
        loop {
            let frame = drive(&mut self.connection, incoming.frame(), || false);
            match within(end, frame).await.flatten() {
                None | Some(Some(Err(_))) => return body,
                Some(None) => {
                    body.end();
                    return body;
                }
                Some(Some(Ok(frame))) => {
                    let goes_on = frame.data_ref().is_none_or(|piece| body.take(piece));
                    if !goes_on {
                        return body;
                    }
                }
            }
        }
    }

    /// Whether the connection can take another request, once the present answer is read.
    pub(super) async fn is_ready_again(&mut self, end: Instant) -> bool {
        let Self {
            sender, connection, ..
        } = self;
        let ready = within(end, drive(connection, sender.ready(), || false))
            .await
            .flatten();
        matches!(ready, Some(Ok(()))) && self.connection.is_some()
    }

    /// Looks after an idle connection; ready once it has ended.
    pub(super) fn poll_idle(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        poll_connection(&mut self.connection, cx);
        if self.connection.is_none() {
            Poll::Ready(())
        } else {
            Poll::Pending
        }
    }
}

/// Runs the connection until the future is done; none once `must_stop` says so.
async fn drive<F: Future>(
    connection: &mut Option<Connection<TokioIo<Gated>, Full<Bytes>>>,
    future: F,
    must_stop: impl Fn() -> bool,
) -> Option<F::Output> {
    let mut future = pin!(future);
    poll_fn(|cx| {
        poll_connection(connection, cx);
        if must_stop() {
            return Poll::Ready(None);
        }
        future.as_mut().poll(cx).map(Some)
    })
    .await
}

/// An ended connection is let go; how it ended reaches whoever waits for an answer.
fn poll_connection(
    connection: &mut Option<Connection<TokioIo<Gated>, Full<Bytes>>>,
    cx: &mut Context<'_>,
) {
    let has_ended = connection
        .as_mut()
        .is_some_and(|open| Pin::new(open).poll(cx).is_ready());
    if has_ended {
        *connection = None;
    }
}
