//! A server as a process of its own: started, watched through `/proc`, stopped or killed. It must not know what is asked
//! of it.

use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use anyhow::{Context, Result, bail};
use rustix::process::{Pid, Signal, kill_process};
use tokio::net::TcpStream;
use tokio::time::{Instant, sleep};

use crate::place::Speech;

/// How long a server may take to listen.
const START_LIMIT: Duration = Duration::from_secs(20);
/// How long it may take to stop when asked.
const STOP_LIMIT: Duration = Duration::from_secs(20);
/// Where a peer's script lies, seen from the workspace.
const PEERS: &str = "crates/load/peers";

/// What is started, and where it keeps its data.
#[derive(Debug, Clone)]
pub struct Recipe {
    /// The server.
    pub speech: Speech,
    /// Our binary; not asked for with peers.
    pub binary: PathBuf,
    /// Its data.
    pub folder: PathBuf,
    /// What one connection may send to ours, where it is not what people need.
    pub messages_per_second: Option<u32>,
}

impl Recipe {
    /// The URL of our store.
    #[must_use]
    pub fn database_url(&self) -> String {
        format!("sqlite:{}", self.folder.join("boardwalk.sqlite").display())
    }

    fn command(&self, address: SocketAddr) -> Command {
        let script = match self.speech {
            Speech::Boardwalk | Speech::Stock => {
                let mut command = Command::new(&self.binary);
                command.args(["serve", "--listen", &address.to_string(), "--data-dir"]).arg(&self.folder);
                if let Some(messages) = self.messages_per_second {
                    command.args(["--messages-per-second", &messages.to_string()]);
                }
                command.env("BOARDWALK_LOG", "warn");
                return command;
            }
            Speech::YWebsocket => "y-websocket.mjs",
            Speech::Hocuspocus => "hocuspocus.mjs",
        };
        let mut command = Command::new("node");
        command.arg(Path::new(PEERS).join(script)).arg(address.port().to_string()).arg(&self.folder);
        command
    }
}

/// A running server. Dropped, it is killed.
pub struct Server {
    child: Child,
    address: SocketAddr,
    /// From the start of the process until it listened.
    pub started_in: Duration,
}

impl Server {
    /// Starts a server on a free port and waits until it listens.
    ///
    /// # Errors
    /// It does not start, or does not listen in time.
    pub async fn start(recipe: &Recipe) -> Result<Self> {
        let address = TcpListener::bind("127.0.0.1:0")?.local_addr()?;
        let began = Instant::now();
        let mut command = recipe.command(address);
        let child = command.stdout(Stdio::null()).spawn().with_context(|| format!("cannot start {command:?}"))?;
        let mut server = Self { child, address, started_in: Duration::ZERO };
        while TcpStream::connect(address).await.is_err() {
            if let Some(status) = server.child.try_wait()? {
                bail!("the server ended with {status}");
            }
            if began.elapsed() > START_LIMIT {
                bail!("the server does not listen");
            }
            sleep(Duration::from_millis(5)).await;
        }
        server.started_in = began.elapsed();
        Ok(server)
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Its process.
    #[must_use]
    pub fn process(&self) -> u32 {
        self.child.id()
    }

    /// Asks it to stop and waits until it has.
    ///
    /// # Errors
    /// It does not stop in time.
    pub async fn stop(mut self) -> Result<()> {
        let id = i32::try_from(self.child.id()).ok().and_then(Pid::from_raw).context("a process has a number")?;
        kill_process(id, Signal::TERM)?;
        let began = Instant::now();
        while self.child.try_wait()?.is_none() {
            if began.elapsed() > STOP_LIMIT {
                bail!("the server does not stop");
            }
            sleep(Duration::from_millis(5)).await;
        }
        Ok(())
    }

    /// Kills it without warning.
    pub fn kill(self) {}
}

impl Drop for Server {
    fn drop(&mut self) {
        // One that has ended is only waited for.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// What a process has used.
#[derive(Debug, Clone, Copy, Default)]
pub struct Usage {
    /// Seconds of CPU, in user and kernel together.
    pub cpu_s: f64,
    /// Memory that it holds now.
    pub rss_bytes: u64,
    /// The most that it has held, or has since [`forget_peak`](Self::forget_peak).
    pub peak_bytes: u64,
}

impl Usage {
    /// Has the kernel count `peak_bytes` anew, from what the process holds now.
    ///
    /// # Errors
    /// There is no such process, it is somebody else's, or this is not Linux.
    pub fn forget_peak(process: u32) -> Result<()> {
        std::fs::write(format!("/proc/{process}/clear_refs"), "5").context("cannot forget a process' peak")
    }

    /// Of a process on this machine.
    ///
    /// # Errors
    /// There is no such process, or this is not Linux.
    pub fn of(process: u32) -> Result<Self> {
        let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).context("no such process")?;
        // The second field, the name, may hold anything, so fields are counted from behind it.
        let (_, fields) = stat.rsplit_once(')').context("/proc/PID/stat")?;
        let fields: Vec<&str> = fields.split_whitespace().collect();
        let ticks = |index: usize| fields.get(index).and_then(|field| field.parse::<f64>().ok()).unwrap_or(0.0);
        let cpu_s = (ticks(11) + ticks(12)) / rustix::param::clock_ticks_per_second() as f64;
        let status = std::fs::read_to_string(format!("/proc/{process}/status"))?;
        let kib = |name: &str| {
            let line = status.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_default();
            line.trim().trim_end_matches("kB").trim().parse::<u64>().unwrap_or(0)
        };
        Ok(Self { cpu_s, rss_bytes: kib("VmRSS:") * 1024, peak_bytes: kib("VmHWM:") * 1024 })
    }
}
