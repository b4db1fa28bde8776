//! The proof: real visits (editor and sync client) and real rooms on a virtual clock, behind several gateways and services that
//! crash, pause, drain and lose each other, over links that delay and break, on a store that fails and whose clock jumps.
//!
//! A *plan* is a list of steps made from a seed; `run` plays it and checks what must hold, `shrink` makes a failing plan small.
//! Everything is deterministic: same plan, same bytes. No production crate may depend on this one.

mod cluster;
mod gate;
mod gesture;
mod link;
mod mutant;
mod node;
mod person;
pub mod placement;
mod plan;
mod shrink;
mod store;
mod world;

pub use gesture::Gesture;
pub use mutant::Mutant;
pub use plan::{Plan, Step};
pub use shrink::shrink;
pub use world::{Ending, run};

/// Plays a seed's plan; a failure tells the seed and the shrunk plan, a step a line.
///
/// # Errors
/// What did not hold, in words fit for a test's output.
pub fn check_seed(seed: u64, mutant: Option<Mutant>) -> Result<Ending, String> {
    let plan = Plan::from_seed(seed);
    run(&plan, mutant).map_err(|broken| {
        let small = shrink(&plan, |plan| run(plan, mutant).is_err());
        let still = run(&small, mutant).err().unwrap_or_else(|| broken.clone());
        format!("seed {seed}: {broken}\nshrunk to {} steps: {still}\n{}", small.steps.len(), small.to_lines())
    })
}
