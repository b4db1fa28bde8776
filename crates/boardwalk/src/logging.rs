//! Where log lines go: to standard error, as `BOARDWALK_LOG` selects them (`info`, or `gateway=debug,info`).

use std::io::IsTerminal as _;

use anyhow::{Context, Result};
use clap::ValueEnum;
use tracing_subscriber::EnvFilter;

const VARIABLE: &str = "BOARDWALK_LOG";
const DEFAULT: &str = "info,sqlx=warn";

/// Form of log lines.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    /// For people.
    #[default]
    Human,
    /// One JSON object a line.
    Json,
}

/// Starts logging in this process.
///
/// # Errors
/// `BOARDWALK_LOG` is not a filter.
pub fn start(format: LogFormat) -> Result<()> {
    let chosen = std::env::var(VARIABLE).unwrap_or_else(|_| DEFAULT.to_owned());
    let filter = EnvFilter::try_new(chosen).with_context(|| format!("{VARIABLE} is not a log filter"))?;
    let lines = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    match format {
        LogFormat::Human => lines.with_target(false).with_ansi(std::io::stderr().is_terminal()).init(),
        LogFormat::Json => lines.json().init(),
    }
    Ok(())
}
