//! A connection whose client must keep up: first byte, head, idle, reading its answer (L16).
//!
//! Words: *stage*, what the connection waits for.
//! Never: the deadline of a body; that is `body.rs`.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use super::wait::Deadline;
use crate::settings::Http;

/// Tells the connection that a request is being worked on: nothing is awaited of the client then.
///
/// Counts begins and ends together, so that work which came and went between two looks is seen.
#[derive(Clone, Debug, Default)]
pub(super) struct Serving(Arc<AtomicU64>);

impl Serving {
    /// A request's head is complete.
    pub(super) fn begin(&self) {
        self.0.fetch_add(1, Ordering::AcqRel);
    }

    /// Its answer is on its way.
    pub(super) fn end(&self) {
        self.0.fetch_add(1, Ordering::AcqRel);
    }

    fn count(&self) -> u64 {
        self.0.load(Ordering::Acquire)
    }
}

/// What is awaited of the client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    /// The first byte of a request: the connection is new, or idle.
    Quiet,
    /// The rest of a head.
    Head,
    /// Nothing: we are at work.
    Serving,
}

/// A stream that ends with `TimedOut` when its client does not keep up.
#[derive(Debug)]
pub(super) struct Paced<S> {
    stream: S,
    serving: Serving,
    /// What `serving` counted at the last look.
    seen: u64,
    limits: Http,
    stage: Stage,
    read_by: Deadline,
    /// Set while the client does not take what we write.
    written_by: Option<Deadline>,
}

impl<S> Paced<S> {
    /// A new connection, of which the first byte is awaited from now.
    pub(super) fn new(stream: S, limits: &Http, serving: Serving) -> Self {
        let read_by = Deadline::after(limits.first_byte_timeout);
        let limits = limits.clone();
        Self {
            stream,
            serving,
            seen: 0,
            limits,
            stage: Stage::Quiet,
            read_by,
            written_by: None,
        }
    }

    /// Notices that work began or ended since the last look.
    fn look(&mut self) {
        let count = self.serving.count();
        if count % 2 == 1 {
            self.stage = Stage::Serving;
        } else if count != self.seen {
            self.stage = Stage::Quiet;
            self.read_by.move_to(self.limits.idle_timeout);
        }
        self.seen = count;
    }

    fn bytes_came(&mut self) {
        if self.stage == Stage::Quiet {
            self.stage = Stage::Head;
            self.read_by.move_to(self.limits.head_timeout);
        }
    }

    /// The client took something: a long answer is no idleness.
    fn bytes_went(&mut self) {
        self.written_by = None;
        self.look();
        if self.stage == Stage::Quiet {
            self.read_by.move_to(self.limits.idle_timeout);
        }
    }

    fn watch_write<T>(
        &mut self,
        cx: &mut Context<'_>,
        written: Poll<io::Result<T>>,
    ) -> Poll<io::Result<T>> {
        if written.is_ready() {
            self.bytes_went();
            return written;
        }
        let patience = self.limits.idle_timeout;
        let deadline = self
            .written_by
            .get_or_insert_with(|| Deadline::after(patience));
        deadline
            .poll(cx)
            .map(|()| Err(io::ErrorKind::TimedOut.into()))
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Paced<S> {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        this.look();
        let read = Pin::new(&mut this.stream).poll_read(cx, buffer);
        match read {
            Poll::Ready(_) => {
                this.bytes_came();
                read
            }
            Poll::Pending if this.stage == Stage::Serving => Poll::Pending,
            Poll::Pending => this
                .read_by
                .poll(cx)
                .map(|()| Err(io::ErrorKind::TimedOut.into())),
        }
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Paced<S> {
    fn poll_write(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        let written = Pin::new(&mut this.stream).poll_write(cx, bytes);
        this.watch_write(cx, written)
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        parts: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        let written = Pin::new(&mut this.stream).poll_write_vectored(cx, parts);
        this.watch_write(cx, written)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_flush(cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_shutdown(cx)
    }
}
