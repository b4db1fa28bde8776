//! Signals to processes, on the command line and in the act.

use std::str::FromStr;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use rustix::process::{Pid, Signal, kill_process};

/// A process, what it is sent, and when.
#[derive(Debug, Clone, Copy)]
pub struct Kill {
    pid: Pid,
    signal: Signal,
    /// After the people began to draw.
    pub after: Duration,
}

impl Kill {
    /// Sends the signal.
    pub fn send(self) -> Result<()> {
        kill_process(self.pid, self.signal).with_context(|| format!("cannot signal {:?}", self.pid))
    }
}

impl FromStr for Kill {
    type Err = anyhow::Error;

    fn from_str(text: &str) -> Result<Self> {
        let [pid, signal, after_ms] = text.split(':').collect::<Vec<_>>()[..] else {
            bail!("expected PID:SIGNAL:MILLISECONDS");
        };
        let signal = match signal {
            "KILL" => Signal::KILL,
            "TERM" => Signal::TERM,
            "STOP" => Signal::STOP,
            "CONT" => Signal::CONT,
            _ => bail!("the signals are KILL, TERM, STOP and CONT"),
        };
        let pid = Pid::from_raw(pid.parse()?).context("not a process")?;
        Ok(Self { pid, signal, after: Duration::from_millis(after_ms.parse()?) })
    }
}
