//! What `docker-compose.yml` describes, as plain processes: PostgreSQL, document services, gateways. Knows of Boardwalk
//! only its flags and `/health/ready`.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, bail};

use crate::postgres::{Postgres, random_hex};
use crate::process::{self, Running};
use crate::relay::Relay;
use crate::step::step;
use crate::{interrupt, port, server};

const READY_LIMIT: Duration = Duration::from_secs(60);
const PROBE_LIMIT: Duration = Duration::from_secs(2);

/// How many of each.
#[derive(Clone, Copy)]
pub struct Layout {
    /// Document services.
    pub documents: usize,
    /// Gateways.
    pub gateways: usize,
    /// Whether each document service is behind relays of its own.
    pub is_relayed: bool,
}

impl Layout {
    /// As in `docker-compose.yml`, which is scaled by one gateway: people behind either know of each other.
    const COMPOSE: Self = Self { documents: 2, gateways: 2, is_relayed: false };
}

/// One process, and how to start it again where it was.
pub struct Member {
    name: String,
    arguments: Vec<String>,
    /// The database as it sees it, if not as all do.
    database_url: Option<String>,
    /// Where it answers HTTP.
    pub address: String,
    running: Running,
}

/// What every process is started with.
struct Common {
    binary: PathBuf,
    database_url: String,
    secret: String,
    log: &'static str,
}

/// Running processes; dropping them stops all.
pub struct Cluster {
    // Order matters: the doors close first.
    /// The doors.
    pub gateways: Vec<Member>,
    /// The services behind them.
    pub documents: Vec<Member>,
    /// Between gateways and each document service, in their order; none without relays.
    pub doors: Vec<Relay>,
    /// Between each document service and the database.
    pub lines: Vec<Relay>,
    common: Common,
}

impl Cluster {
    /// Starts the processes on a database and waits until the gateways are ready. `listen` is the first gateway's
    /// address; `log` says what is logged.
    pub fn start(
        binary: &Path,
        database_url: &str,
        layout: Layout,
        listen: Option<&str>,
        log: &'static str,
    ) -> Result<Self> {
        let common =
            Common { binary: binary.to_owned(), database_url: database_url.to_owned(), secret: random_hex()?, log };
        process::output(&mut common.command(&["migrate".to_owned()], None))?;
        let (mut documents, mut doors, mut lines) = (Vec::new(), Vec::new(), Vec::new());
        for number in 1..=layout.documents {
            let (port, health) = (port::free()?, local(port::free()?));
            let (mut told, mut own_url) = (port, None);
            if layout.is_relayed {
                let (door, line) = (Relay::start(port)?, Relay::start(port_of(database_url)?)?);
                (told, own_url) = (door.port(), Some(with_port(database_url, line.port())?));
                doors.push(door);
                lines.push(line);
            }
            let (address, told) = (local(port), local(told));
            let flags = ["--rsocket-listen", &address, "--rsocket-advertise", &told, "--listen", &health];
            let name = format!("document {number}");
            documents.push(Member::start(&common, name, "document", &flags, &health, own_url)?);
        }
        let mut gateways = Vec::new();
        for number in 1..=layout.gateways {
            let address = match listen.filter(|_| number == 1) {
                Some(address) => address.to_owned(),
                None => local(port::free()?),
            };
            let flags = ["--listen", &address, "--public-url", &format!("http://{address}")];
            gateways.push(Member::start(&common, format!("gateway {number}"), "gateway", &flags, &address, None)?);
        }
        let mut cluster = Self { gateways, documents, doors, lines, common };
        cluster.wait_until_ready()?;
        Ok(cluster)
    }

    /// Where a browser finds it: the first gateway.
    pub fn url(&self) -> String {
        format!("http://{}", self.gateways[0].address)
    }

    /// Where else a browser finds it: the last gateway.
    pub fn other_url(&self) -> String {
        self.gateways.last().map_or_else(|| self.url(), |gateway| format!("http://{}", gateway.address))
    }

    /// Waits until everybody is ready.
    pub fn wait_until_ready(&mut self) -> Result<()> {
        self.documents.iter_mut().chain(&mut self.gateways).try_for_each(Member::wait_until_ready)
    }

    /// Starts again whoever has ended, as an orchestrator does.
    pub fn tend(&mut self) -> Result<()> {
        for member in self.documents.iter_mut().chain(&mut self.gateways) {
            if member.running.has_ended()? {
                member.start_again(&self.common)?;
            }
        }
        Ok(())
    }

    /// Replaces a document service as a rolling restart does: asked to leave, waited for, started again.
    pub fn replace_document(&mut self, index: usize) -> Result<()> {
        let member = &mut self.documents[index];
        member.running.stop()?;
        member.start_again(&self.common)?;
        member.wait_until_ready()
    }

    fn check(&mut self) -> Result<()> {
        self.documents.iter_mut().chain(&mut self.gateways).try_for_each(|member| member.running.check())
    }
}

impl Common {
    fn command(&self, arguments: &[String], database_url: Option<&str>) -> Command {
        let mut command = Command::new(&self.binary);
        let database_url = database_url.unwrap_or(&self.database_url);
        command
            .args(arguments)
            .env("BOARDWALK_DATABASE_URL", database_url)
            .env("BOARDWALK_CLUSTER_SECRET", &self.secret);
        command.env("BOARDWALK_LOG", self.log);
        command
    }
}

impl Member {
    fn start(
        common: &Common,
        name: String,
        task: &str,
        flags: &[&str],
        address: &str,
        database_url: Option<String>,
    ) -> Result<Self> {
        let arguments: Vec<String> = std::iter::once(task).chain(flags.iter().copied()).map(str::to_owned).collect();
        let running = Running::start(&name, &mut common.command(&arguments, database_url.as_deref()))?;
        Ok(Self { name, arguments, database_url, address: address.to_owned(), running })
    }

    fn start_again(&mut self, common: &Common) -> Result<()> {
        let mut command = common.command(&self.arguments, self.database_url.as_deref());
        self.running = Running::start(&self.name, &mut command)?;
        Ok(())
    }

    /// Its process id.
    pub fn pid(&self) -> u32 {
        self.running.pid()
    }

    fn wait_until_ready(&mut self) -> Result<()> {
        let url = format!("http://{}/health/ready", self.address);
        let agent: ureq::Agent = ureq::Agent::config_builder().timeout_global(Some(PROBE_LIMIT)).build().into();
        let mut last = None;
        let ready = interrupt::poll(READY_LIMIT, || {
            self.running.check()?;
            match agent.get(&url).call() {
                Ok(_) => Ok(Some(())),
                Err(error) => {
                    last = Some(error);
                    Ok(None)
                }
            }
        })?;
        match (ready, last) {
            (Some(()), _) => Ok(()),
            (None, Some(error)) => Err(error).with_context(|| format!("{url} did not answer in time")),
            (None, None) => bail!("{url} was never asked"),
        }
    }
}

/// The port in a database's URL.
fn port_of(url: &str) -> Result<u16> {
    let port = url.rsplit_once(':').and_then(|(_, rest)| rest.split('/').next()?.parse().ok());
    port.with_context(|| "the database's URL names no port".to_owned())
}

fn with_port(url: &str, port: u16) -> Result<String> {
    Ok(url.replace(&format!(":{}/", port_of(url)?), &format!(":{port}/")))
}

fn local(port: u16) -> String {
    format!("127.0.0.1:{port}")
}

/// As `docker-compose.yml` has it, with a PostgreSQL that lives as long.
pub fn as_composed(binary: &Path, listen: &str) -> Result<(Cluster, Postgres)> {
    let postgres = Postgres::start()?;
    Ok((Cluster::start(binary, postgres.url(), Layout::COMPOSE, Some(listen), "info,sqlx=warn")?, postgres))
}

/// Builds and starts a cluster; runs `command` against it (`BOARDWALK_URL`), or goes on until Ctrl-C if it is empty.
pub fn run(root: &Path, command: &[OsString]) -> Result<()> {
    let binary = server::build(root)?;
    interrupt::listen()?;
    let listen = if command.is_empty() { "127.0.0.1:8080".to_owned() } else { local(port::free()?) };
    let name = "cluster: PostgreSQL, two document services, two gateways";
    let (mut cluster, _postgres) = step(name, "seconds", || as_composed(&binary, &listen))?;
    println!("==> {} (Ctrl-C stops it)", cluster.url());
    if let Some((program, arguments)) = command.split_first() {
        let mut command = Command::new(program);
        command.args(arguments).env("BOARDWALK_URL", cluster.url()).env("BOARDWALK_OTHER_URL", cluster.other_url());
        return process::run(&mut command);
    }
    while interrupt::pause(Duration::from_millis(500)).is_ok() {
        cluster.check()?;
    }
    Ok(())
}
