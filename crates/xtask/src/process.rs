//! Other programs: run to their end, or kept as children that stop with us. Knows no particular program.

use std::ffi::OsStr;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::Duration;

use anyhow::{Context, Result, bail};
use rustix::process::{Pid, Signal, kill_process};

use crate::interrupt;

/// No program that we run to its end takes longer than this.
const LONGEST: Duration = Duration::from_secs(60 * 60);
/// How long a child may take to stop when asked, before it is killed.
const STOP_LIMIT: Duration = Duration::from_secs(10);

/// Runs to the end, output to ours; an error names the command.
pub fn run(command: &mut Command) -> Result<()> {
    run_within(LONGEST, command)
}

/// As [`run`], stopped after `limit`.
pub fn run_within(limit: Duration, command: &mut Command) -> Result<()> {
    let status = status_within(limit, command)?;
    if !status.success() {
        bail!("{} failed ({status})", words(command));
    }
    Ok(())
}

fn status_within(limit: Duration, command: &mut Command) -> Result<ExitStatus> {
    let child = command.spawn().with_context(|| format!("cannot start {}", words(command)))?;
    let mut child = Running { name: words(command), child, stop: Signal::TERM };
    match interrupt::poll(limit, || Ok(child.child.try_wait()?))? {
        Some(status) => Ok(status),
        None => bail!("{} did not end within {} s", child.name, limit.as_secs()),
    }
}

/// Runs to the end and returns what it printed; what it complained of goes into the error.
pub fn output(command: &mut Command) -> Result<String> {
    let output = command.stdin(Stdio::null()).output().with_context(|| format!("cannot start {}", words(command)))?;
    if !output.status.success() {
        let complaint = String::from_utf8_lossy(&output.stderr);
        bail!("{} failed ({}): {}", words(command), output.status, complaint.trim());
    }
    String::from_utf8(output.stdout).with_context(|| format!("{} printed something that is not text", words(command)))
}

/// A child that goes on beside us and is stopped (asked by a signal, then killed) when this value goes.
pub struct Running {
    name: String,
    child: Child,
    stop: Signal,
}

impl Running {
    /// Starts it; each line that it prints appears with `name` in front.
    pub fn start(name: &str, command: &mut Command) -> Result<Self> {
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .with_context(|| format!("cannot start {}", words(command)))?;
        if let Some(out) = child.stdout.take() {
            echo(name, out);
        }
        if let Some(err) = child.stderr.take() {
            echo(name, err);
        }
        Ok(Self { name: name.to_owned(), child, stop: Signal::TERM })
    }

    /// Stops it by SIGINT rather than SIGTERM: PostgreSQL's word for "now, but cleanly".
    pub fn stop_by_interrupt(mut self) -> Self {
        self.stop = Signal::INT;
        self
    }

    /// An error if it has ended, for whoever expects it to go on.
    pub fn check(&mut self) -> Result<()> {
        match self.child.try_wait()? {
            Some(status) => bail!("{} ended ({status})", self.name),
            None => Ok(()),
        }
    }

    /// Its process id.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Whether it has ended.
    pub fn has_ended(&mut self) -> Result<bool> {
        Ok(self.child.try_wait()?.is_some())
    }

    /// Kills it, as a crash would.
    pub fn kill(&mut self) -> Result<()> {
        self.child.kill()?;
        self.child.wait()?;
        Ok(())
    }

    /// Asks it to stop and waits for that; an error if it does not, or complains.
    pub fn stop(&mut self) -> Result<()> {
        self.signal(self.stop);
        match interrupt::poll(STOP_LIMIT * 2, || Ok(self.child.try_wait()?))? {
            Some(status) if status.success() => Ok(()),
            Some(status) => bail!("{} ended badly ({status})", self.name),
            None => bail!("{} did not stop when asked", self.name),
        }
    }

    fn signal(&self, signal: Signal) {
        if let Some(pid) = i32::try_from(self.child.id()).ok().and_then(Pid::from_raw) {
            // The child may have ended by itself; then there is nobody to tell.
            let _ = kill_process(pid, signal);
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if matches!(self.child.try_wait(), Ok(Some(_))) {
            return;
        }
        self.signal(self.stop);
        // `interrupt::poll` would return at once after Ctrl-C, and it is then that a clean stop matters.
        let end = interrupt::now() + STOP_LIMIT;
        while interrupt::now() < end {
            if matches!(self.child.try_wait(), Ok(Some(_))) {
                return;
            }
            std::thread::park_timeout(Duration::from_millis(20));
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn echo(name: &str, from: impl std::io::Read + Send + 'static) {
    let name = name.to_owned();
    std::thread::spawn(move || {
        for line in BufReader::new(from).lines().map_while(Result::ok) {
            println!("[{name}] {line}");
        }
    });
}

/// Where a program lies on `PATH`, if it is installed.
pub fn find(program: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).map(|folder| folder.join(program)).find(|file| file.is_file())
}

/// The cargo that started us, in the workspace's root.
pub fn cargo(root: &Path) -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(root);
    command
}

/// Whether we may install packages and must change user for PostgreSQL.
pub fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}

fn words(command: &Command) -> String {
    let program = Path::new(command.get_program()).file_name().unwrap_or(command.get_program());
    let arguments = command.get_args().map(OsStr::to_string_lossy);
    std::iter::once(program.to_string_lossy()).chain(arguments).collect::<Vec<_>>().join(" ")
}
