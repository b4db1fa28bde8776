//! The clock and everything on it: plays a plan event by event, then lets all come to rest and checks what must hold.

use std::collections::BTreeSet;

use board::{ClientId, Document, Merged};
use bytes::Bytes;
use protocol::ErrorCode;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use crate::link::Parcel;
use crate::person::{Left, Person};
use crate::plan::{Plan, Step};
use crate::service::{Delivery, Mutant, Service, stored_board};

/// Virtual time within which everything must have come to rest once nothing breaks any more.
const REST_MS: u64 = 120_000;
/// Events of one run: more means that two machines keep each other busy.
const MAX_EVENTS: usize = 400_000;

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
    service: Service,
    events: usize,
}

/// Plays a plan to its end.
///
/// # Errors
/// What did not hold.
pub fn run(plan: &Plan, mutant: Option<Mutant>) -> Result<Ending, String> {
    let mut world = World {
        now_ms: 1000,
        random: ChaCha8Rng::seed_from_u64(plan.seed ^ 0x5eed),
        people: (0..plan.people.max(1)).map(|ordinal| Person::new(ordinal, mutant)).collect(),
        service: Service::new(mutant),
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
    world.come_to_rest()?;
    world.check()
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
            Step::Crash => {
                self.crash();
                self.check_promises()?;
            }
            Step::StoreDown => self.service.is_store_up = false,
            Step::StoreUp => self.service.is_store_up = true,
            Step::LoseAnswer => self.service.loses_answer = true,
            Step::Wait { ms } => self.wait(u64::from(*ms))?,
        }
        Ok(())
    }

    fn open(&mut self, index: usize) {
        let left = self.people[index].open(self.now_ms, &mut self.random);
        self.leave(left);
    }

    fn crash(&mut self) {
        let gone: BTreeSet<u64> = self.service.crash().into_iter().collect();
        for person in &mut self.people {
            if let Some(link) = person.link.as_mut().filter(|link| gone.contains(&link.connection)) {
                link.down.send(self.now_ms, 5, Parcel::Closed(None));
            }
        }
    }

    fn leave(&mut self, left: Left) {
        for connection in left {
            let deliveries = self.service.leave(self.now_ms, connection);
            self.deliver(deliveries);
        }
    }

    fn deliver(&mut self, deliveries: Vec<Delivery>) {
        for delivery in deliveries {
            let (connection, parcel) = match delivery {
                Delivery::Message(connection, bytes) => (connection, Parcel::Message(bytes)),
                Delivery::Close(connection, code) => (connection, Parcel::Closed(Some(code.close_code()))),
            };
            let delay_ms = self.random.random_range(1..80);
            let person = self
                .people
                .iter_mut()
                .find(|person| person.link.as_ref().is_some_and(|link| link.connection == connection));
            if let Some(link) = person.and_then(|person| person.link.as_mut()) {
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
        up.chain(people).chain(self.service.due_ms()).min()
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
        let deliveries = self.service.tick(self.now_ms);
        self.deliver(deliveries);
        Ok(())
    }

    fn carry_up(&mut self, index: usize) -> Result<(), String> {
        loop {
            let Some(link) = &mut self.people[index].link else { return Ok(()) };
            let connection = link.connection;
            let Some(Parcel::Message(bytes)) = link.up.take_due(self.now_ms) else { return Ok(()) };
            let deliveries = self.service.receive(self.now_ms, connection, &bytes);
            let refusal = deliveries.iter().find_map(|delivery| match delivery {
                Delivery::Close(_, code) if *code != ErrorCode::Unavailable => Some(*code),
                Delivery::Close(..) | Delivery::Message(..) => None,
            });
            if let Some(code) = refusal {
                return Err(format!("{} was closed with {}", self.people[index].name, code.id()));
            }
            self.deliver(deliveries);
        }
    }

    fn come_to_rest(&mut self) -> Result<(), String> {
        self.service.is_store_up = true;
        self.service.loses_answer = false;
        for index in 0..self.people.len() {
            self.open(index);
        }
        let deadline_ms = self.now_ms + REST_MS;
        loop {
            let others = self.people.len() - 1;
            let unrest = self.people.iter().find_map(|person| person.is_at_rest(others).err());
            let Some(reason) = unrest.or_else(|| self.service.due_ms().map(|_| "the service is busy".to_owned()))
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

    /// Acknowledged means stored; so does seen by another, unless the board said "not saved".
    fn check_promises(&self) -> Result<Document, String> {
        let loaded = self.service.store.load(&self.service.board).expect("the board is there");
        let mut replayed = Document::new(ClientId::from_random(0));
        let stored = stored_board(loaded);
        let snapshot = stored.snapshot.iter().map(|(_, bytes)| bytes);
        for bytes in snapshot.chain(stored.rows.iter().map(|(_, bytes)| bytes)) {
            match replayed.merge(bytes) {
                Ok(Merged::Applied { .. }) => {}
                other => return Err(format!("the stored log does not replay: {other:?}")),
            }
        }
        for person in &self.people {
            for (what, updates) in [("acknowledged", &person.acknowledged), ("seen", &person.seen)] {
                for update in updates {
                    if !matches!(replayed.merge(update), Ok(Merged::Applied { fresh: false })) {
                        return Err(format!("an update {what} by {} is not stored", person.name));
                    }
                }
            }
        }
        Ok(replayed)
    }

    fn check(&self) -> Result<Ending, String> {
        let replayed = self.check_promises()?;
        let contents = replayed.contents();
        for person in &self.people {
            let visit = person.visit.as_ref().ok_or("a tab is missing at the end")?;
            if visit.editor().board().contents() != contents {
                let theirs = visit.editor().board().contents();
                return Err(format!("{} sees\n{theirs}\nbut stored is\n{contents}", person.name));
            }
        }
        let loaded = self.service.store.load(&self.service.board).expect("the board is there");
        let updates = loaded.head_seq;
        let snapshot = loaded.snapshot.into_iter().map(|snapshot| snapshot.bytes);
        let stored = snapshot.chain(loaded.updates.into_iter().map(|row| row.bytes)).collect();
        Ok(Ending { contents, stored, updates })
    }
}
