//! TCP to a checked address: the only place that connects.
//!
//! Never: an address that was not checked; a proxy.

use std::io;
use std::net::{IpAddr, SocketAddr};

use tokio::net::TcpStream;
use tokio::time::Instant;

use super::{Failure, within};
use crate::outcome::Outcome;

/// Connects to the first of the addresses that answers; each gets its share of what is left of L2.
pub(super) async fn connect(
    addresses: &[IpAddr],
    port: u16,
    end: Instant,
) -> Result<(TcpStream, SocketAddr), Failure> {
    let mut failure = Failure::new(Outcome::Unreachable, "There is no address to call.");
    for (tried, ip) in addresses.iter().enumerate() {
        let address = SocketAddr::new(*ip, port);
        let now = Instant::now();
        let left = u32::try_from(addresses.len() - tried).unwrap_or(u32::MAX);
        let share = now + end.saturating_duration_since(now) / left;
        match within(share, open(address)).await {
            Some(Ok(stream)) => return Ok((stream, address)),
            Some(Err(problem)) if is_out_of_descriptors(&problem) => {
                return Err(Failure::new(
                    Outcome::Interrupted,
                    "This server has no file descriptor left. The operator must raise its limit.",
                ));
            }
            Some(Err(problem)) => failure = unreachable(address, &problem),
            None => failure = timed_out(address),
        }
    }
    Err(failure)
}

#[expect(
    clippy::disallowed_methods,
    reason = "the courier's only connect, to a checked address"
)]
async fn open(address: SocketAddr) -> io::Result<TcpStream> {
    let stream = TcpStream::connect(address).await?;
    // The request is one write; waiting for more would only delay it.
    stream.set_nodelay(true)?;
    Ok(stream)
}

fn unreachable(address: SocketAddr, problem: &io::Error) -> Failure {
    let what = match problem.kind() {
        io::ErrorKind::ConnectionRefused => "refused the connection",
        io::ErrorKind::ConnectionReset | io::ErrorKind::ConnectionAborted => {
            "closed the connection at once"
        }
        io::ErrorKind::NetworkUnreachable | io::ErrorKind::HostUnreachable => {
            "cannot be reached from this network"
        }
        _ => "could not be connected to",
    };
    let remedy = Outcome::Unreachable.remedy();
    Failure::new(Outcome::Unreachable, format!("{address} {what}. {remedy}"))
}

fn timed_out(address: SocketAddr) -> Failure {
    let remedy = Outcome::Unreachable.remedy();
    let sentence = format!("{address} did not take the connection in time. {remedy}");
    Failure::new(Outcome::Unreachable, sentence)
}

/// EMFILE and ENFILE of POSIX: this side's trouble, not the receiver's (F14).
fn is_out_of_descriptors(problem: &io::Error) -> bool {
    matches!(problem.raw_os_error(), Some(23 | 24))
}
