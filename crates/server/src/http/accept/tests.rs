//! Connections on a real socket of this machine.
//!
//! Never: what an answer says; that is the kit's own tests.

use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::*;
use crate::Settings;
use crate::http::shutdown::{Stopper, shutdown};

/// A server on a free port of this machine.
struct Served {
    address: SocketAddr,
    stopper: Stopper,
    work: JoinSet<()>,
}

async fn served(change: impl FnOnce(&mut Settings)) -> Served {
    let app = crate::http::tests::app(change);
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("it is bound");
    let (stopper, wished) = shutdown();
    let mut work = JoinSet::new();
    work.spawn(serve(app, listener, wished));
    Served {
        address,
        stopper,
        work,
    }
}

impl Served {
    #[expect(clippy::disallowed_methods, reason = "the test is the client")]
    async fn connect(&self) -> TcpStream {
        TcpStream::connect(self.address)
            .await
            .expect("the server listens")
    }

    /// What comes back for these bytes until the server closes the connection.
    async fn exchange(&self, request: &str) -> String {
        let mut stream = self.connect().await;
        stream
            .write_all(request.as_bytes())
            .await
            .expect("the server reads");
        rest(&mut stream).await
    }
}

/// Everything until the end; a reset ends it too.
async fn rest(stream: &mut TcpStream) -> String {
    let mut text = Vec::new();
    let _ended = stream.read_to_end(&mut text).await;
    String::from_utf8(text).expect("answers are text")
}

#[tokio::test]
async fn a_connection_is_kept_until_the_client_wants_it_closed() {
    let served = served(|_| ()).await;
    let one = "GET /healthz HTTP/1.1\r\nhost: a\r\n\r\n";
    let last = "GET /healthz HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n";
    let answers = served.exchange(&format!("{one}{one}{last}")).await;
    assert_eq!(answers.matches("HTTP/1.1 200 OK").count(), 3, "{answers}");
    let old = served.exchange("GET /healthz HTTP/1.0\r\n\r\n").await;
    assert!(
        old.starts_with("HTTP/1.0 200 OK") && old.ends_with("ok"),
        "{old}"
    );
}

#[tokio::test]
async fn what_two_servers_could_read_differently_is_refused_and_closed() {
    let served = served(|_| ()).await;
    let long = "x".repeat(9 * 1024);
    for (request, status) in [
        ("GET /healthz HTTP/1.1\r\n\r\n".to_owned(), "400"),
        (
            "GET /healthz HTTP/1.1\r\nhost: a\r\nhost: a\r\n\r\n".to_owned(),
            "400",
        ),
        (
            "POST / HTTP/1.0\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n".to_owned(),
            "400",
        ),
        (
            "GET / HTTP/1.1\r\nhost: a\r\nx: y\r\n z\r\n\r\n".to_owned(),
            "400",
        ),
        (
            "POST / HTTP/1.1\r\nhost: a\r\ncontent-length: x\r\n\r\n".to_owned(),
            "400",
        ),
        (
            "POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\n"
                .to_owned(),
            "400",
        ),
        (format!("GET /{long} HTTP/1.1\r\nhost: a\r\n\r\n"), "400"),
        (
            format!("GET / HTTP/1.1\r\nhost: a\r\n{}\r\n", "x: y\r\n".repeat(64)),
            "431",
        ),
        (
            format!("GET / HTTP/1.1\r\nhost: a\r\nx: {long}\r\ny: {long}\r\n\r\n"),
            "431",
        ),
    ] {
        let answer = served.exchange(&request).await;
        assert!(
            answer.starts_with(&format!("HTTP/1.1 {status}"))
                || answer.starts_with(&format!("HTTP/1.0 {status}")),
            "{request} {answer}"
        );
    }
    // Read as chunked whatever the length says, and closed, so that nothing can follow it.
    let both = "POST /oauth/form HTTP/1.1\r\nhost: a\r\nuser-agent: a\r\ncontent-length: 4\r\n\
                transfer-encoding: chunked\r\n\r\n3\r\na=b\r\n0\r\n\r\nGET /healthz HTTP/1.1\r\n\
                host: a\r\n\r\n";
    let answer = served.exchange(both).await;
    assert!(
        answer.contains("connection: close") && answer.ends_with("a=b"),
        "{answer}"
    );
}

#[tokio::test]
async fn a_client_that_does_not_keep_up_is_let_go() {
    type Change = fn(&mut crate::settings::Http);
    const SHORT: Duration = Duration::from_millis(20);
    let head = "POST /oauth/form HTTP/1.1\r\nhost: a\r\nuser-agent: a\r\n";
    let body = format!("{head}content-length: 3\r\n\r\na=");
    let whole = "GET /healthz HTTP/1.1\r\nhost: a\r\n\r\n";
    let first: Change = |http| http.first_byte_timeout = SHORT;
    for (request, answer, change) in [
        ("", "", first),
        (head, "", |http| http.head_timeout = SHORT),
        (&body, "HTTP/1.1 400", |http| http.body_timeout = SHORT),
        (whole, "HTTP/1.1 200", |http| http.idle_timeout = SHORT),
    ] {
        let served = served(|settings| change(&mut settings.http));
        let got = served.await.exchange(request).await;
        assert!(
            got.starts_with(answer) && got.is_empty() == answer.is_empty(),
            "{request} {got}"
        );
    }
}

#[tokio::test]
async fn a_stop_lets_requests_end_and_closes_idle_connections() {
    let mut served = served(|_| ()).await;
    let mut idle = served.connect().await;
    let mut busy = served.connect().await;
    let begun = "POST /oauth/form HTTP/1.1\r\nhost: a\r\nuser-agent: a\r\ncontent-length: 3\r\n\
                 expect: 100-continue\r\n\r\n";
    busy.write_all(begun.as_bytes())
        .await
        .expect("the server reads");
    let mut wanted = [0; 25];
    busy.read_exact(&mut wanted)
        .await
        .expect("the server wants the body");

    let mut live = served.connect().await;
    let look = b"GET /live HTTP/1.1\r\nhost: a\r\n\r\n";
    live.write_all(look).await.expect("the server reads");
    assert_eq!(live.read_u8().await.expect("it answers"), b'H');

    served.stopper.stop();
    assert_eq!(rest(&mut idle).await, "");
    assert!(rest(&mut live).await.contains("piece"));
    busy.write_all(b"a=b")
        .await
        .expect("the server still reads");

    assert!(rest(&mut busy).await.ends_with("a=b"));
    served
        .work
        .join_next()
        .await
        .expect("it serves")
        .expect("it ends by itself");
}
