//! Accepts connections, caps them, and owns the task of each (L17, L20, L21, T23, T25).
//!
//! Never: looking into a request beyond its framing.

use std::convert::Infallible;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::pin::pin;
use std::sync::Arc;

use base::limits;
use futures_util::StreamExt;
use http_body_util::{BodyExt, BodyStream, StreamBody};
use hyper::body::Incoming;
use hyper::header::{self, HeaderValue};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response, Version};
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::{JoinError, JoinSet};

use super::answer::{Body, Endless, Wanted};
use super::crowd::Crowd;
use super::deadlines::{Paced, Serving};
use super::shutdown::Shutdown;
use super::{error, wait};
use crate::App;

/// Bytes of a request that are held at once; a head must fit, a body comes in pieces.
const BUFFER_BYTES_MAX: usize = 2 * limits::REQUEST_HEAD_BYTES_MAX;

/// Serves connections until the shutdown is wished, then lets requests in flight end for at most
/// `shutdown_timeout` (L34). The listener is closed at the wish.
pub async fn serve(app: App, listener: TcpListener, mut shutdown: Shutdown) {
    let slots = Arc::new(Semaphore::new(app.settings.http.connections_max));
    let crowd = Crowd::default();
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            () = shutdown.begun() => break,
            Some(ended) = connections.join_next() => log_panic(ended),
            (slot, accepted) = accept(&slots, &listener) => match accepted {
                Ok((stream, peer)) => {
                    if let Some(place) = crowd.enter(peer.ip(), &app) {
                        let work = connection(app.clone(), stream, peer, shutdown.clone());
                        connections.spawn(async move {
                            work.await;
                            drop((slot, place));
                        });
                    }
                }
                Err(cause) if is_of_one_client(&cause) => {}
                Err(cause) => {
                    tracing::warn!(%cause, "a connection could not be accepted");
                    wait::after_failed_accept().await;
                }
            },
        }
    }
    drop(listener);
    let all_ended = async {
        while let Some(ended) = connections.join_next().await {
            log_panic(ended);
        }
    };
    if wait::at_most(app.settings.shutdown_timeout, all_ended)
        .await
        .is_none()
    {
        tracing::warn!("connections were cut: they outlived shutdown_timeout");
    }
}

/// Takes a slot first: while all are taken, connections wait in the system's own queue.
async fn accept(
    slots: &Arc<Semaphore>,
    listener: &TcpListener,
) -> (OwnedSemaphorePermit, io::Result<(TcpStream, SocketAddr)>) {
    let slot = slots
        .clone()
        .acquire_owned()
        .await
        .expect("the semaphore is never closed");
    (slot, listener.accept().await)
}

/// Errors of a connection that was gone before we took it; the next one is not concerned.
fn is_of_one_client(cause: &io::Error) -> bool {
    matches!(
        cause.kind(),
        io::ErrorKind::ConnectionAborted
            | io::ErrorKind::ConnectionReset
            | io::ErrorKind::ConnectionRefused
    )
}

fn log_panic(ended: Result<(), JoinError>) {
    if let Err(cause) = ended {
        tracing::error!(%cause, "the task of a connection broke");
    }
}

async fn connection(app: App, stream: TcpStream, peer: SocketAddr, mut shutdown: Shutdown) {
    // An answer is written at once, so there is nothing to gather; a refusal costs only speed.
    let _refused = stream.set_nodelay(true);
    let serving = Serving::default();
    let stream = Paced::new(stream, &app.settings.http, serving.clone());
    let stop = shutdown.clone();
    let service = service_fn(|request| {
        let (app, serving, stop) = (app.clone(), serving.clone(), stop.clone());
        async move {
            serving.begin();
            let response = respond(app, peer.ip(), request, stop).await;
            serving.end();
            Ok::<_, Infallible>(response)
        }
    });
    let mut http = http1::Builder::new();
    http.max_headers(limits::REQUEST_HEADERS_MAX)
        .max_header_size(limits::REQUEST_HEAD_BYTES_MAX)
        .max_buf_size(BUFFER_BYTES_MAX)
        .header_read_timeout(None);
    let mut work = pin!(http.serve_connection(TokioIo::new(stream), service));
    let ended = tokio::select! {
        ended = work.as_mut() => ended,
        () = shutdown.begun() => {
            work.as_mut().graceful_shutdown();
            work.await
        }
    };
    if let Err(cause) = ended {
        tracing::debug!(%cause, "a connection ended early");
    }
}

async fn respond(
    app: App,
    peer: IpAddr,
    request: Request<Incoming>,
    shutdown: Shutdown,
) -> Response<Body> {
    if let Some(sentence) = framing_problem(&request) {
        return error::bad_framing(sentence).into_response(Wanted::All);
    }
    // hyper has dropped a Content-Length beside Transfer-Encoding by now, so one cannot tell
    // whether it was there: RFC 9112 §6.3 wants the connection closed after such a request.
    let closes = request.headers().contains_key(header::TRANSFER_ENCODING);
    let mut response = app.handle(peer, request).await;
    if response.extensions().get::<Endless>().is_some() {
        response = response.map(|body| until(shutdown, body));
    }
    if closes {
        response
            .headers_mut()
            .insert(header::CONNECTION, HeaderValue::from_static("close"));
    }
    response
}

/// The same body, ending when the server stops.
fn until(mut shutdown: Shutdown, body: Body) -> Body {
    let wished = async move { shutdown.begun().await };
    let frames = BodyStream::new(body).take_until(Box::pin(wished));
    StreamBody::new(frames).boxed_unsync()
}

/// What hyper lets pass and two servers in a row might read differently.
fn framing_problem<B>(request: &Request<B>) -> Option<&'static str> {
    let hosts = request.headers().get_all(header::HOST).iter().count();
    let uri = request.uri();
    let target_bytes = uri
        .path_and_query()
        .map_or(0, |target| target.as_str().len());
    if hosts > 1 {
        return Some("The request has more than one Host header.");
    }
    if hosts == 0 && request.version() == Version::HTTP_11 {
        return Some("The request has no Host header.");
    }
    (target_bytes > limits::REQUEST_TARGET_BYTES_MAX).then_some("The address is longer than 8 KiB.")
}

#[cfg(test)]
mod tests;
