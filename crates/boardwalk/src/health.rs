//! Asking a running process whether it is ready: what a container's health check calls, so that an image needs no curl.

use std::time::Duration;

use anyhow::{Context, Result};

use crate::cli::HealthOptions;

const LIMIT: Duration = Duration::from_secs(4);

/// Asks once. Blocks.
///
/// # Errors
/// The process does not answer, or is not ready.
pub fn check_health(options: &HealthOptions) -> Result<()> {
    let url = format!("http://{}/health/ready", reachable(&options.listen));
    let agent: ureq::Agent = ureq::Agent::config_builder().timeout_global(Some(LIMIT)).build().into();
    agent.get(&url).call().with_context(|| format!("{url} is not ready"))?;
    Ok(())
}

/// An address to connect to for one to listen on.
fn reachable(listen: &str) -> String {
    match listen.rsplit_once(':') {
        Some(("0.0.0.0" | "" | "*", port)) => format!("127.0.0.1:{port}"),
        Some(("[::]", port)) => format!("[::1]:{port}"),
        _ => listen.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everywhere_is_asked_here() {
        for (listen, asked) in [
            ("0.0.0.0:80", "127.0.0.1:80"),
            ("[::]:80", "[::1]:80"),
            ("10.0.0.2:80", "10.0.0.2:80"),
            ("localhost:80", "localhost:80"),
        ] {
            assert_eq!(reachable(listen), asked);
        }
    }
}
