//! The command line. Every flag has a twin in the environment; secrets have only that, see `cluster_secret`.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::https::HttpsFiles;
use crate::logging::LogFormat;

/// A whiteboard for many people at once.
#[derive(Debug, Parser)]
#[command(name = "boardwalk", version)]
pub struct Cli {
    /// Human lines or JSON; what is logged is set by `BOARDWALK_LOG`
    #[arg(long, global = true, env = "BOARDWALK_LOG_FORMAT", value_enum, default_value_t)]
    pub log_format: LogFormat,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What the binary can run as.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Everything in one process; by default on SQLite in the data folder
    Serve(ServeOptions),
    /// Only the door: pages, REST and WebSockets, in front of document services
    Gateway(GatewayOptions),
    /// Only a document service: the boards that are placed on it
    Document(DocumentOptions),
    /// Bring the database's schema up to date and leave
    Migrate(MigrateOptions),
    /// Write everything that is kept into one file, while people draw
    Backup(BackupOptions),
    /// Bring a backup into an empty database; the server must be stopped
    Restore(RestoreOptions),
    /// Ask a running process whether it is ready; for container health checks
    Health(HealthOptions),
}

/// Options of `serve`.
#[derive(Debug, Clone, Args)]
pub struct ServeOptions {
    /// Address for pages, REST and WebSockets
    #[arg(long, env = "BOARDWALK_LISTEN", default_value = "127.0.0.1:8080")]
    pub listen: String,
    /// Folder for everything that is kept; made if missing
    #[arg(long, env = "BOARDWALK_DATA_DIR", default_value = "./data")]
    pub data_dir: PathBuf,
    /// `sqlite:PATH` or `postgres://…`; default: SQLite in the data folder
    #[arg(long, env = "BOARDWALK_DATABASE_URL", hide_env_values = true)]
    pub database_url: Option<String>,
    /// How people reach this server, for links; default: as each request did
    #[arg(long, env = "BOARDWALK_PUBLIC_URL", value_parser = public_url)]
    pub public_url: Option<String>,
    /// Images on boards.
    #[command(flatten)]
    pub assets: AssetOptions,
    /// HTTPS.
    #[command(flatten)]
    pub https: HttpsFiles,
    /// Who may come and make boards.
    #[command(flatten)]
    pub door: DoorOptions,
}

/// Where images on boards are kept.
#[derive(Debug, Clone, Args)]
pub struct AssetOptions {
    /// Where they are.
    #[command(flatten)]
    pub place: AssetPlace,
    /// GiB that the images of all boards may take together
    #[arg(long, env = "BOARDWALK_ASSETS_GIB", default_value_t = 50)]
    pub assets_gib: u32,
}

/// Where images are.
#[derive(Debug, Clone, Default, Args)]
pub struct AssetPlace {
    /// A folder or `s3://BUCKET/PREFIX` for images, the same for all gateways; S3's keys, region and endpoint come from
    /// the usual `AWS_…` variables. Default: `assets` in the data folder, for `gateway` in ./data
    #[arg(long, env = "BOARDWALK_ASSETS_URL")]
    pub assets_url: Option<String>,
}

/// Options of whatever people reach.
#[derive(Debug, Clone, Default, Args)]
pub struct DoorOptions {
    /// Who may make boards: anybody, whoever has `BOARDWALK_CREATE_TOKEN`, or whoever is signed in
    #[arg(long, env = "BOARDWALK_CREATE", value_enum, default_value_t)]
    pub create: Creation,
    /// Everybody comes through a proxy that appends their address to X-Forwarded-For: count by that
    #[arg(long, env = "BOARDWALK_BEHIND_PROXY")]
    pub behind_proxy: bool,
    /// Boards that there may be, with those in the bin; as many as people make by default
    #[arg(long, env = "BOARDWALK_MAX_BOARDS")]
    pub max_boards: Option<u64>,
    /// MiB that one board may take, without its versions and images; as much as people draw by default
    #[arg(long, env = "BOARDWALK_BOARD_MIB")]
    pub board_mib: Option<u32>,
    /// Messages a second that one connection may send for ever, after a burst of 20,000; a person who draws sends under a
    /// hundred. [default: 1000]
    #[arg(long, env = "BOARDWALK_MESSAGES_PER_SECOND", value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    pub messages_per_second: Option<u32>,
    /// Signing in.
    #[command(flatten)]
    pub sign_in: SignInFlags,
}

/// Who may make boards.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum Creation {
    /// Anybody
    #[default]
    Open,
    /// Whoever has the token
    Token,
    /// Whoever is signed in; wants `--sign-in-issuer`
    SignedIn,
}

/// Signing in with OpenID Connect: issuer and client id, or neither. The client's secret comes from
/// `BOARDWALK_SIGN_IN_CLIENT_SECRET` or the file that `…_FILE` names.
#[derive(Debug, Clone, Default, Args)]
pub struct SignInFlags {
    /// The address of an OpenID Connect provider, exactly as it calls itself: people can sign in there. Wants --public-url
    /// and a client secret in `BOARDWALK_SIGN_IN_CLIENT_SECRET` (or `…_FILE`)
    #[arg(long, env = "BOARDWALK_SIGN_IN_ISSUER", requires = "sign_in_client_id")]
    pub sign_in_issuer: Option<String>,
    /// What the provider calls this server
    #[arg(long, env = "BOARDWALK_SIGN_IN_CLIENT_ID", requires = "sign_in_issuer")]
    pub sign_in_client_id: Option<String>,
}

/// Options of `gateway`.
#[derive(Debug, Clone, Args)]
pub struct GatewayOptions {
    /// Address for pages, REST and WebSockets
    #[arg(long, env = "BOARDWALK_LISTEN", default_value = "127.0.0.1:8080")]
    pub listen: String,
    /// The database that the document services use
    #[arg(long, env = "BOARDWALK_DATABASE_URL", hide_env_values = true)]
    pub database_url: String,
    /// How people reach this server, for links; default: as each request did
    #[arg(long, env = "BOARDWALK_PUBLIC_URL", value_parser = public_url)]
    pub public_url: Option<String>,
    /// Images on boards.
    #[command(flatten)]
    pub assets: AssetOptions,
    /// Who may come and make boards.
    #[command(flatten)]
    pub door: DoorOptions,
    /// PEM file of the certificates to trust; connections to document services are under TLS then
    #[arg(long, env = "BOARDWALK_RSOCKET_TLS_CA")]
    pub rsocket_tls_ca: Option<PathBuf>,
}

/// TLS between the processes of a cluster: all of it or none.
#[derive(Debug, Clone, Default, Args)]
pub struct RsocketTls {
    /// PEM file of this service's certificate, for the host of its advertised address
    #[arg(long, env = "BOARDWALK_RSOCKET_TLS_CERT")]
    pub rsocket_tls_cert: Option<PathBuf>,
    /// PEM file of its key
    #[arg(long, env = "BOARDWALK_RSOCKET_TLS_KEY")]
    pub rsocket_tls_key: Option<PathBuf>,
    /// PEM file of the certificates to trust in other services
    #[arg(long, env = "BOARDWALK_RSOCKET_TLS_CA")]
    pub rsocket_tls_ca: Option<PathBuf>,
}

/// Options of `document`.
#[derive(Debug, Clone, Args)]
pub struct DocumentOptions {
    /// Address at which gateways connect
    #[arg(long, env = "BOARDWALK_RSOCKET_LISTEN", default_value = "127.0.0.1:7400")]
    pub rsocket_listen: String,
    /// The same address as gateways see it; default: the one listened on
    #[arg(long, env = "BOARDWALK_RSOCKET_ADVERTISE")]
    pub rsocket_advertise: Option<String>,
    /// The database
    #[arg(long, env = "BOARDWALK_DATABASE_URL", hide_env_values = true)]
    pub database_url: String,
    /// Address for health and metrics; default: none
    #[arg(long, env = "BOARDWALK_LISTEN")]
    pub listen: Option<String>,
    /// TLS on the RSocket port.
    #[command(flatten)]
    pub rsocket_tls: RsocketTls,
}

/// Options of `migrate`.
#[derive(Debug, Clone, Args)]
pub struct MigrateOptions {
    /// Folder of the default database; made if missing
    #[arg(long, env = "BOARDWALK_DATA_DIR", default_value = "./data")]
    pub data_dir: PathBuf,
    /// The database; default: SQLite in the data folder
    #[arg(long, env = "BOARDWALK_DATABASE_URL", hide_env_values = true)]
    pub database_url: Option<String>,
}

/// Options of `backup`.
#[derive(Debug, Clone, Args)]
pub struct BackupOptions {
    /// The file to write; an older one is replaced once the new one is whole
    pub file: PathBuf,
    /// Folder of the default database and of assets
    #[arg(long, env = "BOARDWALK_DATA_DIR", default_value = "./data")]
    pub data_dir: PathBuf,
    /// The database; default: SQLite in the data folder
    #[arg(long, env = "BOARDWALK_DATABASE_URL", hide_env_values = true)]
    pub database_url: Option<String>,
    /// Where images are.
    #[command(flatten)]
    pub assets: AssetPlace,
}

/// Options of `restore`.
#[derive(Debug, Clone, Args)]
pub struct RestoreOptions {
    /// The file to read; it may come from the other kind of database
    pub file: PathBuf,
    /// Folder of the default database and of assets; made if missing
    #[arg(long, env = "BOARDWALK_DATA_DIR", default_value = "./data")]
    pub data_dir: PathBuf,
    /// The database, which must be empty; default: SQLite in the data folder
    #[arg(long, env = "BOARDWALK_DATABASE_URL", hide_env_values = true)]
    pub database_url: Option<String>,
    /// Where images are.
    #[command(flatten)]
    pub assets: AssetPlace,
}

/// Options of `health`.
#[derive(Debug, Clone, Args)]
pub struct HealthOptions {
    /// Where the process listens; an address that means "everywhere" is asked on this machine
    #[arg(long, env = "BOARDWALK_LISTEN", default_value = "127.0.0.1:8080")]
    pub listen: String,
    /// The certificate that `serve` was given: with it, the process is asked over HTTPS
    #[arg(long, env = "BOARDWALK_TLS_CERT")]
    pub tls_cert: Option<PathBuf>,
}

/// An `http` or `https` URL of a whole site, without a slash at its end.
fn public_url(text: &str) -> Result<String, &'static str> {
    const EXPECTED: &str = "expected http://HOST or https://HOST, with a port if need be, and nothing behind it";
    let url: axum::http::Uri = text.trim_end_matches('/').parse().map_err(|_| EXPECTED)?;
    let is_site = matches!(url.scheme_str(), Some("http" | "https")) && url.authority().is_some();
    if !is_site || url.path() != "/" || url.query().is_some() || text.contains('#') {
        return Err(EXPECTED);
    }
    Ok(text.trim_end_matches('/').to_owned())
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_makes_sense() {
        Cli::command().debug_assert();
    }

    #[test]
    fn public_urls_are_whole_sites() {
        for (text, url) in [
            ("https://boards.example", Some("https://boards.example")),
            ("http://10.0.0.2:8080/", Some("http://10.0.0.2:8080")),
            ("boards.example", None),
            ("ftp://boards.example", None),
            ("https://boards.example/below", None),
            ("https://boards.example/?x", None),
            ("https://boards.example/#x", None),
            ("", None),
        ] {
            assert_eq!(public_url(text).ok().as_deref(), url, "{text}");
        }
    }
}
