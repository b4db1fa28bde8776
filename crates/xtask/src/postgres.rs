//! A PostgreSQL of our own for as long as we need it: a fresh cluster in a temporary folder on a free port, gone after.
//! Durable as in production (fsync stays on). Knows nothing of our tables.

use std::fs;
use std::os::unix::fs::chown;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use tempfile::TempDir;

use crate::process::{self, Running};
use crate::{apt, interrupt, port};

/// Tells the tests where it is; without it they leave PostgreSQL out.
pub const TEST_URL: &str = "BOARDWALK_TEST_POSTGRES_URL";

/// Role and database of the cluster.
const NAME: &str = "boardwalk";
/// `initdb` and `postgres` refuse root; Debian's package makes this user.
const SYSTEM_USER: &str = "postgres";
const START_LIMIT: Duration = Duration::from_secs(60);
const CREATE_CLUSTER_CONF: &str = "/etc/postgresql-common/createcluster.conf";

/// A running server; dropping it stops the server and removes its folder.
pub struct Postgres {
    // Order matters: the server stops before its folder goes.
    server: Running,
    folder: TempDir,
    programs: PathBuf,
    password: String,
    port: u16,
    url: String,
}

impl Postgres {
    /// Starts one, installing Debian's package if there is none.
    pub fn start() -> Result<Self> {
        let (programs, folder) = (programs()?, new_folder()?);
        let password = random_hex()?;
        let password_file = folder.path().join("password");
        fs::write(&password_file, &password)?;
        let mut initdb = as_system_user(&programs.join("initdb"), folder.path());
        initdb.args(["--username", NAME, "--auth=scram-sha-256", "--encoding=UTF8", "--no-locale", "--no-sync"]);
        process::output(initdb.arg("--pwfile").arg(&password_file).arg("--pgdata").arg(data(&folder)))?;
        let postgres = Self::run(folder, programs, password)?;
        let mut createdb = client(&postgres.programs.join("createdb"), postgres.port);
        process::output(createdb.env("PGPASSWORD", &postgres.password).arg(NAME))?;
        Ok(postgres)
    }

    /// A standby of this server, which from now on confirms only what the standby has on its disk, too.
    pub fn start_standby(&self) -> Result<Self> {
        self.sql("ALTER SYSTEM SET synchronous_standby_names = '*'")?;
        let folder = new_folder()?;
        let mut copy = as_system_user(&self.programs.join("pg_basebackup"), folder.path());
        copy.args(["--host", "127.0.0.1", "--port", &self.port.to_string(), "--username", NAME]);
        copy.args(["--checkpoint=fast", "--write-recovery-conf", "--pgdata"]).arg(data(&folder));
        process::output(copy.env("PGPASSWORD", &self.password))?;
        let standby = Self::run(folder, self.programs.clone(), self.password.clone())?;
        self.sql("SELECT pg_reload_conf()")?;
        let follows = || Ok(self.sql("SELECT sync_state FROM pg_stat_replication")?.contains("sync").then_some(()));
        interrupt::poll(START_LIMIT, follows)?.context("the standby does not follow")?;
        Ok(standby)
    }

    /// Makes a standby the server that takes writes.
    pub fn promote(&self) -> Result<()> {
        // It has no standby of its own to wait for.
        self.sql("ALTER SYSTEM RESET synchronous_standby_names")?;
        self.sql("SELECT pg_reload_conf()")?;
        self.sql("SELECT pg_promote()")?;
        Ok(())
    }

    /// Kills the server as a crash would.
    pub fn crash(&mut self) -> Result<()> {
        self.server.kill()
    }

    /// Starts it again after a crash, where it was.
    pub fn start_again(&mut self) -> Result<()> {
        self.server = serve(&self.programs, &self.folder, self.port)?;
        self.wait_until_ready()
    }

    fn run(folder: TempDir, programs: PathBuf, password: String) -> Result<Self> {
        let port = port::free()?;
        let server = serve(&programs, &folder, port)?;
        let url = format!("postgres://{NAME}:{password}@127.0.0.1:{port}/{NAME}");
        let mut postgres = Self { server, folder, programs, password, port, url };
        postgres.wait_until_ready()?;
        Ok(postgres)
    }

    /// What a statement gives, as text without headings.
    pub fn sql(&self, statement: &str) -> Result<String> {
        let mut psql = client(&self.programs.join("psql"), self.port);
        psql.args(["--no-psqlrc", "--tuples-only", "--dbname", NAME, "--command", statement]);
        process::output(psql.env("PGPASSWORD", &self.password))
    }

    /// Where it listens on loopback.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The same database through another port, such as a proxy's.
    pub fn url_through(&self, port: u16) -> String {
        format!("postgres://{NAME}:{}@127.0.0.1:{port}/{NAME}", self.password)
    }

    /// `postgres://…`, with its password, for a role that may do everything.
    pub fn url(&self) -> &str {
        &self.url
    }

    fn wait_until_ready(&mut self) -> Result<()> {
        let ready = interrupt::poll(START_LIMIT, || {
            self.server.check()?;
            Ok(process::output(client(&self.programs.join("pg_isready"), self.port).arg("--quiet")).ok())
        })?;
        if ready.is_none() {
            bail!("PostgreSQL was not ready within {} s", START_LIMIT.as_secs());
        }
        Ok(())
    }
}

/// A folder of the user that PostgreSQL runs as.
fn new_folder() -> Result<TempDir> {
    let folder = tempfile::Builder::new().prefix("boardwalk-postgres-").tempdir()?;
    if process::is_root() {
        let id = |flag: &str| -> Result<u32> {
            Ok(process::output(Command::new("id").args([flag, SYSTEM_USER]))?.trim().parse()?)
        };
        chown(folder.path(), Some(id("-u")?), Some(id("-g")?))?;
    }
    Ok(folder)
}

fn data(folder: &TempDir) -> PathBuf {
    folder.path().join("cluster")
}

fn serve(programs: &Path, folder: &TempDir, port: u16) -> Result<Running> {
    let mut postgres = as_system_user(&programs.join("postgres"), folder.path());
    postgres.arg("-D").arg(data(folder)).arg("-k").arg(folder.path()).args([
        "-h",
        "127.0.0.1",
        "-p",
        &port.to_string(),
    ]);
    // Many tests at once, each with a pool; their deliberate errors are not ours to print.
    postgres.args(["-c", "max_connections=300", "-c", "log_min_messages=panic"]);
    Ok(Running::start("postgres", &mut postgres)?.stop_by_interrupt())
}

/// The folder of `initdb` and `postgres`: PostgreSQL's own, since Debian keeps them off `PATH`.
fn programs() -> Result<PathBuf> {
    if let Some(folder) = find_programs() {
        return Ok(folder);
    }
    let why = "the tests on PostgreSQL";
    // Debian would start a cluster of its own beside ours.
    apt::install(why, &["postgresql-common"])?;
    let conf = fs::read_to_string(CREATE_CLUSTER_CONF).unwrap_or_default();
    fs::write(CREATE_CLUSTER_CONF, format!("{conf}\ncreate_main_cluster = false\n"))?;
    apt::install(why, &["postgresql"])?;
    find_programs().context("Debian's postgresql is installed, but has no initdb")
}

fn find_programs() -> Option<PathBuf> {
    let mut versions: Vec<u32> = fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok())
        .collect();
    versions.sort_unstable();
    let debian = versions.into_iter().rev().map(|version| PathBuf::from(format!("/usr/lib/postgresql/{version}/bin")));
    let on_path = process::find("initdb").and_then(|initdb| Some(initdb.parent()?.to_path_buf()));
    debian.chain(on_path).find(|folder| folder.join("initdb").is_file() && folder.join("postgres").is_file())
}

fn as_system_user(program: &Path, folder: &Path) -> Command {
    let mut command = if process::is_root() {
        let mut command = Command::new("setpriv");
        command.args(["--reuid", SYSTEM_USER, "--regid", SYSTEM_USER, "--init-groups"]).arg(program);
        command
    } else {
        Command::new(program)
    };
    command.current_dir(folder).env("LC_ALL", "C");
    command
}

fn client(program: &Path, port: u16) -> Command {
    let mut command = Command::new(program);
    command.args(["--host", "127.0.0.1", "--port", &port.to_string(), "--username", NAME]);
    command
}

/// 128 random bits, in hexadecimal: a password for one run.
pub fn random_hex() -> Result<String> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).context("no randomness")?;
    Ok(format!("{:032x}", u128::from_le_bytes(bytes)))
}
