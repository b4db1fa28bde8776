//! Where boards go in a large cluster: the gateways' own choice (`rsocket`'s, by local counts), a hundred thousand times,
//! through a cold start, the loss of a service and a rolling restart. What it counts is boards, people and lanes; it knows
//! nothing of what happens on a board.

use std::time::Duration;

use rand::seq::SliceRandom;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rsocket::pool::choice::{Candidate, choose};

/// How large the cluster is.
#[derive(Debug, Clone, Copy)]
pub struct Size {
    /// People online, each behind a gateway at random.
    pub people: usize,
    /// Boards open; sizes are skewed: a few have many people.
    pub boards: usize,
    /// Gateways.
    pub gateways: usize,
    /// Document services.
    pub services: usize,
}

/// How even something is spread over services.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Spread {
    /// The average.
    pub mean: f64,
    /// The most of one service, as a multiple of the average.
    pub worst: f64,
}

/// What a cluster looks like at one moment.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Look {
    /// Boards a service.
    pub boards: Spread,
    /// People a service, over its boards.
    pub people: Spread,
    /// Lanes (RSocket channels) a service.
    pub lanes: Spread,
    /// Lanes of one gateway at one service, the most.
    pub lanes_of_a_connection: usize,
}

/// A cluster with its boards.
pub struct Placement {
    size: Size,
    random: ChaCha8Rng,
    /// Of each board: how many of its people are behind which gateway.
    people: Vec<Vec<(usize, usize)>>,
    owner: Vec<Option<usize>>,
    /// Lanes by gateway and service: what each gateway counts.
    lanes: Vec<Vec<usize>>,
    /// How long each service has been reachable; `None` while it is away.
    age: Vec<Option<Duration>>,
}

impl Placement {
    /// Nobody has opened anything yet.
    #[must_use]
    pub fn new(size: Size, seed: u64) -> Self {
        let mut random = ChaCha8Rng::seed_from_u64(seed);
        // Pareto-like: half of all people on a tenth of the boards. Everybody has a board, every board somebody.
        let mut people: Vec<Vec<(usize, usize)>> = vec![Vec::new(); size.boards];
        for person in 0..size.people {
            let skewed: f64 = random.random::<f64>().powi(3);
            let board = if person < size.boards { person } else { (skewed * size.boards as f64) as usize };
            let gateway = random.random_range(0..size.gateways);
            let behind = &mut people[board.min(size.boards - 1)];
            match behind.iter_mut().find(|(at, _)| *at == gateway) {
                Some((_, count)) => *count += 1,
                None => behind.push((gateway, 1)),
            }
        }
        Self {
            size,
            random,
            people,
            owner: vec![None; size.boards],
            lanes: vec![vec![0; size.services]; size.gateways],
            age: vec![Some(Duration::from_secs(3_600)); size.services],
        }
    }

    /// Opens every board that nobody owns, in random order.
    pub fn open_all(&mut self) {
        let mut free: Vec<usize> = (0..self.size.boards).filter(|board| self.owner[*board].is_none()).collect();
        free.shuffle(&mut self.random);
        for board in free {
            self.open(board);
        }
    }

    /// A service dies: its boards are opened elsewhere. Gives how many.
    pub fn lose(&mut self, service: usize) -> usize {
        self.age[service] = None;
        let lost: Vec<usize> = (0..self.size.boards).filter(|board| self.owner[*board] == Some(service)).collect();
        lost.iter().for_each(|board| self.close(*board));
        self.open_all();
        lost.len()
    }

    /// It comes back, empty.
    pub fn come_back(&mut self, service: usize) {
        self.age[service] = Some(Duration::ZERO);
    }

    /// Every service in turn is drained, replaced, and back after a while.
    pub fn rolling_restart(&mut self, pause: Duration) {
        for service in 0..self.size.services {
            self.lose(service);
            self.come_back(service);
            self.pass(pause);
        }
    }

    /// Time passes, and with it some boards are closed and as many others opened.
    pub fn churn(&mut self, boards: usize, pause: Duration) {
        for _ in 0..boards {
            let board = self.random.random_range(0..self.size.boards);
            self.close(board);
            self.open(board);
        }
        self.pass(pause);
    }

    fn pass(&mut self, pause: Duration) {
        for age in self.age.iter_mut().flatten() {
            *age += pause;
        }
    }

    /// Whichever of a board's gateways comes first chooses by its own counts; the others follow to the owner.
    fn open(&mut self, board: usize) {
        let behind = &self.people[board];
        let (gateway, _) = behind[self.random.random_range(0..behind.len())];
        let reachable: Vec<usize> = (0..self.size.services).filter(|service| self.age[*service].is_some()).collect();
        let candidates: Vec<Candidate> = reachable
            .iter()
            .map(|service| Candidate {
                pending: self.lanes[gateway][*service],
                weight: 1.0,
                age: self.age[*service].unwrap_or_default(),
            })
            .collect();
        let Some(chosen) = choose(&candidates, &mut self.random) else { return };
        self.owner[board] = Some(reachable[chosen]);
        self.count(board, reachable[chosen], |lanes| *lanes += 2);
    }

    fn close(&mut self, board: usize) {
        if let Some(service) = self.owner[board].take() {
            self.count(board, service, |lanes| *lanes -= 2);
        }
    }

    fn count(&mut self, board: usize, service: usize, change: impl Fn(&mut usize)) {
        for (gateway, _) in &self.people[board] {
            change(&mut self.lanes[*gateway][service]);
        }
    }

    /// How it looks now.
    #[must_use]
    pub fn look(&self) -> Look {
        let live: Vec<usize> = (0..self.size.services).filter(|service| self.age[*service].is_some()).collect();
        let mut boards = vec![0; self.size.services];
        let mut people = vec![0; self.size.services];
        for (owner, behind) in self.owner.iter().zip(&self.people) {
            if let Some(owner) = owner {
                boards[*owner] += 1;
                people[*owner] += behind.iter().map(|(_, count)| count).sum::<usize>();
            }
        }
        let lanes: Vec<usize> = (0..self.size.services)
            .map(|service| self.lanes.iter().map(|of_gateway| of_gateway[service]).sum())
            .collect();
        let of = |counts: &[usize]| Spread::of(live.iter().map(|service| counts[*service]));
        Look {
            boards: of(&boards),
            people: of(&people),
            lanes: of(&lanes),
            lanes_of_a_connection: self.lanes.iter().flatten().copied().max().unwrap_or_default(),
        }
    }
}

impl Spread {
    fn of(counts: impl Iterator<Item = usize> + Clone) -> Self {
        let mean = counts.clone().sum::<usize>() as f64 / counts.clone().count().max(1) as f64;
        Self { mean, worst: counts.max().unwrap_or_default() as f64 / mean.max(1.0) }
    }
}

impl std::fmt::Display for Look {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { boards, people, lanes, lanes_of_a_connection } = self;
        write!(
            f,
            "boards {:.0} × {:.2}, people {:.0} × {:.2}, lanes {:.0} × {:.2}, of a connection {lanes_of_a_connection}",
            boards.mean, boards.worst, people.mean, people.worst, lanes.mean, lanes.worst,
        )
    }
}
