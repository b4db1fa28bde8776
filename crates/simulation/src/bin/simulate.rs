//! Plays plans by hand: a range of seeds, or one plan from a file; writes endings for comparison with real Yjs.

use std::path::PathBuf;

use anyhow::{Context, bail};
use clap::Parser;
use simulation::{Ending, Plan, check_seed, run};

/// Plays seeded plans of people, rooms and faults on a virtual clock.
#[derive(Parser)]
struct Arguments {
    /// First seed.
    #[arg(long, default_value_t = 0)]
    seed: u64,
    /// How many seeds.
    #[arg(long, default_value_t = 500)]
    count: u64,
    /// A plan, as a failure prints it, instead of seeds.
    #[arg(long)]
    plan: Option<PathBuf>,
    /// Writes each ending here: `<seed>.json` with the stored updates (hex) and the canonical contents.
    #[arg(long)]
    dump: Option<PathBuf>,
}

fn main() -> anyhow::Result<()> {
    let arguments = Arguments::parse();
    if let Some(path) = &arguments.plan {
        let text = std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
        let ending = run(&Plan::from_lines(&text)?, None).map_err(anyhow::Error::msg)?;
        println!("held; {} updates\n{}", ending.updates, ending.contents);
        return Ok(());
    }
    let mut updates = 0;
    for seed in arguments.seed..arguments.seed + arguments.count {
        let ending = match check_seed(seed, None) {
            Ok(ending) => ending,
            Err(report) => bail!("{report}"),
        };
        updates += ending.updates;
        if let Some(folder) = &arguments.dump {
            std::fs::create_dir_all(folder)?;
            std::fs::write(folder.join(format!("{seed}.json")), to_json(&ending)?)?;
        }
    }
    println!("{} seeds held; {updates} updates stored", arguments.count);
    Ok(())
}

fn to_json(ending: &Ending) -> anyhow::Result<String> {
    let hex = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    let stored: Vec<String> = ending.stored.iter().map(|update| hex(update)).collect();
    Ok(serde_json::to_string(&serde_json::json!({ "stored": stored, "contents": ending.contents }))?)
}
