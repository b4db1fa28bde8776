//! Prints how boards spread over the services of a large cluster: see `simulation::placement` and `docs/scaling.md`.

use std::time::Duration;

use clap::Parser;
use simulation::placement::{Placement, Size};

/// Places boards as gateways do: cold start, churn, a lost service, a rolling restart.
#[derive(Parser)]
struct Arguments {
    /// People online
    #[arg(long, default_value_t = 1_000_000)]
    people: usize,
    /// Boards open
    #[arg(long, default_value_t = 100_000)]
    boards: usize,
    /// Gateways
    #[arg(long, default_value_t = 40)]
    gateways: usize,
    /// Document services
    #[arg(long, default_value_t = 20)]
    services: usize,
    /// Of everything random
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

fn main() {
    let Arguments { people, boards, gateways, services, seed } = Arguments::parse();
    let mut placement = Placement::new(Size { people, boards, gateways, services }, seed);
    println!("a service's average × its worst multiple:");
    placement.open_all();
    println!("cold start:               {}", placement.look());
    let lost = placement.lose(0);
    println!("one lost ({lost} boards):   {}", placement.look());
    placement.come_back(0);
    for _ in 0..60 {
        placement.churn(boards / 600, Duration::from_secs(1));
    }
    println!("back for a minute:        {}", placement.look());
    for _ in 0..540 {
        placement.churn(boards / 600, Duration::from_secs(1));
    }
    println!("back for ten minutes:     {}", placement.look());
    placement.rolling_restart(Duration::from_secs(30));
    println!("after a rolling restart:  {}", placement.look());
    for _ in 0..600 {
        placement.churn(boards / 600, Duration::from_secs(1));
    }
    println!("ten minutes later:        {}", placement.look());
}
