//! The timer and the voting of a board, as this page knows them, and the calls that change them. It must not know how they
//! look.

use std::pin::Pin;

use leptos::prelude::*;
use protocol::meeting::{Ballot, Facilitation, MeetingValue, NewVoting, Timer, TimerWish, Voting};
use protocol::{BoardId, LinkSecret};

use crate::api::{self, ApiError};
use crate::clock::now_ms;
use crate::private_notes::PrivateNotes;
use crate::seen;
use crate::store::{BoardStore, Problem};
use crate::ui::dynamic::Mounted;
use crate::ui::toast::Toasts;
use crate::words::{Words, key};

type Answer = Result<Facilitation, ApiError>;

/// How far the reader's votes have come on their way to the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Casting {
    /// The server has them.
    Rests,
    /// They are on their way.
    UnderWay,
    /// The same, and they have changed since: the newest go once the server has answered.
    Due,
}

/// Of the board that is open; provided by context.
#[derive(Clone, Copy)]
pub struct Facilitating {
    board: StoredValue<Option<(BoardId, LinkSecret)>>,
    /// The timer, if there is one.
    pub timer: RwSignal<Option<Timer>>,
    /// The voting, if there is one.
    pub voting: RwSignal<Option<Voting>>,
    /// The reader's votes.
    pub votes: RwSignal<Vec<String>>,
    casting: StoredValue<Casting>,
    /// Counts the reader's votes: what was asked before the last one knows nothing of it.
    voted: StoredValue<u32>,
    /// The private notes.
    pub notes: PrivateNotes,
    /// How far the server's clock is ahead of the browser's, in milliseconds.
    ahead_ms: RwSignal<f64>,
    mounted: Mounted,
    words: Words,
    toasts: Toasts,
}

impl Facilitating {
    /// Of a board that is being opened. For the component that is being made.
    pub fn opening(store: BoardStore) -> Self {
        Self {
            board: StoredValue::new(None),
            timer: RwSignal::new(None),
            voting: RwSignal::new(None),
            votes: RwSignal::default(),
            casting: StoredValue::new(Casting::Rests),
            voted: StoredValue::new(0),
            notes: PrivateNotes::opening(store),
            ahead_ms: RwSignal::new(0.0),
            mounted: Mounted::here(),
            words: Words::of_page(),
            toasts: Toasts::of_page(),
        }
    }

    /// Somebody's votes are the same in all of their tabs.
    pub fn follow_votes(self) {
        seen::on_voted(move |board| {
            if self.board.try_get_value().flatten().is_some_and(|(id, _)| id.as_str() == board) {
                self.read();
            }
        });
    }

    /// What the board's page provides.
    pub fn of_page() -> Self {
        expect_context()
    }

    /// The board was joined, now or again.
    pub fn joined(self, id: BoardId, key: LinkSecret) {
        self.notes.joined(id.clone(), key.clone());
        self.board.set_value(Some((id, key)));
        self.read();
    }

    /// Reads everything anew.
    pub fn read(self) {
        if let Some((id, key)) = self.board.get_value() {
            let voted = self.voted.get_value();
            self.mounted.ask(async move { api::facilitation(&id, &key).await }, move |answer| {
                if let Ok(now) = answer {
                    self.take(now, voted);
                }
            });
        }
    }

    /// The server told of a change.
    pub fn hear(self, record: &str, value: Option<MeetingValue>, you: &str) {
        match (record, value) {
            (_, Some(MeetingValue::Timer(timer))) => self.timer.set(Some(timer)),
            ("timer", _) => self.timer.set(None),
            (_, Some(MeetingValue::Voting(voting))) => {
                let is_same =
                    |known: &Option<Voting>| known.as_ref().is_some_and(|known| known.shapes == voting.shapes);
                // Nobody has voted: it has just begun, unless the reader's first vote is still on its way.
                let has_begun = voting.is_open && voting.voters == 0 && self.casting.get_value() == Casting::Rests;
                if !self.voting.with_untracked(is_same) || has_begun {
                    self.votes.set(Vec::new());
                    self.casting.update_value(|casting| {
                        if *casting == Casting::Due {
                            *casting = Casting::UnderWay;
                        }
                    });
                }
                self.voting.set(Some(voting));
            }
            ("voting", _) => self.voting.set(None),
            (record, value) => {
                if self.notes.hear(record, value, you) {
                    self.read();
                }
            }
        }
    }

    /// `voted` is how often the reader had voted when this was asked for.
    fn take(self, now: Facilitation, voted: u32) {
        // Milliseconds since 1970 are exact in a double.
        self.ahead_ms.set(now.now_ms as f64 - now_ms());
        self.notes.take(&now);
        self.timer.set(now.timer);
        self.voting.set(now.voting);
        if self.casting.get_value() == Casting::Rests && self.voted.get_value() == voted {
            self.votes.set(now.ballot.votes);
        }
    }

    /// What is left of the timer, in whole seconds.
    pub fn left_seconds(self) -> Option<u64> {
        let timer = self.timer.get()?;
        let left_ms = match timer.ends_at_ms {
            Some(at_ms) => at_ms as f64 - now_ms() - self.ahead_ms.get(),
            None => timer.left_ms.unwrap_or(0) as f64,
        };
        // Bounded by the longest timer.
        Some((left_ms.max(0.0) / 1000.0).ceil() as u64)
    }

    /// Changes the timer.
    pub fn set_timer(self, wish: TimerWish) {
        let Some((id, key)) = self.board.get_value() else { return };
        self.ask(Box::pin(async move { api::set_timer(&id, &key, wish).await }));
    }

    /// Begins a voting on shapes.
    pub fn begin_voting(self, shapes: Vec<String>, budget: u32) {
        let Some((id, key)) = self.board.get_value() else { return };
        let wish = NewVoting { question: String::new(), budget, shapes };
        self.ask(Box::pin(async move { api::begin_voting(&id, &key, &wish).await }));
    }

    /// One vote more for a shape; none for it any more where there is none left.
    pub fn vote(self, shape: &str) {
        let Some(voting) = self.voting.get_untracked().filter(|voting| voting.is_open) else { return };
        self.votes.update(|votes| {
            // A budget is a small number.
            if votes.len() < voting.budget as usize {
                votes.push(shape.to_owned());
            } else {
                votes.retain(|vote| vote != shape);
            }
        });
        self.voted.update_value(|voted| *voted += 1);
        match self.casting.get_value() {
            Casting::Rests => self.cast(),
            // One at a time: two may arrive in another order.
            Casting::UnderWay | Casting::Due => self.casting.set_value(Casting::Due),
        }
    }

    /// Sends all of the reader's votes.
    fn cast(self) {
        let Some((id, key)) = self.board.get_value() else { return };
        self.casting.set_value(Casting::UnderWay);
        let (ballot, voted) = (Ballot { votes: self.votes.get_untracked() }, self.voted.get_value());
        let board = id.clone();
        self.mounted.ask(async move { api::cast(&id, &key, &ballot).await }, move |answer| {
            if answer.is_ok() {
                seen::tell_voted(&board);
            }
            match self.casting.get_value() {
                // Whatever became of these: the newest are all of them.
                Casting::Due => self.cast(),
                Casting::UnderWay | Casting::Rests => {
                    self.casting.set_value(Casting::Rests);
                    self.answered(answer, voted);
                }
            }
        });
    }

    /// Closes the voting, or takes a closed one away.
    pub fn end_voting(self) {
        let Some((id, key)) = self.board.get_value() else { return };
        let is_closed = self.voting.read_untracked().as_ref().is_some_and(|voting| !voting.is_open);
        self.ask(Box::pin(async move { api::end_voting(&id, &key, is_closed).await }));
    }

    fn ask(self, call: Pin<Box<dyn Future<Output = Answer>>>) {
        let voted = self.voted.get_value();
        self.mounted.ask(call, move |answer| self.answered(answer, voted));
    }

    fn answered(self, answer: Answer, voted: u32) {
        match answer {
            Ok(now) => self.take(now, voted),
            Err(error) => {
                let reason = self.words.named("problem", &format!("{}.text", Problem::from(error).id()));
                self.toasts.push(self.words.fill(key::FACILITATE_FAILED, &[("reason", &reason)]));
                self.read();
            }
        }
    }
}
