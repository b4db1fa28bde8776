//! `boardwalk`: reads the command line, runs what it asks for, and stops on SIGTERM or Ctrl-C.

use std::process::ExitCode;

use anyhow::Result;
use boardwalk::backup::Contents;
use boardwalk::cli::{Cli, Command};
use boardwalk::{Running, backup, check_health, logging, running};
use clap::Parser;
use tikv_jemallocator::Jemalloc;
use tokio::runtime::{Builder, Runtime};
use tokio::signal::unix::{SignalKind, signal};

/// Gives memory back to the system when boards come to rest; how soon is set where it is compiled (`.cargo/config.toml`).
#[global_allocator]
static ALLOCATOR: Jemalloc = Jemalloc;

fn main() -> ExitCode {
    match run(Cli::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("boardwalk: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(cli: Cli) -> Result<()> {
    logging::start(cli.log_format)?;
    if let Command::Health(options) = &cli.command {
        return check_health(options);
    }
    runtime(&cli.command)?.block_on(async {
        match cli.command {
            Command::Serve(options) => {
                let running = Running::serve(&options).await?;
                announce(&running, options.public_url.as_deref());
                until_told(running).await
            }
            Command::Gateway(options) => {
                let running = Running::gateway(&options).await?;
                announce(&running, options.public_url.as_deref());
                until_told(running).await
            }
            Command::Document(options) => until_told(Running::document(&options).await?).await,
            Command::Migrate(options) => running::migrate(&options).await,
            Command::Backup(options) => report("backed up", backup::backup(&options).await?),
            Command::Restore(options) => report("restored", backup::restore(&options).await?),
            Command::Health(_) => Ok(()),
        }
    })
}

/// A worker for each core, as `TOKIO_WORKER_THREADS` says if it is set. SQLite works in a thread of its own, so beside it one core is
/// left alone: on two cores a second worker is woken for each commit to find nothing to do, which costs a seventh of the CPU and
/// brings nothing (docs/performance.md).
fn runtime(command: &Command) -> std::io::Result<Runtime> {
    let mut builder = Builder::new_multi_thread();
    let is_postgres = |url: &String| url.starts_with("postgres");
    let has_sqlite =
        matches!(command, Command::Serve(options) if !options.database_url.as_ref().is_some_and(is_postgres));
    if has_sqlite && std::env::var_os("TOKIO_WORKER_THREADS").is_none() {
        let cores = std::thread::available_parallelism()?.get();
        builder.worker_threads(cores.saturating_sub(1).max(1));
    }
    builder.enable_all().build()
}

fn report(what: &str, contents: Contents) -> Result<()> {
    let Contents { boards, versions, assets, bundles } = contents;
    println!("{what}: {boards} boards, {versions} versions, {assets} assets, {bundles} recovery links");
    Ok(())
}

fn announce(running: &Running, public_url: Option<&str>) {
    if let Some(address) = running.address() {
        println!(
            "Boardwalk is at {}",
            public_url.map_or_else(|| format!("{}://{address}", running.scheme()), str::to_owned)
        );
    }
}

/// Runs until a signal, then stops in good order; a second signal ends it at once.
async fn until_told(running: Running) -> Result<()> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut told = async || {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    };
    told().await;
    tracing::info!("stopping");
    tokio::select! {
        () = running.stop() => Ok(()),
        () = told() => anyhow::bail!("stopped before everything was handed on"),
    }
}
