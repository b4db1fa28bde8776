//! One fixed address in front of a server: that server may be replaced by another, as behind a virtual address, and the
//! wire may fall silent, as when a network parts or a host is gone without a word. Knows nothing of what passes through.

use std::io::{self, Read as _, Write as _};
use std::net::{Ipv4Addr, Shutdown, TcpListener, TcpStream};
use std::sync::atomic::{AtomicU16, Ordering};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread;

use anyhow::{Context, Result};

const BUFFER_BYTES: usize = 64 * 1024;

/// A relay on a port of its own; it goes on until the process ends.
pub struct Relay {
    port: u16,
    wire: Arc<Wire>,
}

struct Wire {
    target: AtomicU16,
    is_silent: Mutex<bool>,
    speaks: Condvar,
}

impl Relay {
    /// Passes connections on to a port of this machine.
    pub fn start(target: u16) -> Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).context("no free port on 127.0.0.1")?;
        let port = listener.local_addr()?.port();
        let wire = Arc::new(Wire { target: target.into(), is_silent: Mutex::default(), speaks: Condvar::new() });
        let accepting = wire.clone();
        thread::spawn(move || {
            for near in listener.incoming().flatten() {
                // Nobody there: the connection ends, as it would at the address itself.
                if let Ok(far) = TcpStream::connect((Ipv4Addr::LOCALHOST, accepting.target.load(Ordering::SeqCst))) {
                    let _ = accepting.pass(&near, &far).and_then(|()| accepting.pass(&far, &near));
                }
            }
        });
        Ok(Self { port, wire })
    }

    /// Where it listens.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// New connections go there from now on.
    pub fn turn_to(&self, target: u16) {
        self.wire.target.store(target, Ordering::SeqCst);
    }

    /// Nothing arrives any more, in neither direction, not even that the other side has gone; connections still open.
    pub fn silence(&self) {
        self.wire.set_silent(true);
    }

    /// What was under way arrives, and all goes on.
    pub fn speak(&self) {
        self.wire.set_silent(false);
    }
}

impl Wire {
    /// One direction, until either side ends it.
    fn pass(self: &Arc<Self>, from: &TcpStream, to: &TcpStream) -> io::Result<()> {
        let (mut from, mut to) = (from.try_clone()?, to.try_clone()?);
        from.set_nodelay(true)?;
        let wire = self.clone();
        thread::spawn(move || {
            let mut buffer = vec![0; BUFFER_BYTES];
            // An end by error is an end, too.
            while let Ok(count @ 1..) = from.read(&mut buffer) {
                wire.wait_until_it_speaks();
                if to.write_all(&buffer[..count]).is_err() {
                    break;
                }
            }
            wire.wait_until_it_speaks();
            let _ = to.shutdown(Shutdown::Both);
            let _ = from.shutdown(Shutdown::Both);
        });
        Ok(())
    }

    fn set_silent(&self, is_silent: bool) {
        *self.is_silent.lock().unwrap_or_else(PoisonError::into_inner) = is_silent;
        self.speaks.notify_all();
    }

    fn wait_until_it_speaks(&self) {
        let is_silent = self.is_silent.lock().unwrap_or_else(PoisonError::into_inner);
        drop(self.speaks.wait_while(is_silent, |is_silent| *is_silent).unwrap_or_else(PoisonError::into_inner));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_under_way_while_it_is_silent_arrives_afterwards() {
        let server = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let relay = Relay::start(server.local_addr().unwrap().port()).unwrap();
        relay.silence();
        let mut near = TcpStream::connect((Ipv4Addr::LOCALHOST, relay.port())).unwrap();
        near.write_all(b"hello").unwrap();
        let (mut far, _) = server.accept().unwrap();
        far.set_nonblocking(true).unwrap();
        assert_eq!(far.read(&mut [0; 5]).unwrap_err().kind(), io::ErrorKind::WouldBlock);
        far.set_nonblocking(false).unwrap();
        relay.speak();
        let mut heard = [0; 5];
        far.read_exact(&mut heard).unwrap();
        assert_eq!(&heard, b"hello");
        drop(far);
        assert_eq!(near.read(&mut heard).unwrap(), 0);
    }
}
