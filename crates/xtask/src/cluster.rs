//! What `docker-compose.yml` describes, as plain processes: PostgreSQL, two document services, one gateway. Knows of
//! Boardwalk only its flags and `/health/ready`.

use std::ffi::OsString;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, bail};

use crate::postgres::{Postgres, random_hex};
use crate::process::{self, Running};
use crate::step::step;
use crate::{interrupt, port, server};

const DOCUMENT_SERVICES: usize = 2;
const READY_LIMIT: Duration = Duration::from_secs(60);
const PROBE_LIMIT: Duration = Duration::from_secs(2);

/// A running cluster; dropping it stops all of it.
pub struct Cluster {
    // Order matters: the door closes first, the database last.
    gateway: Running,
    documents: Vec<Running>,
    _postgres: Postgres,
    url: String,
}

impl Cluster {
    /// Starts it and waits until the gateway is ready. `listen` is the gateway's address.
    pub fn start(binary: &Path, listen: &str) -> Result<Self> {
        let postgres = Postgres::start()?;
        let secret = random_hex()?;
        let boardwalk = |task: &str| {
            let mut command = Command::new(binary);
            command.arg(task).env("BOARDWALK_DATABASE_URL", postgres.url()).env("BOARDWALK_CLUSTER_SECRET", &secret);
            command
        };
        process::output(&mut boardwalk("migrate"))?;
        let mut documents = Vec::new();
        for number in 1..=DOCUMENT_SERVICES {
            let address = format!("127.0.0.1:{}", port::free()?);
            let health = format!("127.0.0.1:{}", port::free()?);
            let mut command = boardwalk("document");
            command.args(["--rsocket-listen", &address, "--rsocket-advertise", &address, "--listen", &health]);
            documents.push(Running::start(&format!("document {number}"), &mut command)?);
            wait_until_ready(&health, documents.last_mut().into_iter())?;
        }
        let url = format!("http://{listen}");
        let mut command = boardwalk("gateway");
        command.args(["--listen", listen, "--public-url", &url]);
        let mut gateway = Running::start("gateway", &mut command)?;
        wait_until_ready(listen, documents.iter_mut().chain([&mut gateway]))?;
        Ok(Self { gateway, documents, _postgres: postgres, url })
    }

    /// Where a browser finds it.
    pub fn url(&self) -> &str {
        &self.url
    }

    fn check(&mut self) -> Result<()> {
        self.documents.iter_mut().chain([&mut self.gateway]).try_for_each(Running::check)
    }
}

/// Builds and starts a cluster; runs `command` against it (`BOARDWALK_URL`), or goes on until Ctrl-C if it is empty.
pub fn run(root: &Path, command: &[OsString]) -> Result<()> {
    let binary = server::build(root)?;
    interrupt::listen()?;
    let listen = if command.is_empty() { "127.0.0.1:8080".to_owned() } else { format!("127.0.0.1:{}", port::free()?) };
    let mut cluster =
        step("cluster: PostgreSQL, two document services, a gateway", "seconds", || Cluster::start(&binary, &listen))?;
    println!("==> {} (Ctrl-C stops it)", cluster.url());
    if let Some((program, arguments)) = command.split_first() {
        return process::run(Command::new(program).args(arguments).env("BOARDWALK_URL", cluster.url()));
    }
    while interrupt::pause(Duration::from_millis(500)).is_ok() {
        cluster.check()?;
    }
    Ok(())
}

fn wait_until_ready<'a>(address: &str, processes: impl Iterator<Item = &'a mut Running>) -> Result<()> {
    let url = format!("http://{address}/health/ready");
    let mut processes: Vec<_> = processes.collect();
    let agent: ureq::Agent = ureq::Agent::config_builder().timeout_global(Some(PROBE_LIMIT)).build().into();
    let mut last = None;
    let ready = interrupt::poll(READY_LIMIT, || {
        processes.iter_mut().try_for_each(|process| process.check())?;
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
