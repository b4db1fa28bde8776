//! Free TCP ports on loopback, for processes that must be told theirs.

use std::collections::BTreeSet;
use std::net::{Ipv4Addr, TcpListener};
use std::ops::Range;
use std::sync::Mutex;

use anyhow::{Context, Result, bail};

/// Below what kernels hand out by themselves (Linux from 32,768, others from 49,152): else the port of a process that is
/// yet to start, or starts again, may meanwhile become one end of somebody's connection.
const PORTS: Range<u16> = 10_000..32_000;
const TRIES_MAX: usize = 200;

static GIVEN: Mutex<BTreeSet<u16>> = Mutex::new(BTreeSet::new());

/// A port that nobody listened on a moment ago, and that this process has not given before.
pub fn free() -> Result<u16> {
    for _ in 0..TRIES_MAX {
        let mut bytes = [0; 2];
        getrandom::fill(&mut bytes).context("no random bytes")?;
        let port = PORTS.start + u16::from_le_bytes(bytes) % (PORTS.end - PORTS.start);
        if TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_err() {
            continue;
        }
        let mut given = GIVEN.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if given.insert(port) {
            return Ok(port);
        }
    }
    bail!("no free port among {PORTS:?} on 127.0.0.1 in {TRIES_MAX} tries")
}
