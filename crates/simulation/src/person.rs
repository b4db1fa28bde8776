//! One person: a browser with a log that outlives tabs, and perhaps an open tab (a visit) with a link.

use std::collections::{BTreeMap, VecDeque};

use board::{ClientId, ShapeId};
use bytes::Bytes;
use editor::{Input, Output};
use protocol::VisitToken;
use protocol::edge::{BoardStatus, EdgeMessage};
use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use sync::{LogKey, Status};
use visit::{Visit, VisitInput, VisitOptions, VisitOutput};

use crate::gesture::{Act, Gesture};
use crate::link::{Link, Parcel, Pipe};
use crate::mutant::Mutant;

/// Connections that a person's browser has left, for the gateway to notice.
pub(crate) type Left = Vec<u64>;

/// So many parts of a copy, less one, a dying tab has not written.
const UNWRITTEN_MAX: usize = 7;

pub(crate) struct Person {
    pub(crate) name: String,
    pub(crate) visit: Option<Visit>,
    pub(crate) link: Option<Link>,
    /// What the browser keeps across tabs.
    pub(crate) log: BTreeMap<u64, Bytes>,
    /// The copy of the board that it keeps across tabs, if it is one that does.
    copy: Option<Vec<Bytes>>,
    /// Updates that the log has taken: whoever made them was told that they are kept.
    pub(crate) kept: Vec<Bytes>,
    /// Updates of this browser that were acknowledged.
    pub(crate) acknowledged: Vec<Bytes>,
    /// Updates of others that were shown here while the board said nothing of "not saved".
    pub(crate) seen: Vec<Bytes>,
    network_back_ms: u64,
    refused_at_ms: Option<u64>,
    next_key: u64,
    log_answers: VecDeque<(u64, u64, Bytes)>,
    acts: VecDeque<(u64, Act)>,
    text: Option<ShapeId>,
    is_told_not_saved: bool,
    /// The join is not answered yet: what comes before that is not shown.
    is_joining: bool,
    /// Its browser keeps nothing (a private window, a full disk).
    is_forgetful: bool,
    /// How much of `acknowledged` and `seen` has been looked for in the store.
    checked: (usize, usize),
    mutant: Option<Mutant>,
}

impl Person {
    pub(crate) fn new(ordinal: u8, is_forgetful: bool, mutant: Option<Mutant>) -> Self {
        Self {
            name: format!("person {ordinal}"),
            visit: None,
            link: None,
            log: BTreeMap::new(),
            // Every second one, so that the log is tested alone too.
            copy: (ordinal.is_multiple_of(2) && !is_forgetful).then(Vec::new),
            kept: Vec::new(),
            acknowledged: Vec::new(),
            seen: Vec::new(),
            network_back_ms: 0,
            refused_at_ms: None,
            next_key: 0,
            log_answers: VecDeque::new(),
            acts: VecDeque::new(),
            text: None,
            is_told_not_saved: false,
            is_joining: true,
            is_forgetful,
            checked: (0, 0),
            mutant,
        }
    }

    /// Opens a tab, if none is open.
    pub(crate) fn open(&mut self, now_ms: u64, random: &mut ChaCha8Rng) -> Left {
        if self.visit.is_some() {
            return Vec::new();
        }
        self.visit = Some(Visit::new(VisitOptions {
            client: ClientId::from_random(random.random()),
            seed: random.random(),
            token: VisitToken(random.random()),
            key: String::new(),
            name: self.name.clone(),
            colour: "#336699".to_owned(),
        }));
        if let Some(visit) = &mut self.visit {
            visit.editor_mut().take_up(&editor::SELDOM);
        }
        let entries = self.log.iter().map(|(key, update)| (LogKey(*key), update.clone())).collect();
        let mut left = Vec::new();
        let view = Input::ViewResized { width_px: 800.0, height_px: 700.0 };
        let copy = self.copy.clone().unwrap_or_default().into_iter().map(VisitInput::Recalled);
        let begin = [VisitInput::Restored(entries), VisitInput::Start];
        for input in std::iter::once(VisitInput::Editor(view)).chain(copy).chain(begin) {
            left.extend(self.feed(now_ms, random, input));
        }
        left
    }

    /// The tab dies; what the log has stays, and what of the copy was written.
    pub(crate) fn kill(&mut self) -> Left {
        if let Some(copy) = &mut self.copy {
            copy.truncate(copy.len() - copy.len() % UNWRITTEN_MAX);
        }
        self.visit = None;
        self.acts.clear();
        self.log_answers.clear();
        self.text = None;
        self.refused_at_ms = None;
        self.drop_link()
    }

    /// The network goes away without a word, for a while.
    pub(crate) fn cut(&mut self, now_ms: u64, ms: u64) -> Left {
        self.network_back_ms = self.network_back_ms.max(now_ms + ms);
        if self.link.is_none() {
            return Vec::new();
        }
        self.refused_at_ms = Some(now_ms + 5);
        self.drop_link()
    }

    /// The connection dies without a word to either side. Gives it, for the gateway to notice in its time.
    pub(crate) fn half_open(&mut self) -> Option<u64> {
        let link = self.link.as_mut().filter(|link| link.opens_at_ms.is_none() && !link.is_dead)?;
        link.is_dead = true;
        link.up.lose();
        link.down.lose();
        Some(link.connection)
    }

    /// What was acknowledged or seen since the last call.
    pub(crate) fn unchecked(&mut self) -> Vec<(&'static str, Bytes)> {
        let (acknowledged, seen) = self.checked;
        self.checked = (self.acknowledged.len(), self.seen.len());
        let acknowledged = self.acknowledged[acknowledged..].iter().map(|update| ("acknowledged", update.clone()));
        acknowledged.chain(self.seen[seen..].iter().map(|update| ("seen", update.clone()))).collect()
    }

    pub(crate) fn act(&mut self, now_ms: u64, gesture: &Gesture) {
        let begins_ms = self.acts.back().map_or(now_ms, |(at_ms, _)| at_ms + 1).max(now_ms);
        self.acts.extend(gesture.acts().into_iter().map(|(after_ms, act)| (begins_ms + after_ms, act)));
    }

    pub(crate) fn is_at_rest(&self, others: usize) -> Result<(), String> {
        let Some(visit) = &self.visit else { return Err(format!("{} has no tab", self.name)) };
        let pipes_empty = self.link.as_ref().is_some_and(|link| {
            !link.is_dead && link.opens_at_ms.is_none() && link.up.due_ms().is_none() && link.down.due_ms().is_none()
        });
        let people = visit.editor().chrome().people.len();
        match () {
            () if visit.status() != Status::Saved => {
                Err(format!("{}: {:?}, {} unacknowledged", self.name, visit.status(), visit.unacknowledged()))
            }
            () if !self.acts.is_empty() || !self.log_answers.is_empty() => Err(format!("{} is busy", self.name)),
            () if !pipes_empty => Err(format!("{}: the link is busy", self.name)),
            () if !self.log.is_empty() => Err(format!("{}: {} entries left in the log", self.name, self.log.len())),
            () if people != others => Err(format!("{} sees {people} others, not {others}", self.name)),
            () => Ok(()),
        }
    }

    /// When something of this person is due.
    pub(crate) fn due_ms(&self) -> Option<u64> {
        let link = self.link.as_ref();
        [
            self.acts.front().map(|(at_ms, _)| *at_ms),
            self.log_answers.front().map(|(at_ms, ..)| *at_ms),
            self.refused_at_ms,
            link.and_then(|link| link.opens_at_ms),
            link.and_then(|link| link.down.due_ms()),
            self.visit.as_ref().and_then(Visit::wake_at_ms),
        ]
        .into_iter()
        .flatten()
        .min()
    }

    /// Does one thing that is due; `None` when nothing is.
    pub(crate) fn step(&mut self, now_ms: u64, random: &mut ChaCha8Rng) -> Option<Left> {
        let input = self.next_input(now_ms)?;
        Some(input.map_or_else(Left::new, |input| self.feed(now_ms, random, input)))
    }

    fn next_input(&mut self, now_ms: u64) -> Option<Option<VisitInput>> {
        if self.acts.front().is_some_and(|(at_ms, _)| *at_ms <= now_ms) {
            let (_, act) = self.acts.pop_front()?;
            return Some(self.act_input(act).map(VisitInput::Editor));
        }
        if self.log_answers.front().is_some_and(|(at_ms, ..)| *at_ms <= now_ms) {
            let (_, entry, update) = self.log_answers.pop_front()?;
            if self.is_forgetful {
                return Some(Some(VisitInput::Logged { entry, key: None }));
            }
            self.next_key += 1;
            self.kept.push(update.clone());
            if self.mutant != Some(Mutant::ForgetsLog) {
                self.log.insert(self.next_key, update);
            }
            return Some(Some(VisitInput::Logged { entry, key: Some(LogKey(self.next_key)) }));
        }
        if self.refused_at_ms.take_if(|at_ms| *at_ms <= now_ms).is_some() {
            return Some(Some(VisitInput::LinkClosed { close_code: None }));
        }
        if let Some(link) = &mut self.link {
            if link.opens_at_ms.take_if(|at_ms| *at_ms <= now_ms).is_some() {
                (self.is_told_not_saved, self.is_joining) = (false, true);
                return Some(Some(VisitInput::LinkOpened));
            }
            if let Some(parcel) = link.down.take_due(now_ms) {
                return Some(Some(self.unpack(parcel)));
            }
        }
        let is_due = self.visit.as_ref().and_then(Visit::wake_at_ms).is_some_and(|at_ms| at_ms <= now_ms);
        is_due.then_some(Some(VisitInput::Tick))
    }

    fn unpack(&mut self, parcel: Parcel) -> VisitInput {
        match parcel {
            Parcel::Message(bytes) => {
                match EdgeMessage::decode(&bytes) {
                    Ok(EdgeMessage::Status(status)) => self.is_told_not_saved = status != BoardStatus::Healthy,
                    Ok(EdgeMessage::Rejoin) => (self.is_told_not_saved, self.is_joining) = (false, true),
                    Ok(EdgeMessage::StateChunk(chunk)) if chunk.last => self.is_joining = false,
                    Ok(EdgeMessage::SyncUpdate(update)) if !self.is_told_not_saved && !self.is_joining => {
                        self.seen.push(bytes.slice_ref(update));
                    }
                    _ => {}
                }
                VisitInput::Received(bytes)
            }
            Parcel::Closed(close_code) => {
                self.link = None;
                VisitInput::LinkClosed { close_code }
            }
        }
    }

    fn act_input(&self, act: Act) -> Option<Input> {
        match act {
            Act::Input(input) => Some(input),
            Act::Text(text) => {
                let id = self.text.clone()?;
                Some(Input::TextEdited { id, text, caret_utf16: None, composing: false })
            }
            Act::EndText => self.text.as_ref().map(|_| Input::TextEnded),
        }
    }

    fn feed(&mut self, now_ms: u64, random: &mut ChaCha8Rng, input: VisitInput) -> Left {
        let Some(visit) = &mut self.visit else { return Vec::new() };
        let mut left = Vec::new();
        for output in visit.handle(now_ms, input) {
            match output {
                VisitOutput::Connect if now_ms < self.network_back_ms => {
                    self.refused_at_ms = Some(now_ms + 20);
                }
                VisitOutput::Connect => {
                    let connection = random.random::<u32>().into();
                    let opens_at_ms = Some(now_ms + random.random_range(2..60));
                    let (up, down) = (Pipe::default(), Pipe::default());
                    self.link = Some(Link { connection, opens_at_ms, up, down, is_dead: false });
                }
                VisitOutput::Disconnect => {
                    left.extend(self.drop_link());
                }
                VisitOutput::Send(bytes) => {
                    if let Some(link) = self.link.as_mut().filter(|link| !link.is_dead) {
                        link.up.send(now_ms, random.random_range(1..80), Parcel::Message(bytes));
                    }
                }
                VisitOutput::Log { entry, update } => {
                    let at_ms = self.log_answers.back().map_or(0, |(at_ms, ..)| *at_ms);
                    let at_ms = at_ms.max(now_ms + random.random_range(0..10));
                    self.log_answers.push_back((at_ms, entry, update));
                }
                VisitOutput::Unlog(keys) => {
                    self.acknowledged.extend(keys.into_iter().filter_map(|key| self.log.remove(&key.0)));
                }
                VisitOutput::Editor(Output::EditText(session)) => self.text = Some(session.id),
                VisitOutput::Editor(Output::EndText) => self.text = None,
                VisitOutput::Stored(update) => {
                    if let Some(copy) = &mut self.copy {
                        copy.push(update);
                    }
                }
                VisitOutput::CopyDamaged => unreachable!("nothing damages a simulated copy"),
                VisitOutput::Welcomed { .. }
                | VisitOutput::Status(_)
                | VisitOutput::Damaged { .. }
                | VisitOutput::Meeting { .. }
                | VisitOutput::Editor(_) => {}
            }
        }
        left
    }

    fn drop_link(&mut self) -> Left {
        self.link.take().filter(|link| !link.is_dead).map(|link| link.connection).into_iter().collect()
    }
}
