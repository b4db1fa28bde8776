//! One person's visit to one board: the editor and the sync client joined into one machine.
//!
//! The page and the simulator drive this same machine, so what is tested on a virtual clock is what people use. It must
//! not know the DOM, sockets, databases or clocks.

use board::{Board, ClientId, StateVector};
use bytes::Bytes;
use editor::{Editor, IdSource, PeerPresence, Stance};
use kurbo::Rect;
use protocol::awareness::{PresenceState, PresenceUser};
use protocol::{Role, VisitToken};
use scene::{BoardPoint, Colour, Swatch, Theme};
use sync::{Client, ClientInput, ClientOptions, ClientOutput, LogKey, Status};

/// What a visit starts with. All randomness comes from here.
#[derive(Debug, Clone)]
pub struct VisitOptions {
    /// Our Yjs client id: from a secure random source, never stored, never used twice.
    pub client: ClientId,
    /// Seed of shape ids and of the backoff's jitter.
    pub seed: u64,
    /// The visit's own secret, of a secure random source.
    pub token: VisitToken,
    /// The link's secret.
    pub key: String,
    /// Name shown to others.
    pub name: String,
    /// Colour shown to others, `#rrggbb`.
    pub colour: String,
}

/// What happens to a visit.
#[derive(Debug, Clone)]
pub enum VisitInput {
    /// The hand, the keyboard, the view.
    Editor(editor::Input),
    /// A part of the copy that the browser keeps of the board; all of them in order, before `Restored`.
    Recalled(Bytes),
    /// What earlier visits left in the log; before `Start`.
    Restored(Vec<(LogKey, Bytes)>),
    /// Begin to connect.
    Start,
    /// The link is open.
    LinkOpened,
    /// The link is closed.
    LinkClosed {
        /// WebSocket close code, if one came.
        close_code: Option<u16>,
    },
    /// A message came.
    Received(Bytes),
    /// The browser says that the network is back.
    Online,
    /// The browser says that there is none; it may be wrong.
    Offline,
    /// The answer to `VisitOutput::Log`.
    Logged {
        /// As given out.
        entry: u64,
        /// Where it is; `None` when the log failed.
        key: Option<LogKey>,
    },
    /// The person changed their name.
    Named(String),
    /// The person shows something of themselves.
    Show(Showing),
    /// Time passed: sent at `Visit::wake_at_ms`.
    Tick,
}

/// What a person shows of themselves, beside where their pointer and view are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Showing {
    /// Who they are, as comments name people.
    Person(String),
    /// Their page is out of sight, or in sight again.
    Away(bool),
    /// They lead everybody, or no more.
    Lead(bool),
    /// What they say at their cursor; empty for nothing.
    Say(String),
    /// One of [`editor::REACTIONS`].
    React(&'static str),
}

/// What a visit wants done, in order.
#[derive(Debug, Clone)]
pub enum VisitOutput {
    /// Open the link.
    Connect,
    /// Close the link.
    Disconnect,
    /// Send a message.
    Send(Bytes),
    /// Append to the log; answered by `Logged`.
    Log {
        /// Names the entry in the answer.
        entry: u64,
        /// Yjs update.
        update: Bytes,
    },
    /// Remove entries from the log.
    Unlog(Vec<LogKey>),
    /// An update that is on the board here and in the store, whoever made it: for the browser's copy of the board.
    Stored(Bytes),
    /// A part of the copy could not be read: the copy is worth nothing.
    CopyDamaged,
    /// What this person may do, and the board's title.
    Welcomed {
        /// Role of the link.
        role: Role,
        /// Possibly empty.
        title: String,
    },
    /// So many parts of the board could not be read by the server; told to owners.
    Damaged {
        /// How many.
        parts: u64,
    },
    /// Records of the board's meeting changed, as `EdgeMessage::Meeting` says it.
    Meeting {
        /// Number of the change before these.
        from: u64,
        /// Number of the newest.
        head: u64,
        /// JSON, not read yet.
        changes: String,
    },
    /// How safe this person's changes are.
    Status(Status),
    /// For the page: paint, cursor, text field, clipboard, notices.
    Editor(editor::Output),
}

/// The machine.
pub struct Visit {
    editor: Editor,
    client: Client,
    presence: PresenceState,
    /// Counts what is to be told apart from what came before: leads and reactions.
    counted: u32,
    editor_wake_ms: Option<u64>,
}

impl Visit {
    /// A visit to an empty board that is not connected yet.
    #[must_use]
    pub fn new(options: VisitOptions) -> Self {
        let board = Board::new(options.client);
        let client =
            ClientOptions { key: options.key, client: options.client.get(), seed: options.seed, token: options.token };
        let mut editor = Editor::light(board, IdSource::new(options.seed));
        editor.handle(0, editor::Input::Named(options.name.clone()));
        let user = PresenceUser { name: options.name, color: options.colour, person: String::new() };
        Self {
            editor,
            client: Client::new(client),
            presence: PresenceState { user, ..PresenceState::default() },
            counted: 0,
            editor_wake_ms: None,
        }
    }

    /// The editor, to paint and to read what the chrome shows.
    #[must_use]
    pub fn editor(&self) -> &Editor {
        &self.editor
    }

    /// The editor, to paint with its caches.
    pub fn editor_mut(&mut self) -> &mut Editor {
        &mut self.editor
    }

    /// How safe this person's changes are.
    #[must_use]
    pub fn status(&self) -> Status {
        self.client.status()
    }

    /// Edits that no acknowledgement covers yet.
    #[must_use]
    pub fn unacknowledged(&self) -> usize {
        self.client.unacknowledged()
    }

    /// Whether the store has everything that was ever shown here, so that the whole board may become this browser's copy.
    #[must_use]
    pub fn is_all_stored(&self) -> bool {
        self.client.is_all_stored()
    }

    /// When `Tick` is due at the latest.
    #[must_use]
    pub fn wake_at_ms(&self) -> Option<u64> {
        [self.editor_wake_ms, self.client.wake_at_ms()].into_iter().flatten().min()
    }

    /// Takes an input, gives what is to be done.
    pub fn handle(&mut self, now_ms: u64, input: VisitInput) -> Vec<VisitOutput> {
        let mut out = Vec::new();
        match input {
            VisitInput::Editor(input) => self.edit(now_ms, input, &mut out),
            VisitInput::Recalled(update) => self.recall(now_ms, update, &mut out),
            VisitInput::Restored(entries) => self.sync(now_ms, ClientInput::Restored(entries), &mut out),
            VisitInput::Start => {
                self.sync(now_ms, ClientInput::Presence(self.presence.clone()), &mut out);
                self.sync(now_ms, ClientInput::Start, &mut out);
            }
            VisitInput::LinkOpened => {
                let state_vector = self.editor.board().state_vector().0;
                self.sync(now_ms, ClientInput::Opened { state_vector }, &mut out);
            }
            VisitInput::LinkClosed { close_code } => self.sync(now_ms, ClientInput::Closed { close_code }, &mut out),
            VisitInput::Received(bytes) => self.sync(now_ms, ClientInput::Received(bytes), &mut out),
            VisitInput::Online => self.sync(now_ms, ClientInput::Online, &mut out),
            VisitInput::Offline => self.sync(now_ms, ClientInput::Offline, &mut out),
            VisitInput::Logged { entry, key } => self.sync(now_ms, ClientInput::Logged { entry, key }, &mut out),
            VisitInput::Named(name) => {
                self.edit(now_ms, editor::Input::Named(name.clone()), &mut out);
                self.presence.user.name = name;
                self.sync(now_ms, ClientInput::Presence(self.presence.clone()), &mut out);
            }
            VisitInput::Show(showing) => {
                self.show(showing, &mut out);
                self.sync(now_ms, ClientInput::Presence(self.presence.clone()), &mut out);
            }
            VisitInput::Tick => {
                if self.editor_wake_ms.is_some_and(|wake_ms| wake_ms <= now_ms) {
                    self.editor_wake_ms = None;
                    self.edit(now_ms, editor::Input::Tick, &mut out);
                }
                self.sync(now_ms, ClientInput::Tick, &mut out);
            }
        }
        out
    }

    fn show(&mut self, showing: Showing, out: &mut Vec<VisitOutput>) {
        self.counted += 1;
        match showing {
            Showing::Person(person) => self.presence.user.person = person,
            Showing::Away(away) => self.presence.away = away,
            Showing::Lead(leads) => self.presence.leads = leads.then_some(self.counted),
            Showing::Say(says) => self.presence.says = says,
            Showing::React(which) => {
                self.presence.reacts = Some((self.counted, which.to_owned()));
                let at = self.presence.cursor.map(|[x, y]| BoardPoint::new(x, y));
                let own = editor::Output::Reaction { client: None, which: which.to_owned(), at };
                out.push(VisitOutput::Editor(own));
            }
        }
    }

    fn edit(&mut self, now_ms: u64, input: editor::Input, out: &mut Vec<VisitOutput>) {
        for output in self.editor.handle(now_ms, input) {
            match output {
                editor::Output::Update(update) => self.sync(now_ms, ClientInput::Local(update.0), out),
                editor::Output::Presence(presence) => {
                    self.presence.cursor = presence.cursor.map(|at| [at.x, at.y]);
                    self.sync(now_ms, ClientInput::Presence(self.presence.clone()), out);
                }
                editor::Output::Stance(stance) => {
                    self.presence.view = stance.view.map(|view| [view.x0, view.y0, view.x1, view.y1]);
                    self.presence.points = stance.points;
                    self.sync(now_ms, ClientInput::Presence(self.presence.clone()), out);
                }
                editor::Output::Draft(bytes) => self.sync(now_ms, ClientInput::Draft(bytes.into()), out),
                editor::Output::Selection(bytes) => self.sync(now_ms, ClientInput::Selection(bytes.into()), out),
                editor::Output::WakeAt(wake_ms) => self.editor_wake_ms = Some(wake_ms),
                other => out.push(VisitOutput::Editor(other)),
            }
        }
    }

    fn sync(&mut self, now_ms: u64, input: ClientInput, out: &mut Vec<VisitOutput>) {
        for output in self.client.handle(now_ms, input) {
            match output {
                ClientOutput::Connect => out.push(VisitOutput::Connect),
                ClientOutput::Disconnect => out.push(VisitOutput::Disconnect),
                ClientOutput::Rejoin => {
                    let state_vector = self.editor.board().state_vector().0;
                    self.sync(now_ms, ClientInput::Opened { state_vector }, out);
                }
                ClientOutput::Send(bytes) => out.push(VisitOutput::Send(bytes)),
                ClientOutput::Log { entry, update } => out.push(VisitOutput::Log { entry, update }),
                ClientOutput::Unlog(keys) => out.push(VisitOutput::Unlog(keys)),
                ClientOutput::Status(status) => {
                    if status == sync::Status::Saved {
                        self.edit(now_ms, editor::Input::Saved, out);
                    }
                    out.push(VisitOutput::Status(status));
                }
                ClientOutput::Meeting { from, head, changes } => {
                    out.push(VisitOutput::Meeting { from, head, changes });
                }
                ClientOutput::Damaged { parts } => out.push(VisitOutput::Damaged { parts }),
                ClientOutput::Stored(update) => out.push(VisitOutput::Stored(update)),
                ClientOutput::Merge(update) => self.edit(now_ms, editor::Input::Merge(update.into()), out),
                ClientOutput::MergeNext(update) => self.merge_next(now_ms, update, out),
                ClientOutput::Reconcile { state_vector, always, except_own } => {
                    let theirs = StateVector(state_vector);
                    let theirs = if except_own { self.editor.board().with_own(&theirs) } else { theirs };
                    self.reconcile(now_ms, &theirs, always, out);
                }
                ClientOutput::Welcomed { role, title, may_write } => {
                    out.push(VisitOutput::Welcomed { role, title });
                    self.edit(now_ms, editor::Input::WriteAccess(may_write), out);
                }
                ClientOutput::PeerPresence { client, state } => {
                    let stance = peer_stance(&state);
                    self.edit_peer(now_ms, client, out, |client| editor::Input::PeerStance { client, stance });
                    let presence = peer_presence(client, state);
                    self.edit_peer(now_ms, client, out, |client| editor::Input::PeerPresence { client, presence });
                }
                ClientOutput::PeerGone { client } => {
                    self.edit_peer(now_ms, client, out, |client| editor::Input::PeerGone { client });
                }
                ClientOutput::PeerSelection { client, bytes } => {
                    let bytes = bytes.into();
                    self.edit_peer(now_ms, client, out, |client| editor::Input::PeerSelection { client, bytes });
                }
                ClientOutput::PeerDraft { client, bytes } => {
                    let bytes = bytes.into();
                    self.edit_peer(now_ms, client, out, |client| editor::Input::PeerDraft { client, bytes });
                }
            }
        }
    }

    /// What the copy lacks or gets wrong the join brings, so that nobody needs to hear of it.
    fn recall(&mut self, now_ms: u64, update: Bytes, out: &mut Vec<VisitOutput>) {
        let begin = out.len();
        self.edit(now_ms, editor::Input::Merge(update.into()), out);
        let mut is_damaged = false;
        let mut at = 0;
        out.retain(|output| {
            at += 1;
            let is_notice = at > begin && matches!(output, VisitOutput::Editor(editor::Output::Notice(_)));
            is_damaged |= is_notice;
            !is_notice
        });
        if is_damaged {
            out.push(VisitOutput::CopyDamaged);
        }
    }

    fn merge_next(&mut self, now_ms: u64, update: Bytes, out: &mut Vec<VisitOutput>) {
        let begin = out.len();
        self.edit(now_ms, editor::Input::Merge(update.into()), out);
        let is_gap = |output: &VisitOutput| matches!(output, VisitOutput::Editor(editor::Output::Gap));
        if out[begin..].iter().any(is_gap) {
            self.sync(now_ms, ClientInput::Gap, out);
        }
    }

    fn edit_peer(
        &mut self,
        now_ms: u64,
        client: u64,
        out: &mut Vec<VisitOutput>,
        input: impl FnOnce(ClientId) -> editor::Input,
    ) {
        self.edit(now_ms, input(ClientId::from_random(client)), out);
    }

    /// The server has `theirs`: gives it what the board holds beyond that.
    fn reconcile(&mut self, now_ms: u64, theirs: &StateVector, always: bool, out: &mut Vec<VisitOutput>) {
        let board = self.editor.board();
        if always || !board.is_covered_by(theirs) {
            // A vector that cannot be read is the server's fault; there is nothing to answer.
            if let Ok(update) = board.diff(theirs) {
                self.sync(now_ms, ClientInput::Local(update.0), out);
            }
        }
    }
}

/// The colour of a person, from any number: a person's own at random, a nameless peer's by its client id.
#[must_use]
pub fn person_colour(number: u64) -> Colour {
    const COLOURS: [Swatch; 8] = [
        Swatch::Blue,
        Swatch::Red,
        Swatch::Green,
        Swatch::Violet,
        Swatch::Orange,
        Swatch::Teal,
        Swatch::Pink,
        Swatch::Indigo,
    ];
    Colour::Swatch(COLOURS[(number % COLOURS.len() as u64) as usize])
}

/// Our people say their colour as CSS, which stock clients read too; known as a swatch it suits the dark theme as well.
fn themed(colour: Colour) -> Colour {
    let is_same = |swatch: &&Swatch| Theme::Light.resolve(Colour::Swatch(**swatch)) == Theme::Light.resolve(colour);
    Swatch::ALL.iter().find(is_same).map_or(colour, |swatch| Colour::Swatch(*swatch))
}

/// What else a peer says of itself; the editor holds it to its bounds.
fn peer_stance(state: &PresenceState) -> Stance {
    Stance {
        person: state.user.person.clone(),
        view: state.view.map(|[x0, y0, x1, y1]| Rect::new(x0, y0, x1, y1)),
        is_away: state.away,
        points: state.points,
        leads: state.leads,
        says: state.says.clone(),
        reacts: state.reacts.clone(),
    }
}

/// What a peer says of itself is hostile until shown otherwise: a colour that is none gets one by its id.
fn peer_presence(client: u64, state: PresenceState) -> PeerPresence {
    let by_id = person_colour(client);
    let colour = state.user.color.parse().map_or(by_id, themed);
    let cursor = state.cursor.filter(|[x, y]| x.is_finite() && y.is_finite());
    PeerPresence { name: state.user.name, colour, cursor: cursor.map(|[x, y]| BoardPoint::new(x, y)) }
}
