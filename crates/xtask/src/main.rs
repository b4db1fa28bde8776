//! `cargo xtask`: builds, runs and tests Boardwalk, and holds its style rules as tests. Links none of its crates.

mod apt;
#[cfg(test)]
mod arrows;
mod bench;
mod cluster;
mod dist;
mod faults;
mod fingerprint;
mod front_end;
mod interrupt;
mod journeys;
mod port;
mod postgres;
mod process;
mod relay;
mod server;
mod stages;
mod step;
mod styles;
#[cfg(test)]
mod tidy;
mod toolchain;

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use anyhow::{Context, Result};
use clap::{Parser, Subcommand};

#[derive(Parser)]
#[command(name = "cargo xtask", about = "Builds, runs and tests Boardwalk")]
struct Arguments {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Build target/release/boardwalk, front end embedded
    Build,
    /// Build only the front end, into frontend/dist
    FrontEnd {
        /// In seconds, for development: neither small nor fast
        #[arg(long)]
        quick: bool,
    },
    /// Build, then serve http://127.0.0.1:8080 on SQLite in ./data
    Run {
        /// Flags for `boardwalk serve`
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        flags: Vec<OsString>,
    },
    /// Run every test; prints a time per stage
    Test {
        /// Only these stages
        stages: Vec<String>,
    },
    /// Build for release, then measure
    Bench {
        /// What
        #[arg(value_enum)]
        subject: bench::Subject,
        /// Words for the benchmark instead of everything, such as `--shapes 50000 --only ink` or `fan-out`
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        words: Vec<OsString>,
    },
    /// Run a command beside a temporary PostgreSQL (BOARDWALK_TEST_POSTGRES_URL is set)
    Postgres {
        /// The command
        #[arg(trailing_var_arg = true, allow_hyphen_values = true, required = true)]
        command: Vec<OsString>,
    },
    /// Build, then start PostgreSQL, two document services and a gateway as plain processes
    Cluster {
        /// Run this against it (BOARDWALK_URL is set), then stop
        #[arg(long, num_args = 1.., allow_hyphen_values = true)]
        exec: Vec<OsString>,
    },
}

fn main() -> ExitCode {
    match perform(&root(), Arguments::parse().task) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("xtask: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn perform(root: &Path, task: Task) -> Result<()> {
    match task {
        Task::Build => {
            let binary = server::build(root)?;
            println!("==> {}", binary.display());
            Ok(())
        }
        Task::FrontEnd { quick } => {
            let effort = if quick { front_end::Effort::Quick } else { front_end::Effort::Full };
            front_end::build(root, effort).map(|_| ())
        }
        Task::Run { flags } => server::run(root, &flags),
        Task::Test { stages } => stages::run(root, &stages),
        Task::Bench { subject: bench::Subject::Client, words } => bench::client(root, &words),
        Task::Bench { subject: bench::Subject::Server, words } => bench::server(root, &words),
        Task::Bench { subject: bench::Subject::Faults, words } => faults::bench(root, &words),
        Task::Postgres { command } => beside_postgres(&command),
        Task::Cluster { exec } => cluster::run(root, &exec),
    }
}

fn beside_postgres(command: &[OsString]) -> Result<()> {
    interrupt::listen()?;
    let postgres = postgres::Postgres::start()?;
    let (program, arguments) = command.split_first().context("no command")?;
    process::run(Command::new(program).args(arguments).env(postgres::TEST_URL, postgres.url()))
}

/// The workspace's root.
fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).expect("crates/xtask lies two levels down").to_path_buf()
}
