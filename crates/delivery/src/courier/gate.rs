//! The gate before the first byte, and the transport that asks it.
//!
//! Words: *gate* = the last word on whether a request may still go out.
//! Never: HTTP.

use std::io;
use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// The last word on whether a request may still go out: the lease and the stop set.
///
/// It is asked in the transport's first write of a request. It runs `write` while it holds its
/// lock and returns true, or it returns false without running it; then nothing is written and the
/// outcome is `interrupted`. It is asked again if the transport took no byte.
pub trait Gate: Send + Sync {
    fn pass(&self, write: &mut dyn FnMut()) -> bool;
}

/// What happened on a connection since the present request was armed.
pub(super) struct Watch {
    state: Mutex<State>,
    informational: AtomicUsize,
}

struct State {
    gate: Option<Arc<dyn Gate>>,
    /// Nothing is read from a new connection before its first request is written: an early close
    /// or an early answer then always looks the same.
    is_fresh: bool,
    passage: Passage,
    is_heard: bool,
    reader: Option<Waker>,
}

/// Where the present request stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Passage {
    Before,
    Written,
    Refused,
}

impl Watch {
    /// A new connection: nothing written, nothing read.
    pub(super) fn new() -> Arc<Self> {
        let state = State {
            gate: None,
            is_fresh: true,
            passage: Passage::Before,
            is_heard: false,
            reader: None,
        };
        Arc::new(Self {
            state: Mutex::new(state),
            informational: AtomicUsize::new(0),
        })
    }

    /// Puts a gate before the next write and forgets the last request.
    pub(super) fn arm(&self, gate: Arc<dyn Gate>) {
        self.informational.store(0, Ordering::Relaxed);
        let mut state = self.lock();
        state.gate = Some(gate);
        state.passage = Passage::Before;
        state.is_heard = false;
    }

    /// Whether the transport took at least one byte of the request.
    pub(super) fn is_written(&self) -> bool {
        self.lock().passage == Passage::Written
    }

    /// Whether the gate said no.
    pub(super) fn is_refused(&self) -> bool {
        self.lock().passage == Passage::Refused
    }

    /// Whether at least one byte came back.
    pub(super) fn is_heard(&self) -> bool {
        self.lock().is_heard
    }

    /// Counts a 1xx answer (L7).
    pub(super) fn count_informational(&self) {
        self.informational.fetch_add(1, Ordering::Relaxed);
    }

    /// How many 1xx answers the present request got.
    pub(super) fn informational_count(&self) -> usize {
        self.informational.load(Ordering::Relaxed)
    }

    fn gate(&self) -> Option<Arc<dyn Gate>> {
        self.lock().gate.clone()
    }

    /// The first byte is out, or never will be: the gate is done, reading may begin.
    fn pass(&self, passage: Passage) {
        let reader = {
            let mut state = self.lock();
            state.passage = passage;
            state.is_fresh = false;
            state.gate = None;
            state.reader.take()
        };
        if let Some(reader) = reader {
            reader.wake();
        }
    }

    /// Whether reading has to wait; if so, `pass` wakes the reader.
    fn holds_reads(&self, cx: &Context<'_>) -> bool {
        let mut state = self.lock();
        if state.is_fresh {
            state.reader = Some(cx.waker().clone());
        }
        state.is_fresh
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What a request goes out on: TCP, or TLS over it.
pub(super) trait Transport: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Transport for T {}

/// A transport whose first write of a request passes the gate.
pub(super) struct Gated {
    transport: Box<dyn Transport>,
    watch: Arc<Watch>,
}

impl Gated {
    /// Puts the watch between HTTP and the transport.
    pub(super) fn new(transport: Box<dyn Transport>, watch: Arc<Watch>) -> Self {
        Self { transport, watch }
    }
}

impl AsyncRead for Gated {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if self.watch.holds_reads(cx) {
            return Poll::Pending;
        }
        let before = buffer.filled().len();
        let polled = Pin::new(&mut self.transport).poll_read(cx, buffer);
        if buffer.filled().len() > before {
            self.watch.lock().is_heard = true;
        }
        polled
    }
}

impl AsyncWrite for Gated {
    fn poll_write(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        let Some(gate) = this.watch.gate() else {
            return Pin::new(&mut this.transport).poll_write(cx, bytes);
        };
        let mut polled = Poll::Pending;
        let transport = &mut this.transport;
        if !gate.pass(&mut || polled = Pin::new(&mut *transport).poll_write(cx, bytes)) {
            this.watch.pass(Passage::Refused);
            return Poll::Ready(Err(io::Error::other("the gate is shut")));
        }
        if matches!(polled, Poll::Ready(Ok(count)) if count > 0) {
            this.watch.pass(Passage::Written);
        }
        polled
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.transport).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.transport).poll_shutdown(cx)
    }
}
