//! One fixed address in front of a server that may be replaced by another, as a virtual address in front of a database
//! and its standby. Knows nothing of what passes through.

use std::io;
use std::net::{Ipv4Addr, Shutdown, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicU16, Ordering};
use std::thread;

use anyhow::{Context, Result};

/// A relay on a port of its own; it goes on until the process ends.
pub struct Relay {
    port: u16,
    target: Arc<AtomicU16>,
}

impl Relay {
    /// Passes connections on to a port of this machine.
    pub fn start(target: u16) -> Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).context("no free port on 127.0.0.1")?;
        let port = listener.local_addr()?.port();
        let target = Arc::new(AtomicU16::new(target));
        let present = target.clone();
        thread::spawn(move || {
            for near in listener.incoming().flatten() {
                // Nobody there: the connection ends, as it would at the address itself.
                if let Ok(far) = TcpStream::connect((Ipv4Addr::LOCALHOST, present.load(Ordering::SeqCst))) {
                    let _ = pass(&near, &far).and_then(|()| pass(&far, &near));
                }
            }
        });
        Ok(Self { port, target })
    }

    /// Where it listens.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// New connections go there from now on.
    pub fn turn_to(&self, target: u16) {
        self.target.store(target, Ordering::SeqCst);
    }
}

/// One direction, until either side ends it.
fn pass(from: &TcpStream, to: &TcpStream) -> io::Result<()> {
    let (mut from, mut to) = (from.try_clone()?, to.try_clone()?);
    from.set_nodelay(true)?;
    thread::spawn(move || {
        // An end by error is an end, too.
        let _ = io::copy(&mut from, &mut to);
        let _ = to.shutdown(Shutdown::Both);
        let _ = from.shutdown(Shutdown::Both);
    });
    Ok(())
}
