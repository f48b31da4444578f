//! Receivers that do what no receiver should, as a table of scripts.
//!
//! Words: *kind* = one way to be hostile; *script* = what it does on each connection.
//! Never: knowing a sender's limits in time; a kind goes on until the sender leaves.

mod bodies;
mod connections;
mod heads;

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

use crate::wire::read_request;

/// All kinds, in three tables.
pub const KINDS: &[&[Kind]] = &[heads::KINDS, bodies::KINDS, connections::KINDS];

/// Between two bytes of a trickle: far below every timeout, so that only a limit of the whole ends it.
const DRIP: Duration = Duration::from_millis(20);

/// One way to be hostile.
#[derive(Clone, Copy, Debug)]
pub struct Kind {
    /// What it does, as a sentence's rest.
    pub name: &'static str,
    /// Words of the outcomes with which an attempt may end; more than one only where the network
    /// decides which side is faster.
    pub outcomes: &'static [&'static str],
    /// What it does on each connection; afterwards it closes in good order.
    pub script: &'static [Step],
}

/// A step of a script.
#[derive(Clone, Copy, Debug)]
pub enum Step {
    /// Reads one whole request.
    Read,
    /// Reads this many bytes at least, and leaves the rest unread.
    ReadBytes(usize),
    /// Writes these bytes at once.
    Say(&'static str),
    /// Writes these bytes, which are no text, at once.
    SayBytes(&'static [u8]),
    /// Writes this so many times, as fast as it is taken.
    Repeat(&'static str, usize),
    /// Writes this over and over, as fast as it is taken, until the sender leaves.
    Flood(&'static str),
    /// Writes this over and over, byte by byte and slowly, until the sender leaves.
    Trickle(&'static str),
    /// Does nothing until the sender leaves.
    Hang,
    /// Resets the connection.
    Reset,
}

/// A running receiver of one kind; dropping it closes everything.
pub struct Hostile {
    address: SocketAddr,
    _tasks: JoinSet<()>,
}

impl Kind {
    /// Starts to listen on a free port of 127.0.0.1.
    pub async fn start(self) -> Hostile {
        let listener = TcpListener::bind("127.0.0.1:0")
            .await
            .expect("loopback has a free port");
        let address = listener
            .local_addr()
            .expect("a bound listener has an address");
        let mut tasks = JoinSet::new();
        tasks.spawn(accept(listener, self.script));
        Hostile {
            address,
            _tasks: tasks,
        }
    }
}

impl Hostile {
    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// A plain http URL of it.
    pub fn url(&self) -> String {
        format!("http://{}/hook", self.address)
    }
}

async fn accept(listener: TcpListener, script: &'static [Step]) {
    let mut connections = JoinSet::new();
    while let Ok((stream, _)) = listener.accept().await {
        while connections.try_join_next().is_some() {}
        connections.spawn(async move { drop(play(stream, script).await) });
    }
}

async fn play(mut stream: TcpStream, script: &[Step]) -> io::Result<()> {
    let mut buffer = Vec::new();
    for step in script {
        match *step {
            Step::Read => drop(read_request(&mut stream, &mut buffer).await?),
            Step::ReadBytes(count) => {
                stream.read_exact(&mut vec![0; count]).await?;
            }
            Step::Say(text) => stream.write_all(text.as_bytes()).await?,
            Step::SayBytes(bytes) => stream.write_all(bytes).await?,
            Step::Repeat(text, times) => stream.write_all(text.repeat(times).as_bytes()).await?,
            Step::Flood(text) => {
                let much = text.repeat(1 + 16 * 1024 / text.len());
                loop {
                    stream.write_all(much.as_bytes()).await?;
                }
            }
            Step::Trickle(text) => trickle(&mut stream, text).await?,
            Step::Hang => drain(&mut stream).await?,
            Step::Reset => return stream.set_zero_linger(),
        }
    }
    stream.shutdown().await?;
    // Closing with bytes unread would reset the connection and take the answer with it.
    drain(&mut stream).await
}

#[expect(
    clippy::disallowed_methods,
    reason = "to be slow is what this receiver is for"
)]
async fn trickle(stream: &mut TcpStream, text: &str) -> io::Result<()> {
    loop {
        for byte in text.bytes() {
            stream.write_all(&[byte]).await?;
            tokio::time::sleep(DRIP).await;
        }
    }
}

/// Reads and forgets until the sender leaves.
async fn drain(stream: &mut TcpStream) -> io::Result<()> {
    let mut buffer = vec![0; 64 * 1024];
    while stream.read(&mut buffer).await? > 0 {}
    Ok(())
}
