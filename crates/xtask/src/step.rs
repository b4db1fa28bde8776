//! What the user reads while waiting: one line when a step begins, one when it has ended.

use anyhow::{Context, Result};

use crate::interrupt;

/// Runs a step; `hint` says how long it takes, for whoever sees it for the first time.
pub fn step<T>(name: &str, hint: &str, work: impl FnOnce() -> Result<T>) -> Result<T> {
    let start = interrupt::now();
    println!("==> {name} ({hint})");
    let result = work().with_context(|| name.to_owned())?;
    println!("    done in {:.1} s", start.elapsed().as_secs_f32());
    Ok(result)
}
