//! The clock and everything on it: plays a plan event by event, then lets all come to rest and checks what must hold.

use board::{Document, Merged};
use bytes::Bytes;
use protocol::Retry;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use crate::cluster::{Cluster, Delivery, gate_of};
use crate::link::Parcel;
use crate::mutant::Mutant;
use crate::person::{Left, Person};
use crate::plan::{Plan, Step};

/// Virtual time within which everything must have come to rest once nothing breaks any more.
const REST_MS: u64 = 120_000;
/// How long a run goes on that need not come to rest.
const AFTERWARDS_MS: u64 = 20_000;
/// Events of one run: more means that two machines keep each other busy.
const MAX_EVENTS: usize = 400_000;
/// When a run begins, on the virtual clock; far enough from zero for clocks to jump back.
const BEGIN_MS: u64 = 1_000_000;
/// After how much silence a gateway gives a connection up.
const SILENT_MS: u64 = 16_000;

/// How a run ended, for comparison with real Yjs.
#[derive(Debug, Clone, PartialEq)]
pub struct Ending {
    /// Canonical contents that every board has.
    pub contents: String,
    /// What the store holds: the snapshot and the rows behind it, to be applied in order.
    pub stored: Vec<Bytes>,
    /// Rows ever stored.
    pub updates: u64,
}

struct World {
    now_ms: u64,
    random: ChaCha8Rng,
    people: Vec<Person>,
    cluster: Cluster,
    /// Connections that are half open, and when their gateway notices.
    silent: Vec<(u64, u64)>,
    mood: Mood,
    events: usize,
}

/// Plays a plan to its end.
///
/// # Errors
/// What did not hold.
pub fn run(plan: &Plan, mutant: Option<Mutant>) -> Result<Ending, String> {
    let mut world = World {
        now_ms: BEGIN_MS,
        random: ChaCha8Rng::seed_from_u64(plan.seed ^ 0x5eed),
        people: (0..plan.people.max(1))
            .map(|ordinal| Person::new(ordinal, is_forgetful(plan, ordinal), mutant))
            .collect(),
        cluster: Cluster::new(BEGIN_MS, plan.seed, mutant),
        silent: Vec::new(),
        mood: Mood::of(plan),
        events: 0,
    };
    for index in 0..world.people.len() {
        world.open(index);
    }
    world.wait(300)?;
    for step in &plan.steps {
        world.play(step)?;
        let pause_ms = world.random.random_range(0..40);
        world.wait(pause_ms)?;
    }
    match world.mood {
        Mood::All | Mood::Gentle => world.come_to_rest()?,
        Mood::PromisesOnly => return world.end_as_it_is(),
    }
    world.check()
}

/// What of a plan is played, and what must hold. In three of eight plans one person's browser keeps nothing (a private
/// window, a full disk): what such a person drew is on its service alone until it is stored.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Mood {
    /// Every browser keeps what it draws: whatever breaks, all of it is stored in the end, and everybody sees the same.
    All,
    /// One keeps nothing, and processes only pause: then, too.
    Gentle,
    /// One keeps nothing, and processes die. That may take with it what others' edits build on, while the board says "not
    /// saved"; so only what was promised must hold: what was acknowledged, and what was seen without that.
    PromisesOnly,
}

impl Mood {
    fn of(plan: &Plan) -> Self {
        match plan.seed % 8 {
            0 | 1 => Self::Gentle,
            4 => Self::PromisesOnly,
            _ => Self::All,
        }
    }
}

fn is_forgetful(plan: &Plan, ordinal: u8) -> bool {
    Mood::of(plan) != Mood::All && (plan.seed / 8) % u64::from(plan.people.max(1)) == u64::from(ordinal)
}

impl World {
    fn play(&mut self, step: &Step) -> Result<(), String> {
        let ordinal = |person: u8| usize::from(person) % self.people.len();
        match step {
            Step::Act { person, gesture } => {
                let index = ordinal(*person);
                self.people[index].act(self.now_ms, gesture);
            }
            Step::Cut { person, ms } => {
                let index = ordinal(*person);
                let left = self.people[index].cut(self.now_ms, u64::from(*ms));
                self.leave(left);
            }
            Step::Kill { person } => {
                let index = ordinal(*person);
                let left = self.people[index].kill();
                self.leave(left);
            }
            Step::Open { person } => self.open(ordinal(*person)),
            Step::HalfOpen { person } => {
                let index = ordinal(*person);
                let connection = self.people[index].half_open();
                self.silent.extend(connection.map(|connection| (self.now_ms + SILENT_MS, connection)));
            }
            Step::Crash { service, ms } | Step::Drain { service, ms } if self.mood == Mood::Gentle => {
                self.cluster.pause(self.now_ms, *service, u64::from(*ms));
            }
            Step::Crash { service, ms } => self.cluster.crash(self.now_ms, *service, u64::from(*ms)),
            Step::Drain { service, ms } => self.cluster.drain(self.now_ms, *service, u64::from(*ms)),
            Step::Pause { service, ms } => self.cluster.pause(self.now_ms, *service, u64::from(*ms)),
            Step::CutStore { service, ms } => self.cluster.cut_from_store(self.now_ms, *service, u64::from(*ms)),
            Step::Part { gateway, service, ms } => {
                self.cluster.part(self.now_ms, *gateway, *service, u64::from(*ms));
            }
            Step::CrashGateway { gateway, ms } => self.crash_gateway(*gateway, u64::from(*ms)),
            Step::ClockJump { ms } => self.cluster.store.jump(i64::from(*ms)),
            Step::StoreDown => self.cluster.store.is_up = false,
            Step::StoreSlow { ms } => self.cluster.store.slow_ms = u64::from(*ms),
            Step::StoreUp => (self.cluster.store.is_up, self.cluster.store.slow_ms) = (true, 0),
            Step::LoseAnswer => self.cluster.store.loses_answer = true,
            Step::Wait { ms } => self.wait(u64::from(*ms))?,
        }
        Ok(())
    }

    fn open(&mut self, index: usize) {
        let left = self.people[index].open(self.now_ms, &mut self.random);
        self.leave(left);
    }

    fn crash_gateway(&mut self, gateway: u8, ms: u64) {
        let gate = self.cluster.crash_gateway(self.now_ms, gateway, ms);
        for person in &mut self.people {
            if let Some(link) = person.link.as_mut().filter(|link| gate_of(link.connection) == gate && !link.is_dead) {
                link.up.lose();
                link.down.send(self.now_ms, 5, Parcel::Closed(None));
            }
        }
    }

    fn leave(&mut self, left: Left) {
        for connection in left {
            let deliveries = self.cluster.leave(self.now_ms, connection);
            self.deliver(deliveries);
        }
    }

    fn deliver(&mut self, deliveries: Vec<Delivery>) {
        for delivery in deliveries {
            let (connection, parcel) = match delivery {
                Delivery::Message(connection, bytes) => (connection, Parcel::Message(bytes)),
                Delivery::Close(connection, code) => {
                    assert!(code.retry() == Retry::Later, "somebody was closed with {}", code.id());
                    (connection, Parcel::Closed(Some(code.close_code())))
                }
            };
            let delay_ms = self.random.random_range(1..80);
            let person = self
                .people
                .iter_mut()
                .find(|person| person.link.as_ref().is_some_and(|link| link.connection == connection));
            if let Some(link) = person.and_then(|person| person.link.as_mut()).filter(|link| !link.is_dead) {
                link.down.send(self.now_ms, delay_ms, parcel);
            }
        }
    }

    /// Plays events until this much time has passed.
    fn wait(&mut self, ms: u64) -> Result<(), String> {
        let until_ms = self.now_ms + ms;
        while let Some(at_ms) = self.next_ms().filter(|at_ms| *at_ms <= until_ms) {
            self.now_ms = self.now_ms.max(at_ms);
            self.play_due()?;
        }
        self.now_ms = until_ms;
        Ok(())
    }

    fn next_ms(&self) -> Option<u64> {
        let up = self.people.iter().filter_map(|person| person.link.as_ref()?.up.due_ms());
        let people = self.people.iter().filter_map(Person::due_ms);
        let silent = self.silent.iter().map(|(at_ms, _)| *at_ms);
        up.chain(people).chain(silent).chain(self.cluster.due_ms()).min()
    }

    fn play_due(&mut self) -> Result<(), String> {
        self.events += 1;
        if self.events > MAX_EVENTS {
            return Err(format!("more than {MAX_EVENTS} events"));
        }
        for index in 0..self.people.len() {
            while let Some(left) = self.people[index].step(self.now_ms, &mut self.random) {
                self.leave(left);
            }
            self.carry_up(index)?;
        }
        let noticed: Left = self.silent.extract_if(.., |(at_ms, _)| *at_ms <= self.now_ms).map(|(_, id)| id).collect();
        self.leave(noticed);
        let deliveries = self.cluster.tick(self.now_ms);
        self.deliver(deliveries);
        self.check_promises()
    }

    fn carry_up(&mut self, index: usize) -> Result<(), String> {
        loop {
            let Some(link) = &mut self.people[index].link else { return Ok(()) };
            let connection = link.connection;
            let Some(Parcel::Message(bytes)) = link.up.take_due(self.now_ms) else { return Ok(()) };
            let deliveries = self.cluster.receive(self.now_ms, connection, &bytes);
            self.deliver(deliveries);
        }
    }

    fn come_to_rest(&mut self) -> Result<(), String> {
        self.cluster.heal();
        for index in 0..self.people.len() {
            self.open(index);
        }
        let deadline_ms = self.now_ms + REST_MS;
        loop {
            let others = self.people.len() - 1;
            let unrest = self.people.iter().find_map(|person| person.is_at_rest(others).err());
            let Some(reason) =
                unrest.or_else(|| self.cluster.is_busy(self.now_ms).then(|| "the cluster is busy".to_owned()))
            else {
                return Ok(());
            };
            match self.next_ms().filter(|at_ms| *at_ms <= deadline_ms) {
                Some(at_ms) => self.now_ms = self.now_ms.max(at_ms),
                None => return Err(format!("no rest after {REST_MS} ms: {reason}")),
            }
            self.play_due()?;
        }
    }

    /// Nothing breaks any more, but nobody has to come to rest.
    fn end_as_it_is(mut self) -> Result<Ending, String> {
        self.cluster.heal();
        for index in 0..self.people.len() {
            self.open(index);
        }
        self.wait(AFTERWARDS_MS)?;
        Ok(self.ending(self.cluster.store.replay()?.contents()))
    }

    /// Acknowledged means stored; so does seen by another, unless the board said "not saved". And stored means that whoever
    /// loads the board now has it.
    fn check_promises(&mut self) -> Result<(), String> {
        self.cluster.store.check()?;
        for person in &mut self.people {
            for (what, update) in person.unchecked() {
                if !self.cluster.store.has(&update) {
                    return Err(format!("an update {what} by {} is not stored", person.name));
                }
            }
        }
        Ok(())
    }

    /// What the store holds at the end: all that was ever stored, and all that a service took and did not die with.
    fn check_stored(&self) -> Result<Document, String> {
        let mut replayed = self.cluster.store.replay()?;
        for update in self.cluster.taken() {
            if !matches!(replayed.merge(update), Ok(Merged::Applied { fresh: false })) {
                return Err("an update that a living service took is not stored".to_owned());
            }
        }
        for person in &self.people {
            for update in &person.kept {
                if !matches!(replayed.merge(update), Ok(Merged::Applied { fresh: false })) {
                    return Err(format!("an update that the browser of {} kept is not stored", person.name));
                }
            }
        }
        Ok(replayed)
    }

    fn check(&self) -> Result<Ending, String> {
        let replayed = self.check_stored()?;
        let contents = replayed.contents();
        for person in &self.people {
            let visit = person.visit.as_ref().ok_or("a tab is missing at the end")?;
            if visit.editor().board().contents() != contents {
                let theirs = visit.editor().board().contents();
                return Err(format!("{} sees\n{theirs}\nbut stored is\n{contents}", person.name));
            }
        }
        Ok(self.ending(contents))
    }

    fn ending(&self, contents: String) -> Ending {
        let store = &self.cluster.store;
        let loaded = store.state.load(&store.board).expect("the board is there");
        let updates = loaded.head_seq;
        let snapshot = loaded.snapshot.into_iter().map(|snapshot| snapshot.bytes);
        let stored = snapshot.chain(loaded.updates.into_iter().map(|row| row.bytes)).collect();
        Ending { contents, stored, updates }
    }
}
