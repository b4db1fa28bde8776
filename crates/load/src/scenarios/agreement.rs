//! Random editors that drop off and come back, and people who all come at once: in the end everybody has the same board
//! as a fresh reader. Contents are compared, not state vectors: sets of deletions can differ behind equal vectors.

use std::time::Duration;

use anyhow::{Context, Result};
use board::{Board, ClientId, Edit, Field, Kind, NewShape, ShapeId, StateVector};
use futures_util::future::try_join_all;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use scene::BoardPoint;
use tokio::task::LocalSet;
use tokio::time::{Instant, interval, sleep, timeout};

use crate::client::{Client, Heard, SocketOptions};
use crate::place::Place;
use crate::report::{Bar, Report};
use crate::scenarios::crowd::{self, Crowd};
use crate::stage::{Stage, Subject};

/// Edits a second of each editor.
const EDITS_PER_S: u32 = 40;
/// How long an editor stays connected, and away.
const CONNECTED: Duration = Duration::from_millis(1500);
const AWAY: Duration = Duration::from_millis(300);
/// How long all may take to agree in the end.
const PATIENCE: Duration = Duration::from_secs(10);

/// Editors who drop off and come back.
///
/// # Errors
/// The server does not start, or a connection fails.
pub async fn with_disconnects(subject: &Subject, editors: u64, seconds: u64) -> Result<Report> {
    let stage = Stage::start(subject, 1).await?;
    on_stage(&stage, editors, seconds, &format!("{:?}", subject.speech)).await
}

/// The same on a server that runs.
///
/// # Errors
/// A connection fails.
pub async fn on_stage(stage: &Stage, editors: u64, seconds: u64, name: &str) -> Result<Report> {
    let place = stage.place(0);
    let end = Instant::now() + Duration::from_secs(seconds);
    let local = LocalSet::new();
    let people = (0..editors).map(|seed| local.spawn_local(Person::live(place.clone(), seed, end)));
    let people: Vec<_> = people.collect();
    let contents = local.run_until(try_join_all(people)).await?;
    let contents: Vec<Board> = contents.into_iter().collect::<Result<_>>()?;
    let (fresh, joined) = Client::join(&place).await?;
    fresh.leave().await;
    let mut whole = Board::new(ClientId::from_random(getrandom::u64()?));
    for update in joined.decoded()? {
        whole.merge(&update)?;
    }
    let different = contents.iter().filter(|board| board.contents() != whole.contents()).count();
    let mut report = Report::new(format!("{name}: {editors} random editors for {seconds} s, with disconnects"));
    report.put("different from a fresh reader", different as f64, "", Bar::AtMost(0.0));
    report.put("shapes in the end", whole.len() as f64, "", Bar::AtLeast(1.0));
    Ok(report)
}

/// Everybody joins a board that nobody has open, in the same moment; then every edit reaches everybody.
///
/// # Errors
/// The server does not start, or a connection fails.
pub async fn stampede(subject: &Subject, boards: usize) -> Result<Report> {
    let stage = Stage::start(subject, boards).await?;
    let mut lost = 0;
    for number in 0..boards {
        let place = stage.place(number);
        let _crowd = try_join_all((0..18).map(|_| Client::join(&place))).await?;
        let crowd = Crowd { writers: 10, readers: 8, edits_per_s: 50, cursors_per_s: 0, seconds: 1, pad_bytes: 0 };
        lost += crowd::run(&stage, &place, crowd).await?.lost;
    }
    let mut report = Report::new(format!("{:?}: all first joins at once, {boards} boards", subject.speech));
    report.put("lost", lost as f64, "", Bar::AtMost(0.0));
    Ok(report)
}

struct Person {
    place: Place,
    random: ChaCha8Rng,
    board: Board,
    client: Option<Client>,
}

impl Person {
    async fn live(place: Place, seed: u64, end: Instant) -> Result<Board> {
        let board = Board::new(ClientId::from_random(getrandom::u64()?));
        let mut person = Self { place, random: ChaCha8Rng::seed_from_u64(seed), board, client: None };
        let mut ticks = interval(Duration::from_secs(1) / EDITS_PER_S);
        while Instant::now() < end {
            person.connect().await?;
            let jitter = person.random.random_range(0..500);
            person.edit_until(&mut ticks, Instant::now() + CONNECTED + Duration::from_millis(jitter)).await?;
            person.client = None;
            person.edit_until(&mut ticks, Instant::now() + AWAY).await?;
        }
        person.connect().await?;
        person.settle().await?;
        Ok(person.board)
    }

    async fn connect(&mut self) -> Result<()> {
        let vector = self.board.state_vector().0;
        let mut client = Client::connect_with(&self.place, SocketOptions::default(), &vector).await?;
        let joined = client.receive_state().await?;
        for update in joined.decoded()? {
            self.board.merge(&update)?;
        }
        if let Some(known) = joined.server_vector {
            client.edit(&self.board.diff(&StateVector(known))?.0).await?;
            client.flush().await?;
        }
        self.client = Some(client);
        Ok(())
    }

    async fn edit_until(&mut self, ticks: &mut tokio::time::Interval, end: Instant) -> Result<()> {
        while Instant::now() < end {
            let heard = match &mut self.client {
                Some(client) => tokio::select! {
                    heard = client.hear() => Some(heard?),
                    _ = ticks.tick() => None,
                },
                None => {
                    ticks.tick().await;
                    None
                }
            };
            match heard {
                Some(heard) => self.take(heard).await?,
                None => self.edit().await?,
            }
        }
        Ok(())
    }

    async fn edit(&mut self) -> Result<()> {
        let edit = self.random_edit()?;
        let Some(update) = self.board.apply(&[edit]).update else { return Ok(()) };
        if let Some(client) = &mut self.client {
            client.edit(&update.0).await?;
            client.flush().await?;
        }
        Ok(())
    }

    fn random_edit(&mut self) -> Result<Edit> {
        let shapes = self.board.len();
        let which = if shapes == 0 { 0 } else { self.random.random_range(0..shapes) };
        let id = self.board.shapes().nth(which).map(|shape| shape.id.clone());
        let at = BoardPoint::new(self.random.random_range(0.0..900.0), self.random.random_range(0.0..900.0));
        let order = Field::Order(self.board.order_top(self.random.random()));
        Ok(match (self.random.random_range(0..10), id) {
            (0..=2, _) | (_, None) => {
                let shape = NewShape::new(Kind::Text, vec![Field::Pos(at), order]).with_text("a");
                Edit::Insert { id: ShapeId::from_random(self.random.random()), shape }
            }
            (3..=5, Some(id)) => Edit::Set { id, field: Field::Pos(at) },
            (6, Some(id)) => Edit::Set { id, field: order },
            (7, Some(id)) => Edit::Remove { id },
            (_, Some(id)) => {
                let at_utf16 = self.random.random_range(0..3);
                let delete_utf16 = self.random.random_range(0..2);
                Edit::SpliceText { id, at_utf16, delete_utf16, insert: "bc".to_owned() }
            }
        })
    }

    async fn take(&mut self, heard: Heard) -> Result<()> {
        match heard {
            Heard::Update(update) => {
                self.board.merge(&update)?;
            }
            Heard::Asks(known) => {
                let update = self.board.diff(&StateVector(known))?.0;
                let client = self.client.as_mut().context("somebody asked")?;
                client.edit(&update).await?;
                client.flush().await?;
            }
            Heard::Closed(_) => self.client = None,
            Heard::Acknowledged(_) | Heard::People(_) | Heard::Other => {}
        }
        Ok(())
    }

    /// Waits until all of ours is stored, and everybody else's had time to come.
    async fn settle(&mut self) -> Result<()> {
        let give_up = Instant::now() + PATIENCE;
        let mut quiet_since = Instant::now();
        while Instant::now() < give_up && quiet_since.elapsed() < Duration::from_secs(3) {
            let Some(client) = &mut self.client else { return self.connect_again().await };
            if let Ok(heard) = timeout(Duration::from_millis(200), client.hear()).await {
                let heard = heard?;
                if !matches!(heard, Heard::Other | Heard::People(_)) {
                    quiet_since = Instant::now();
                }
                self.take(heard).await?;
            }
        }
        Ok(())
    }

    async fn connect_again(&mut self) -> Result<()> {
        sleep(AWAY).await;
        self.connect().await
    }
}
