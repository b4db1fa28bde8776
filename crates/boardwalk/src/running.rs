//! Starting and stopping: one value per process that Boardwalk can be, started from its options, stopped in the order
//! in which nothing is lost: the door, the hubs, the boards, the store.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use axum::Router;
use axum::serve::ListenerExt;
use document_service::{DocumentService, ServiceOptions};
use gateway::limits::MESSAGES_PER_SECOND;
use gateway::{AssetStore, Gateway, GatewayOptions, IN_PROCESS, Quotas, ServiceDirectory, ops};
use rsocket::tls::rustls::ServerConfig;
use storage::Storage;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use crate::asset_place;
use crate::cli::{
    AssetOptions, Creation, DocumentOptions, DoorOptions, GatewayOptions as GatewayFlags, MigrateOptions, ServeOptions,
};
use crate::cluster_secret;
use crate::data_folder::DataFolder;
use crate::https::{self, TlsListener};
use crate::instance_token;
use crate::{rsocket_tls, sign_in};

/// How long HTTP requests in flight may take once the process leaves.
const LAST_REQUESTS: Duration = Duration::from_secs(5);
/// Where a gateway that is not told otherwise has its folder of images.
const GATEWAY_DATA: &str = "./data";

/// A running process. Dropping it without [`stop`](Self::stop) is a crash.
pub struct Running {
    http: Option<Http>,
    gateway: Option<Gateway>,
    service: Option<Arc<DocumentService>>,
    background: Vec<JoinHandle<()>>,
    _data: Option<DataFolder>,
}

/// A web server on its socket.
struct Http {
    address: SocketAddr,
    is_https: bool,
    leaving: CancellationToken,
    serving: JoinHandle<std::io::Result<()>>,
}

impl Running {
    /// Everything in one process.
    ///
    /// # Errors
    /// The port is taken, the folder or the database cannot be used.
    pub async fn serve(options: &ServeOptions) -> Result<Self> {
        let tls = options.https.read()?;
        let socket = listen("--listen", &options.listen).await?;
        let (url, data) = database(options.database_url.as_deref(), &options.data_dir)?;
        let storage = open(&url).await?;
        let address = own_address(&url)?;
        let service = Arc::new(DocumentService::start(ServiceOptions::at(address), storage.clone()).await?);
        let served = service.clone();
        let directory = ServiceDirectory::in_process(move || {
            let (near, far) = rsocket::memory::pair();
            let service = served.clone();
            tokio::spawn(async move { service.serve_link(far).await });
            near
        });
        let assets = assets(&options.assets, &options.data_dir)?;
        let door = door(&options.door, options.public_url.clone())?;
        let gateway = Gateway::with_options(storage, directory, door, assets);
        let http = Http::start(socket, gateway.router(), tls)?;
        let background = vec![tokio::spawn(ops::record_metrics())];
        Ok(Self { http: Some(http), gateway: Some(gateway), service: Some(service), background, _data: data })
    }

    /// Only the door.
    ///
    /// # Errors
    /// The port is taken, the secret is missing or the database cannot be used.
    pub async fn gateway(options: &GatewayFlags) -> Result<Self> {
        let secret = cluster_secret::read()?;
        let socket = listen("--listen", &options.listen).await?;
        let storage = open(&options.database_url).await?;
        let tls = options.rsocket_tls_ca.as_deref().map(rsocket_tls::client).transpose()?;
        let connector = gateway::connector(secret.setup_metadata(), tls);
        let directory = ServiceDirectory::cluster(storage.clone(), connector);
        let assets = assets(&options.assets, Path::new(GATEWAY_DATA))?;
        let door = door(&options.door, options.public_url.clone())?;
        let gateway = Gateway::with_options(storage, directory, door, assets);
        let http = Http::start(socket, gateway.router(), None)?;
        let background = vec![tokio::spawn(ops::record_metrics())];
        Ok(Self { http: Some(http), gateway: Some(gateway), service: None, background, _data: None })
    }

    /// Only a document service.
    ///
    /// # Errors
    /// A port is taken, the secret is missing or the database cannot be used.
    pub async fn document(options: &DocumentOptions) -> Result<Self> {
        let secret = cluster_secret::read()?;
        let socket = listen("--rsocket-listen", &options.rsocket_listen).await?;
        let health = match &options.listen {
            Some(address) => Some(listen("--listen", address).await?),
            None => None,
        };
        let address = advertised(options.rsocket_advertise.as_deref(), socket.local_addr()?)?;
        let storage = open(&options.database_url).await?;
        let tls = rsocket_tls::of_document(&options.rsocket_tls)?;
        let (tls, trusted) = tls.unzip();
        let mut others = gateway::connector(secret.setup_metadata(), trusted);
        // What is handed over is not new load, and does not wait for a place.
        others.options.lease = false;
        let options = ServiceOptions::at(address).among(Arc::new(others));
        let service = Arc::new(DocumentService::start(options, storage.clone()).await?);
        let http = health.map(|socket| Http::start(socket, ops::routes(storage, None), None)).transpose()?;
        let accepting = service.clone();
        let background = vec![
            tokio::spawn(async move { accepting.serve_tcp(socket, secret, tls).await }),
            tokio::spawn(ops::record_metrics()),
        ];
        Ok(Self { http, gateway: None, service: Some(service), background, _data: None })
    }

    /// `http` or `https`.
    #[must_use]
    pub fn scheme(&self) -> &'static str {
        if self.http.as_ref().is_some_and(|http| http.is_https) { "https" } else { "http" }
    }

    /// Where the process answers HTTP, if it does.
    #[must_use]
    pub fn address(&self) -> Option<SocketAddr> {
        self.http.as_ref().map(|http| http.address)
    }

    /// Stops in good order: what was acknowledged is stored, what was received is stored if the store answers in time.
    pub async fn stop(self) {
        if let Some(http) = &self.http {
            http.leaving.cancel();
        }
        if let Some(gateway) = &self.gateway {
            gateway.drain().await;
        }
        if let Some(service) = &self.service {
            service.shutdown().await;
        }
        if let Some(http) = self.http
            && timeout(LAST_REQUESTS, http.serving).await.is_err()
        {
            tracing::warn!("some requests took too long to finish");
        }
        self.background.iter().for_each(JoinHandle::abort);
    }
}

impl Http {
    fn start(socket: TcpListener, router: Router, tls: Option<ServerConfig>) -> Result<Self> {
        let address = socket.local_addr()?;
        let (leaving, is_https) = (CancellationToken::new(), tls.is_some());
        let left = leaving.clone().cancelled_owned();
        if let Some(config) = tls {
            let service = https::with_peer(router.layer(https::mark()));
            let serving = axum::serve(TlsListener::start(socket, config)?, service).with_graceful_shutdown(left);
            return Ok(Self { address, is_https, leaving, serving: tokio::spawn(serving.into_future()) });
        }
        let socket = socket.tap_io(|stream| {
            if let Err(error) = stream.set_nodelay(true) {
                tracing::debug!(%error, "a socket keeps Nagle's delay");
            }
        });
        let service = router.into_make_service_with_connect_info::<SocketAddr>();
        let serving = axum::serve(socket, service).with_graceful_shutdown(left);
        Ok(Self { address, is_https, leaving, serving: tokio::spawn(serving.into_future()) })
    }
}

/// What the gateway is told of the door's flags and secrets.
fn door(options: &DoorOptions, public_url: Option<String>) -> Result<GatewayOptions> {
    let create_token = instance_token::read("BOARDWALK_CREATE_TOKEN")?;
    let sign_in = sign_in::read(&options.sign_in, public_url.as_deref())?;
    let creation = match (options.create, create_token) {
        (Creation::Open, _) => gateway::Creation::Anybody,
        (Creation::Token, Some(token)) => gateway::Creation::Token(token),
        (Creation::Token, None) => {
            bail!("set BOARDWALK_CREATE_TOKEN or BOARDWALK_CREATE_TOKEN_FILE: --create token wants one")
        }
        (Creation::SignedIn, _) if sign_in.is_none() => {
            bail!("name a provider by --sign-in-issuer: --create signed-in wants one")
        }
        (Creation::SignedIn, _) => gateway::Creation::SignedIn,
    };
    let admin_token = instance_token::read("BOARDWALK_ADMIN_TOKEN")?;
    let board_bytes = options.board_mib.map(|mib| u64::from(mib) << 20);
    let quotas = Quotas { boards: options.max_boards, board_bytes, asset_bytes: None };
    let messages_per_second = options.messages_per_second.unwrap_or(MESSAGES_PER_SECOND);
    let trusts_proxy = options.behind_proxy;
    Ok(GatewayOptions { public_url, trusts_proxy, creation, sign_in, admin_token, quotas, messages_per_second })
}

/// Brings the schema of a database up to date.
///
/// # Errors
/// The database cannot be used.
pub async fn migrate(options: &MigrateOptions) -> Result<()> {
    let (url, _data) = database(options.database_url.as_deref(), &options.data_dir)?;
    open(&url).await?;
    Ok(())
}

async fn listen(flag: &str, address: &str) -> Result<TcpListener> {
    match TcpListener::bind(address).await {
        Ok(socket) => Ok(socket),
        Err(error) if error.kind() == std::io::ErrorKind::AddrInUse => {
            bail!("{address} is in use: stop what listens there, or choose another {flag}")
        }
        Err(error) => Err(error).with_context(|| format!("cannot listen on {address} ({flag})")),
    }
}

/// The database's URL; the data folder is taken only where the database lives in it.
fn database(url: Option<&str>, data_dir: &Path) -> Result<(String, Option<DataFolder>)> {
    match url {
        Some(url) => Ok((url.to_owned(), None)),
        None => {
            let data = DataFolder::take(data_dir)?;
            Ok((data.database_url(), Some(data)))
        }
    }
}

fn assets(options: &AssetOptions, data_dir: &Path) -> Result<AssetStore> {
    asset_place::open(&options.place, data_dir, u64::from(options.assets_gib) << 30)
}

async fn open(url: &str) -> Result<Arc<dyn Storage>> {
    storage::open(url).await.context("cannot open the database")
}

/// The name under which the service of `serve` owns boards. On SQLite it is always the same, so that a restart after a
/// crash need not wait for its former lease; on a database that others may use it is never another's.
fn own_address(database_url: &str) -> Result<String> {
    if !database_url.starts_with("postgres") {
        return Ok(IN_PROCESS.to_owned());
    }
    let run = getrandom::u64().context("the operating system gives no random bytes")?;
    Ok(format!("{IN_PROCESS}-{run:016x}"))
}

fn advertised(given: Option<&str>, listening: SocketAddr) -> Result<String> {
    match given {
        Some(address) => Ok(address.to_owned()),
        None if listening.ip().is_unspecified() => {
            bail!(
                "listening on {listening} needs --rsocket-advertise: the address at which gateways reach this service"
            )
        }
        None => Ok(listening.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gateways_are_told_an_address_they_can_reach() {
        let at = |text: &str| text.parse().expect("an address");
        for (given, listening, told) in [
            (None, "127.0.0.1:7400", Some("127.0.0.1:7400")),
            (None, "0.0.0.0:7400", None),
            (Some("doc-1:7400"), "0.0.0.0:7400", Some("doc-1:7400")),
        ] {
            assert_eq!(advertised(given, at(listening)).ok().as_deref(), told);
        }
    }

    #[test]
    fn a_shared_database_sees_different_owners() {
        let own = |url| own_address(url).expect("random bytes");
        assert_eq!(own("sqlite:x"), own("sqlite:x"));
        assert_ne!(own("postgres://x"), own("postgres://x"));
    }
}
