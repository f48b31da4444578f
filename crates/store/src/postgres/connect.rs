//! How a connection to PostgreSQL is made, and a sentence for each way in which that fails.
//!
//! Never: a replica; engine and API read the primary only.

use std::path::PathBuf;
use std::str::FromStr as _;
use std::time::Duration;

use base::{Error, Result, Secret};
use postgres::config::Host;
use postgres::error::SqlState;
use postgres::{Client, Config};
use rustls::{ClientConfig, RootCertStore};
use tokio_postgres_rustls::MakeRustlsConnect;

use super::session::Session;

/// `postgres.*` (limit L36) and where the database is.
#[derive(Clone, Debug)]
pub struct Options {
    /// `postgres://user@host/name`, or with `?host=/a/folder` for a socket.
    pub url: Secret<String>,
    /// The password, unless the URL has it.
    pub password: Option<Secret<String>>,
    /// Certificates to trust beside the public roots, in PEM.
    pub root_certificates: Option<PathBuf>,
    pub connect_timeout: Duration,
    pub statement_timeout: Duration,
    pub lock_timeout: Duration,
    /// Of a transaction that is idle.
    pub idle_timeout: Duration,
    /// Connections of this node.
    pub pool_size: usize,
}

/// Where an address leads, as a password file names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// A name or an address; `localhost` for a socket.
    pub host: String,
    pub port: u16,
    /// The database and the user, if the address names them.
    pub database: Option<String>,
    pub user: Option<String>,
    pub has_password: bool,
}

impl Target {
    /// Reads an address; `Malformed` if it is none.
    pub fn parse(url: &str) -> Result<Self> {
        let config = config(url)?;
        let host = match config.get_hosts().first() {
            Some(Host::Tcp(name)) => name.clone(),
            Some(Host::Unix(_)) => "localhost".to_owned(),
            None => return Err(Error::Malformed("The address names no host.".into())),
        };
        Ok(Self {
            host,
            port: config.get_ports().first().copied().unwrap_or(5432),
            database: config.get_dbname().map(str::to_owned),
            user: config.get_user().map(str::to_owned),
            has_password: config.get_password().is_some(),
        })
    }
}

fn config(url: &str) -> Result<Config> {
    Config::from_str(url).map_err(|cause| {
        Error::Malformed(format!(
            "The address of the database cannot be read: {cause}."
        ))
    })
}

/// The oldest release that is tested.
const VERSION_MIN: i64 = 140_000;

impl Options {
    fn config(&self) -> Result<Config> {
        let mut config = config(self.url.reveal())?;
        if let Some(password) = self
            .password
            .as_ref()
            .filter(|_| config.get_password().is_none())
        {
            config.password(password.reveal());
        }
        let ms = |limit: Duration| limit.as_millis();
        config
            .application_name("carillon")
            .connect_timeout(self.connect_timeout)
            .tcp_user_timeout(self.connect_timeout)
            .keepalives_idle(self.connect_timeout)
            .options(&format!(
                "-c statement_timeout={} -c lock_timeout={} \
                 -c idle_in_transaction_session_timeout={} -c synchronous_commit=on \
                 -c client_encoding=UTF8",
                ms(self.statement_timeout),
                ms(self.lock_timeout),
                ms(self.idle_timeout),
            ));
        Ok(config)
    }

    fn tls(&self) -> Result<MakeRustlsConnect> {
        let mut roots = RootCertStore {
            roots: webpki_roots::TLS_SERVER_ROOTS.to_vec(),
        };
        if let Some(path) = &self.root_certificates {
            use rustls::pki_types::pem::PemObject as _;
            let refused = |cause: String| {
                Error::Malformed(format!(
                    "{} holds no certificates: {cause}.",
                    path.display()
                ))
            };
            let found = rustls::pki_types::CertificateDer::pem_file_iter(path)
                .map_err(|cause| refused(cause.to_string()))?;
            for certificate in found {
                let certificate = certificate.map_err(|cause| refused(cause.to_string()))?;
                roots
                    .add(certificate)
                    .map_err(|cause| refused(cause.to_string()))?;
            }
        }
        let provider = rustls::crypto::ring::default_provider();
        let config = ClientConfig::builder_with_provider(provider.into())
            .with_safe_default_protocol_versions()
            .map_err(Error::internal)?
            .with_root_certificates(roots)
            .with_no_client_auth();
        Ok(MakeRustlsConnect::new(config))
    }

    /// Opens a plain client, for sessions and for listening.
    pub(super) fn client(&self) -> Result<Client> {
        self.config()?
            .connect(self.tls()?)
            .map_err(|cause| refusal(&cause))
    }

    /// Opens a session.
    pub(crate) fn session(&self) -> Result<Session> {
        self.client().map(Session::new)
    }
}

/// Refuses a server that is too old, or a replica.
pub(crate) fn check_server(session: &Session) -> Result<()> {
    let version = session.number("select current_setting('server_version_num')::bigint")?;
    if version < VERSION_MIN {
        return Err(Error::Malformed(format!(
            "The database is PostgreSQL {}; Carillon needs {} or newer.",
            version / 10_000,
            VERSION_MIN / 10_000
        )));
    }
    if session.number("select case when pg_is_in_recovery() then 1 else 0 end")? != 0 {
        return Err(Error::Malformed(
            "The database is a replica. Give the address of the primary.".into(),
        ));
    }
    Ok(())
}

fn refusal(cause: &postgres::Error) -> Error {
    use std::error::Error as _;
    let text = match cause.code() {
        Some(&SqlState::INVALID_PASSWORD | &SqlState::INVALID_AUTHORIZATION_SPECIFICATION) => {
            "The database refuses user or password. Check them in the address, or in PGPASSWORD."
                .to_owned()
        }
        Some(&SqlState::INVALID_CATALOG_NAME) => {
            "The database does not exist. Make it with `createdb`.".to_owned()
        }
        Some(_) => {
            format!(
                "The database refuses the connection: {}.",
                cause.as_db_error().map_or("", |it| it.message())
            )
        }
        None => {
            let source = cause
                .source()
                .map_or_else(|| cause.to_string(), ToString::to_string);
            format!(
                "The database cannot be reached: {source}. Is it running, is the address right?"
            )
        }
    };
    Error::Unavailable(text)
}
