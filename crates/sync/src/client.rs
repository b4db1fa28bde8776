//! A browser's side of one board: log before send, join, acknowledge, retry, and a status that is always true.
//!
//! It holds no document: the shell gives it updates made here and merges those it hands out. It must not know what the
//! link, the log or the clock are made of.

mod exchange;
mod held;
mod outbox;
mod pulse;
mod status;

use bytes::Bytes;
use protocol::awareness::{self, AwarenessEntry, PresenceState};
use protocol::edge::{BoardStatus, EdgeMessage, Hello, StateChunk, Welcome};
use protocol::limits::{MAX_PRESENCE_BYTES, PRESENCE_INTERVAL_MS, PRESENCE_RENEW_MS, PRESENCE_TIMEOUT_MS};
use protocol::{ErrorCode, PROTOCOL_VERSION, Retry, Role, SCHEMA_VERSION};

pub use exchange::{ClientInput, ClientOptions, ClientOutput};
use held::Held;
pub use outbox::LogKey;
use outbox::Outbox;
use pulse::{Beat, Pulse};
pub use status::Status;
use status::View;

use crate::peers::{PeerEvent, Peers};

/// First pause before a lost link is tried again, in milliseconds; doubles with each failure.
const BACKOFF_BASE_MS: u64 = 250;
/// Longest such pause.
const BACKOFF_MAX_MS: u64 = 10_000;
/// Largest update that one chunk of a join may declare; a server that says more is not ours.
const MAX_CHUNK_BYTES: usize = 64 * 1024 * 1024;
/// How long a board may be on its way to another service before the person is told.
const QUIET_REJOIN_MS: u64 = 500;
/// Lines of one awareness message from the server.
const MAX_PEOPLE: usize = 10_000;

#[derive(Debug)]
enum Phase {
    Idle,
    Waiting { retry_at_ms: u64 },
    Connecting,
    Joining,
    Joined,
    Ended(ErrorCode),
}

/// The machine. Feed it with `handle`, call it with `Tick` at `wake_at_ms`.
#[derive(Debug)]
pub struct Client {
    options: ClientOptions,
    phase: Phase,
    outbox: Outbox,
    peers: Peers,
    failures: u32,
    role: Option<Role>,
    is_outdated: bool,
    store: BoardStatus,
    /// Something may be on the board here that the store did not have when it was shown.
    saw_unsaved: bool,
    has_joined: bool,
    /// What others did that the store may not have.
    held: Held,
    refused: Option<ErrorCode>,
    pulse: Pulse,
    /// Since when a board that was joined is being joined again on the same link.
    rejoining_since_ms: Option<u64>,
    presence: PresenceState,
    presence_clock: u64,
    presence_sent_ms: u64,
    is_presence_due: bool,
    selection: Option<Bytes>,
    status: Status,
}

impl Client {
    /// A client that waits for `Start`.
    #[must_use]
    pub fn new(options: ClientOptions) -> Self {
        Self {
            options,
            phase: Phase::Idle,
            outbox: Outbox::default(),
            peers: Peers::default(),
            failures: 0,
            role: None,
            is_outdated: false,
            store: BoardStatus::Healthy,
            saw_unsaved: false,
            has_joined: false,
            held: Held::default(),
            refused: None,
            pulse: Pulse::default(),
            rejoining_since_ms: None,
            presence: PresenceState::default(),
            presence_clock: 0,
            presence_sent_ms: 0,
            is_presence_due: false,
            selection: None,
            status: Status::Connecting,
        }
    }

    /// What the person is shown.
    #[must_use]
    pub fn status(&self) -> Status {
        self.status
    }

    /// Edits that no acknowledgement covers yet.
    #[must_use]
    pub fn unacknowledged(&self) -> usize {
        self.outbox.len()
    }

    /// Whether the store has everything that was ever shown here, so that the whole board may become this browser's copy.
    #[must_use]
    pub fn is_all_stored(&self) -> bool {
        let is_joined = matches!(self.phase, Phase::Joined);
        is_joined && self.store == BoardStatus::Healthy && self.outbox.is_empty() && self.held.is_clean()
    }

    /// When `Tick` is due at the latest.
    #[must_use]
    pub fn wake_at_ms(&self) -> Option<u64> {
        match self.phase {
            Phase::Idle | Phase::Ended(_) => None,
            Phase::Waiting { retry_at_ms } => Some(retry_at_ms),
            Phase::Connecting | Phase::Joining => {
                let told_ms = self.rejoining_since_ms.map(|since_ms| since_ms + QUIET_REJOIN_MS);
                let told_ms = told_ms.filter(|_| !matches!(self.status, Status::Reconnecting { .. }));
                let silent_ms = self.pulse.silent_at_ms(PRESENCE_TIMEOUT_MS);
                Some(told_ms.map_or(silent_ms, |told_ms| told_ms.min(silent_ms)))
            }
            Phase::Joined => {
                let interval_ms = if self.is_presence_due { PRESENCE_INTERVAL_MS } else { PRESENCE_RENEW_MS };
                Some((self.presence_sent_ms + interval_ms).min(self.pulse.due_ms()))
            }
        }
    }

    /// Takes an input, gives what is to be done.
    pub fn handle(&mut self, now_ms: u64, input: ClientInput) -> Vec<ClientOutput> {
        let mut out = Vec::new();
        match input {
            ClientInput::Restored(entries) => {
                out.extend(entries.iter().map(|(_, update)| ClientOutput::Merge(update.clone())));
                self.outbox.restore(entries);
            }
            ClientInput::Start => self.connect(now_ms, &mut out),
            ClientInput::Opened { state_vector } => self.greet(now_ms, &state_vector, &mut out),
            ClientInput::Closed { close_code } => self.lose(now_ms, close_code, &mut out),
            ClientInput::Online => {
                if matches!(self.phase, Phase::Waiting { .. }) {
                    self.connect(now_ms, &mut out);
                }
            }
            ClientInput::Offline => {
                if matches!(self.phase, Phase::Joined) && self.pulse.doubt(now_ms) {
                    out.push(ClientOutput::Send(EdgeMessage::Ping.encode().into()));
                }
            }
            ClientInput::Received(bytes) => self.receive(now_ms, &bytes, &mut out),
            ClientInput::Local(update) => {
                let entry = self.outbox.push(update.clone());
                out.push(ClientOutput::Log { entry, update });
            }
            ClientInput::Logged { entry, key } => self.outbox.logged(entry, key),
            ClientInput::Presence(state) => {
                self.is_presence_due |= state != self.presence;
                self.presence = state;
            }
            ClientInput::Selection(bytes) => {
                self.selection = Some(bytes);
                self.send_selection(&mut out);
            }
            ClientInput::Gap => {
                if matches!(self.phase, Phase::Joined) {
                    self.drop_link(now_ms, &mut out);
                }
            }
            ClientInput::Draft(bytes) => self.send_draft(&bytes, &mut out),
            ClientInput::Tick => self.tick(now_ms, &mut out),
        }
        self.send_edits(&mut out);
        self.send_presence(now_ms, &mut out);
        self.tell_status(now_ms, &mut out);
        out
    }

    fn connect(&mut self, now_ms: u64, out: &mut Vec<ClientOutput>) {
        self.phase = Phase::Connecting;
        self.pulse.hear(now_ms);
        out.push(ClientOutput::Connect);
    }

    fn greet(&mut self, now_ms: u64, state_vector: &[u8], out: &mut Vec<ClientOutput>) {
        if !matches!(self.phase, Phase::Connecting) {
            return;
        }
        self.pulse.hear(now_ms);
        self.phase = Phase::Joining;
        self.store = BoardStatus::Healthy;
        self.refused = None;
        let hello = Hello { protocol: PROTOCOL_VERSION, schema: SCHEMA_VERSION, key: &self.options.key, state_vector };
        out.push(ClientOutput::Send(EdgeMessage::Hello(hello).encode().into()));
        out.push(ClientOutput::Send(EdgeMessage::Visit(self.options.token).encode().into()));
    }

    /// The board goes on at another service: everything from hello on again, on the same link (LINK-6).
    fn rejoin(&mut self, now_ms: u64, out: &mut Vec<ClientOutput>) {
        if matches!(self.phase, Phase::Joined) {
            self.rejoining_since_ms = Some(now_ms);
        }
        self.outbox.link_lost();
        self.held.link_lost();
        self.phase = Phase::Connecting;
        out.push(ClientOutput::Rejoin);
    }

    fn lose(&mut self, now_ms: u64, close_code: Option<u16>, out: &mut Vec<ClientOutput>) {
        if matches!(self.phase, Phase::Idle | Phase::Ended(_)) {
            return;
        }
        self.outbox.link_lost();
        self.held.link_lost();
        self.rejoining_since_ms = None;
        out.extend(self.peers.clear().into_iter().map(peer_output));
        let code = close_code.and_then(ErrorCode::from_close_code).or(self.refused);
        if let Some(code) = code.filter(|code| code.retry() == Retry::Never) {
            self.phase = Phase::Ended(code);
            return;
        }
        let ceiling_ms = BACKOFF_BASE_MS.saturating_mul(1 << self.failures.min(16)).min(BACKOFF_MAX_MS);
        self.failures += 1;
        // Full jitter: anywhere between a small floor and the ceiling, so that a restarted server is not stormed.
        let pause_ms = 50 + self.next_random() % ceiling_ms;
        self.phase = Phase::Waiting { retry_at_ms: now_ms + pause_ms };
    }

    fn receive(&mut self, now_ms: u64, bytes: &Bytes, out: &mut Vec<ClientOutput>) {
        if matches!(self.phase, Phase::Idle | Phase::Waiting { .. } | Phase::Ended(_)) {
            return;
        }
        self.pulse.hear(now_ms);
        let Ok(message) = EdgeMessage::decode(bytes) else {
            self.drop_link(now_ms, out);
            return;
        };
        match message {
            EdgeMessage::Welcome(welcome) => self.welcome(&welcome, out),
            EdgeMessage::StateChunk(chunk) => self.take_state(now_ms, &chunk, out),
            // Part of the state that the join is answered with, which says first whether it is saved.
            EdgeMessage::SyncUpdate(_) if matches!(self.phase, Phase::Joining) => {}
            EdgeMessage::SyncUpdate(update) | EdgeMessage::SyncStep2(update) => {
                let update = bytes.slice_ref(update);
                out.push(ClientOutput::MergeNext(update.clone()));
                self.held.take(update, self.store, out);
            }
            EdgeMessage::SyncStep1(state_vector) => {
                out.push(ClientOutput::Reconcile {
                    state_vector: bytes.slice_ref(state_vector),
                    always: true,
                    except_own: false,
                });
            }
            EdgeMessage::Ack { seq } => {
                let acknowledged = self.outbox.acknowledge(seq);
                // An edit of an earlier visit may have waited at the server for what it builds on; that has been sent
                // here by now, the edit itself has not (LOG-5).
                out.extend(acknowledged.restored.into_iter().map(ClientOutput::Merge));
                out.extend(acknowledged.updates.into_iter().map(ClientOutput::Stored));
                if !acknowledged.keys.is_empty() {
                    out.push(ClientOutput::Unlog(acknowledged.keys));
                }
            }
            EdgeMessage::Status(status) => {
                if self.store == BoardStatus::ReadOnly && status != BoardStatus::ReadOnly {
                    // What was sent meanwhile was ignored; numbers go on, entries go again.
                    self.outbox.send_again();
                }
                self.store = status;
                self.held.hear(status, out);
                // "Healthy" says that all is stored; before the join is answered it says nothing of what is on the board here.
                if matches!(self.phase, Phase::Joined) {
                    self.saw_unsaved = status != BoardStatus::Healthy;
                }
            }
            EdgeMessage::Damaged { parts } => out.push(ClientOutput::Damaged { parts }),
            EdgeMessage::Refused(code) => self.refused = Some(code),
            EdgeMessage::Awareness(update) => self.hear_peers(now_ms, update, out),
            EdgeMessage::Selection { client, bytes: body } if client != self.options.client => {
                out.push(ClientOutput::PeerSelection { client, bytes: bytes.slice_ref(body) });
            }
            EdgeMessage::Draft { client, bytes: body } if client != self.options.client => {
                out.push(ClientOutput::PeerDraft { client, bytes: bytes.slice_ref(body) });
            }
            EdgeMessage::Selection { .. } | EdgeMessage::Draft { .. } | EdgeMessage::Denied(_) => {}
            EdgeMessage::QueryAwareness => self.is_presence_due = true,
            EdgeMessage::Rejoin => self.rejoin(now_ms, out),
            EdgeMessage::Meeting { from, head, changes } => {
                out.push(ClientOutput::Meeting { from, head, changes: changes.to_owned() });
            }
            EdgeMessage::Pong => {}
            EdgeMessage::Hello(_) | EdgeMessage::Edit { .. } | EdgeMessage::Visit(_) | EdgeMessage::Ping => {
                self.drop_link(now_ms, out);
            }
        }
    }

    fn drop_link(&mut self, now_ms: u64, out: &mut Vec<ClientOutput>) {
        out.push(ClientOutput::Disconnect);
        self.lose(now_ms, None, out);
    }

    fn welcome(&mut self, welcome: &Welcome<'_>, out: &mut Vec<ClientOutput>) {
        let role = welcome.role.parse().unwrap_or(Role::View);
        self.role = Some(role);
        self.is_outdated = welcome.schema > SCHEMA_VERSION || welcome.protocol > PROTOCOL_VERSION;
        let may_write = self.may_write();
        out.push(ClientOutput::Welcomed { role, title: welcome.title.to_owned(), may_write });
    }

    fn take_state(&mut self, now_ms: u64, chunk: &StateChunk<'_>, out: &mut Vec<ClientOutput>) {
        if !matches!(self.phase, Phase::Joining) {
            return;
        }
        let limit = usize::try_from(chunk.update_bytes).unwrap_or(usize::MAX);
        let update = match chunk.compressed {
            _ if limit > MAX_CHUNK_BYTES => None,
            true => protocol::decompress(chunk.bytes, limit).map(Bytes::from),
            false => Some(Bytes::copy_from_slice(chunk.bytes)),
        };
        let Some(update) = update else {
            self.drop_link(now_ms, out);
            return;
        };
        out.push(ClientOutput::Merge(update.clone()));
        self.held.take(update, self.store, out);
        if !chunk.last {
            return;
        }
        out.extend(self.outbox.restored().cloned().map(ClientOutput::Merge));
        self.phase = Phase::Joined;
        self.failures = 0;
        if self.rejoining_since_ms.take().is_some() {
            self.peers.doubt(now_ms);
        }
        self.is_presence_due = true;
        self.presence_sent_ms = 0;
        // What a visit saw of others may be lost where the store did not have it: then it is brought back (LOG-6).
        let except_own = !self.outbox.is_empty();
        if self.may_write() && (self.has_joined || !except_own) {
            let state_vector = Bytes::copy_from_slice(chunk.state_vector);
            let always = self.saw_unsaved;
            out.push(ClientOutput::Reconcile { state_vector, always, except_own });
        }
        self.has_joined = true;
        self.saw_unsaved = self.store != BoardStatus::Healthy;
        self.send_selection(out);
    }

    fn hear_peers(&mut self, now_ms: u64, update: &[u8], out: &mut Vec<ClientOutput>) {
        let Ok(entries) = awareness::decode(update, MAX_PEOPLE) else { return };
        // Somebody took us for gone: our former connection's end, noticed late.
        self.is_presence_due |= entries.iter().any(|entry| entry.client == self.options.client && entry.is_gone());
        let events = self.peers.hear(now_ms, self.options.client, entries);
        if events.iter().any(|event| matches!(event, PeerEvent::Changed { is_new: true, .. })) {
            self.send_selection(out);
        }
        out.extend(events.into_iter().map(peer_output));
    }

    fn tick(&mut self, now_ms: u64, out: &mut Vec<ClientOutput>) {
        match self.phase {
            Phase::Waiting { retry_at_ms } if now_ms >= retry_at_ms => self.connect(now_ms, out),
            Phase::Connecting | Phase::Joining if self.pulse.silent_ms(now_ms) > PRESENCE_TIMEOUT_MS => {
                self.drop_link(now_ms, out);
            }
            Phase::Joined => {
                out.extend(self.peers.expire(now_ms).into_iter().map(peer_output));
                match self.pulse.beat(now_ms) {
                    Beat::Fine => {}
                    Beat::Ask => out.push(ClientOutput::Send(EdgeMessage::Ping.encode().into())),
                    Beat::Dead => self.drop_link(now_ms, out),
                }
            }
            Phase::Idle | Phase::Waiting { .. } | Phase::Connecting | Phase::Joining | Phase::Ended(_) => {}
        }
    }

    fn may_write(&self) -> bool {
        !self.is_outdated && self.role.is_some_and(Role::may_write)
    }

    fn send_edits(&mut self, out: &mut Vec<ClientOutput>) {
        if matches!(self.phase, Phase::Joined) && self.may_write() && self.store != BoardStatus::ReadOnly {
            while let Some((seq, update)) = self.outbox.next_to_send() {
                out.push(ClientOutput::Send(EdgeMessage::Edit { seq, update: &update }.encode().into()));
            }
        }
    }

    fn send_presence(&mut self, now_ms: u64, out: &mut Vec<ClientOutput>) {
        let silent_ms = now_ms.saturating_sub(self.presence_sent_ms);
        let is_due = (self.is_presence_due && silent_ms >= PRESENCE_INTERVAL_MS) || silent_ms >= PRESENCE_RENEW_MS;
        if !matches!(self.phase, Phase::Joined) || !is_due {
            return;
        }
        self.is_presence_due = false;
        self.presence_sent_ms = now_ms;
        self.presence_clock += 1;
        let state = serde_json::to_string(&self.presence).unwrap_or_else(|_| "{}".into());
        let entry = AwarenessEntry { client: self.options.client, clock: self.presence_clock, state };
        let update = awareness::encode(&[entry]);
        out.push(ClientOutput::Send(EdgeMessage::Awareness(&update).encode().into()));
    }

    fn send_selection(&self, out: &mut Vec<ClientOutput>) {
        if let (Phase::Joined, Some(bytes)) = (&self.phase, &self.selection)
            && bytes.len() <= MAX_PRESENCE_BYTES
        {
            let message = EdgeMessage::Selection { client: self.options.client, bytes };
            out.push(ClientOutput::Send(message.encode().into()));
        }
    }

    fn send_draft(&self, bytes: &Bytes, out: &mut Vec<ClientOutput>) {
        if matches!(self.phase, Phase::Joined) && bytes.len() <= MAX_PRESENCE_BYTES {
            let message = EdgeMessage::Draft { client: self.options.client, bytes };
            out.push(ClientOutput::Send(message.encode().into()));
        }
    }

    fn tell_status(&mut self, now_ms: u64, out: &mut Vec<ClientOutput>) {
        let ended = if let Phase::Ended(code) = self.phase { Some(code) } else { None };
        let rejoining_ms = self.rejoining_since_ms.map(|since_ms| now_ms.saturating_sub(since_ms));
        let status = View {
            ended,
            is_joined: matches!(self.phase, Phase::Joined) || rejoining_ms.is_some_and(|ms| ms < QUIET_REJOIN_MS),
            is_rejoining: rejoining_ms.is_some(),
            has_failed: self.failures > 0,
            may_write: self.may_write(),
            is_outdated: self.is_outdated,
            store: self.store,
            pending: self.outbox.len(),
            kept: self.outbox.kept(),
        }
        .status();
        if status != self.status {
            self.status = status;
            out.push(ClientOutput::Status(status));
        }
    }

    /// xorshift64*: jitter needs spread, not secrecy.
    fn next_random(&mut self) -> u64 {
        let mut x = self.options.seed | 1;
        x ^= x >> 12;
        x ^= x << 25;
        x ^= x >> 27;
        self.options.seed = x;
        x.wrapping_mul(0x2545_F491_4F6C_DD1D)
    }
}

fn peer_output(event: PeerEvent) -> ClientOutput {
    match event {
        PeerEvent::Changed { client, state, .. } => ClientOutput::PeerPresence { client, state: *state },
        PeerEvent::Gone { client } => ClientOutput::PeerGone { client },
    }
}
