//! The client's rules, each test named by the rule of SPEC.md that it holds.

use bytes::Bytes;
use protocol::awareness::{self, AwarenessEntry, PresenceState};
use protocol::edge::{BoardStatus, EdgeMessage, StateChunk, Welcome};
use protocol::limits::{LINK_ANSWER_MS, LINK_DOUBT_MS, LINK_QUIET_MS, PRESENCE_RENEW_MS, PRESENCE_TIMEOUT_MS};
use protocol::{ErrorCode, PROTOCOL_VERSION, SCHEMA_VERSION, VisitToken};
use sync::{Client, ClientInput, ClientOptions, ClientOutput, LogKey, Status};

const OWN: u64 = 7;
const TOKEN: VisitToken = VisitToken([3; 16]);

struct Tester {
    client: Client,
    now_ms: u64,
}

impl Tester {
    fn new() -> Self {
        let options = ClientOptions { key: "secret".into(), client: OWN, seed: 1, token: TOKEN };
        Self { client: Client::new(options), now_ms: 1000 }
    }

    fn joined() -> Self {
        let mut tester = Self::new();
        tester.does(ClientInput::Start);
        tester.joins("edit", SCHEMA_VERSION);
        tester
    }

    fn does(&mut self, input: ClientInput) -> Vec<ClientOutput> {
        self.client.handle(self.now_ms, input)
    }

    fn hears(&mut self, message: &EdgeMessage<'_>) -> Vec<ClientOutput> {
        self.does(ClientInput::Received(message.encode().into()))
    }

    fn joins(&mut self, role: &str, schema: u32) -> Vec<ClientOutput> {
        let mut outputs = self.does(ClientInput::Opened { state_vector: Bytes::from_static(&[0]) });
        let welcome = Welcome { protocol: PROTOCOL_VERSION, schema, role, title: "Plan" };
        outputs.extend(self.hears(&EdgeMessage::Welcome(welcome)));
        let chunk = StateChunk { last: true, compressed: false, update_bytes: 2, state_vector: &[0], bytes: &[0, 0] };
        outputs.extend(self.hears(&EdgeMessage::StateChunk(chunk)));
        outputs
    }

    fn edits(&mut self, update: &'static [u8]) -> u64 {
        let outputs = self.does(ClientInput::Local(Bytes::from_static(update)));
        let entry = outputs.iter().find_map(|output| match output {
            ClientOutput::Log { entry, .. } => Some(*entry),
            _ => None,
        });
        entry.expect("an edit is logged")
    }

    fn logged(&mut self, entry: u64) -> Vec<ClientOutput> {
        self.does(ClientInput::Logged { entry, key: Some(LogKey(entry * 10)) })
    }
}

fn sent_edits(outputs: &[ClientOutput]) -> Vec<(u64, Vec<u8>)> {
    outputs
        .iter()
        .filter_map(|output| match output {
            ClientOutput::Send(bytes) => match EdgeMessage::decode(bytes) {
                Ok(EdgeMessage::Edit { seq, update }) => Some((seq, update.to_vec())),
                _ => None,
            },
            _ => None,
        })
        .collect()
}

#[test]
fn log_1_an_edit_is_sent_only_after_the_log_has_it_and_in_order() {
    let mut tester = Tester::joined();
    let (first, second) = (tester.edits(b"a"), tester.edits(b"b"));
    assert_eq!(sent_edits(&tester.logged(second)), []);
    assert_eq!(sent_edits(&tester.logged(first)), [(1, b"a".to_vec()), (2, b"b".to_vec())]);
}

#[test]
fn log_1_a_log_that_fails_does_not_keep_the_edit_from_the_server() {
    let mut tester = Tester::joined();
    let entry = tester.edits(b"a");
    assert_eq!(sent_edits(&tester.does(ClientInput::Logged { entry, key: None })), [(1, b"a".to_vec())]);
}

#[test]
fn log_2_an_entry_leaves_the_log_only_after_its_acknowledgement() {
    let mut tester = Tester::joined();
    for update in [b"a", b"b", b"c"] {
        let entry = tester.edits(update);
        tester.logged(entry);
    }
    let outputs = tester.hears(&EdgeMessage::Ack { seq: 2 });
    assert!(outputs.contains(&ClientOutput::Unlog(vec![LogKey(10), LogKey(20)])), "{outputs:?}");
    assert_eq!(tester.client.unacknowledged(), 1);
}

#[test]
fn log_3_everything_unacknowledged_is_sent_again_on_every_join() {
    let mut tester = Tester::joined();
    for update in [b"a", b"b"] {
        let entry = tester.edits(update);
        tester.logged(entry);
    }
    tester.hears(&EdgeMessage::Ack { seq: 1 });
    tester.does(ClientInput::Closed { close_code: None });
    let entry = tester.edits(b"c");
    tester.logged(entry);
    tester.does(ClientInput::Online);
    assert_eq!(sent_edits(&tester.joins("edit", SCHEMA_VERSION)), [(1, b"b".to_vec()), (2, b"c".to_vec())]);
}

#[test]
fn log_4_what_an_earlier_visit_left_is_merged_and_sent() {
    let mut tester = Tester::new();
    let left = Bytes::from_static(b"left");
    let outputs = tester.does(ClientInput::Restored(vec![(LogKey(3), left.clone())]));
    assert!(outputs.contains(&ClientOutput::Merge(left)));
    tester.does(ClientInput::Start);
    assert_eq!(sent_edits(&tester.joins("edit", SCHEMA_VERSION)), [(1, b"left".to_vec())]);
    assert!(tester.hears(&EdgeMessage::Ack { seq: 1 }).contains(&ClientOutput::Unlog(vec![LogKey(3)])));
}

#[test]
fn log_5_what_was_left_is_merged_again_after_the_join() {
    let mut tester = Tester::new();
    let left = Bytes::from_static(b"left");
    tester.does(ClientInput::Restored(vec![(LogKey(3), left.clone())]));
    tester.does(ClientInput::Start);
    let merges: Vec<ClientOutput> = tester
        .joins("edit", SCHEMA_VERSION)
        .into_iter()
        .filter(|output| matches!(output, ClientOutput::Merge(_)))
        .collect();
    assert_eq!(merges, [ClientOutput::Merge(Bytes::from_static(&[0, 0])), ClientOutput::Merge(left.clone())]);
    assert_eq!(tester.hears(&EdgeMessage::Ack { seq: 1 }).first(), Some(&ClientOutput::Merge(left)));
}

#[test]
fn link_1_the_first_message_is_hello() {
    let mut tester = Tester::new();
    assert!(tester.does(ClientInput::Start).contains(&ClientOutput::Connect));
    let outputs = tester.does(ClientInput::Opened { state_vector: Bytes::from_static(&[0]) });
    let Some(ClientOutput::Send(bytes)) = outputs.first() else { panic!("{outputs:?}") };
    let Ok(EdgeMessage::Hello(hello)) = EdgeMessage::decode(bytes) else { panic!("not hello") };
    assert_eq!((hello.protocol, hello.schema, hello.key), (PROTOCOL_VERSION, SCHEMA_VERSION, "secret"));
}

#[test]
fn link_2_terminal_codes_end_the_conversation_and_others_back_off_within_bounds() {
    for code in ErrorCode::ALL {
        let mut tester = Tester::joined();
        tester.does(ClientInput::Closed { close_code: Some(code.close_code()) });
        let is_terminal = code.retry() == protocol::Retry::Never;
        assert_eq!(tester.client.wake_at_ms().is_none(), is_terminal, "{code:?}");
        assert_eq!(tester.client.status() == Status::Refused { code: *code, kept: 0 }, is_terminal);
    }
    let mut tester = Tester::joined();
    for failure in 0..40 {
        tester.does(ClientInput::Closed { close_code: None });
        let wake_ms = tester.client.wake_at_ms().expect("tries again");
        assert!(wake_ms > tester.now_ms && wake_ms <= tester.now_ms + 10_050, "failure {failure}");
        tester.now_ms = wake_ms;
        assert!(tester.does(ClientInput::Tick).contains(&ClientOutput::Connect));
    }
}

fn asks_for_a_sign_of_life(outputs: &[ClientOutput]) -> bool {
    outputs.contains(&ClientOutput::Send(EdgeMessage::Ping.encode().into()))
}

#[test]
fn link_3_a_silent_link_is_asked_then_closed_and_opened_again() {
    let mut tester = Tester::joined();
    for _ in 0..3 {
        tester.now_ms += LINK_QUIET_MS;
        assert!(asks_for_a_sign_of_life(&tester.does(ClientInput::Tick)));
        tester.hears(&EdgeMessage::Pong);
    }
    // A tab in the background is woken late: that alone proves nothing.
    tester.now_ms += 60_000;
    assert!(asks_for_a_sign_of_life(&tester.does(ClientInput::Tick)));
    tester.now_ms += LINK_ANSWER_MS;
    assert!(!tester.does(ClientInput::Tick).contains(&ClientOutput::Disconnect));
    tester.now_ms += 1;
    assert!(tester.does(ClientInput::Tick).contains(&ClientOutput::Disconnect));
    assert_eq!(tester.client.status(), Status::Offline { kept: 0 });
}

#[test]
fn link_3_a_link_without_a_network_has_to_answer_soon() {
    // What the browser says may be wrong: an answer is worth more.
    for (answers, asked_before) in [(true, false), (false, false), (false, true)] {
        let mut tester = Tester::joined();
        if asked_before {
            tester.now_ms += LINK_QUIET_MS;
            assert!(asks_for_a_sign_of_life(&tester.does(ClientInput::Tick)));
        }
        assert_eq!(asks_for_a_sign_of_life(&tester.does(ClientInput::Offline)), !asked_before, "asked once");
        if answers {
            tester.hears(&EdgeMessage::Pong);
        }
        tester.now_ms += LINK_DOUBT_MS + 1;
        let gives_up = tester.does(ClientInput::Tick).contains(&ClientOutput::Disconnect);
        assert_eq!(gives_up, !answers, "{answers} {asked_before}");
    }
}

#[test]
fn link_3_a_join_without_an_answer_is_given_up() {
    let mut tester = Tester::new();
    tester.does(ClientInput::Start);
    tester.now_ms += PRESENCE_TIMEOUT_MS;
    assert!(!tester.does(ClientInput::Tick).contains(&ClientOutput::Disconnect));
    tester.now_ms += 1;
    assert!(tester.does(ClientInput::Tick).contains(&ClientOutput::Disconnect));
}

#[test]
fn link_6_a_board_that_moves_is_joined_again_on_the_same_link() {
    let mut tester = Tester::joined();
    for update in [b"a", b"b"] {
        let entry = tester.edits(update);
        tester.logged(entry);
    }
    tester.hears(&EdgeMessage::Ack { seq: 1 });
    let outputs = tester.hears(&EdgeMessage::Rejoin);
    assert!(outputs.contains(&ClientOutput::Rejoin) && !outputs.contains(&ClientOutput::Disconnect), "{outputs:?}");
    assert_eq!(tester.client.status(), Status::Saving, "nobody needs to know yet");
    let entry = tester.edits(b"c");
    assert_eq!(sent_edits(&tester.logged(entry)), [], "not before the join");
    tester.now_ms = tester.client.wake_at_ms().expect("the pause is told");
    tester.does(ClientInput::Tick);
    assert_eq!(tester.client.status(), Status::Reconnecting { kept: 2 });
    let outputs = tester.joins("edit", SCHEMA_VERSION);
    assert_eq!(sent_edits(&outputs), [(1, b"b".to_vec()), (2, b"c".to_vec())]);
    assert_eq!(tester.client.status(), Status::Saving);
    tester.hears(&EdgeMessage::Ack { seq: 2 });
    assert_eq!(tester.client.status(), Status::Saved);
}

#[test]
fn link_6_a_board_may_move_again_before_the_join_is_answered() {
    let mut tester = Tester::joined();
    for _ in 0..3 {
        let outputs = tester.hears(&EdgeMessage::Rejoin);
        assert!(outputs.contains(&ClientOutput::Rejoin));
        tester.does(ClientInput::Opened { state_vector: Bytes::from_static(&[0]) });
    }
    assert_eq!(tester.client.status(), Status::Saved);
    tester.hears(&EdgeMessage::Rejoin);
    tester.joins("edit", SCHEMA_VERSION);
    assert_eq!(tester.client.status(), Status::Saved);
}

#[test]
fn pres_5_who_is_taken_for_gone_says_again_what_it_shows() {
    let mut tester = Tester::joined();
    tester.now_ms += 1000;
    let gone = AwarenessEntry { client: OWN, clock: 9, state: "null".to_owned() };
    let outputs = tester.hears(&EdgeMessage::Awareness(&awareness::encode(&[gone])));
    let is_awareness = |bytes: &Bytes| matches!(EdgeMessage::decode(bytes), Ok(EdgeMessage::Awareness(_)));
    assert!(outputs.iter().any(|output| matches!(output, ClientOutput::Send(bytes) if is_awareness(bytes))));
}

#[test]
fn link_4_a_newer_schema_makes_the_client_read_only() {
    let mut tester = Tester::new();
    tester.does(ClientInput::Restored(vec![(LogKey(1), Bytes::from_static(b"a"))]));
    tester.does(ClientInput::Start);
    let outputs = tester.joins("edit", SCHEMA_VERSION + 1);
    assert!(outputs.iter().any(|output| matches!(output, ClientOutput::Welcomed { may_write: false, .. })));
    assert_eq!(sent_edits(&outputs), []);
    assert_eq!(tester.client.status(), Status::Outdated);
}

#[test]
fn link_5_a_gap_drops_the_link_once_joined() {
    let mut tester = Tester::joined();
    let outputs = tester.hears(&EdgeMessage::SyncUpdate(b"next"));
    assert!(outputs.contains(&ClientOutput::MergeNext(Bytes::from_static(b"next"))));
    assert!(tester.does(ClientInput::Gap).contains(&ClientOutput::Disconnect));
    assert!(!tester.does(ClientInput::Gap).contains(&ClientOutput::Disconnect), "it is down already");
}

#[test]
fn status_1_2_is_always_true() {
    let mut tester = Tester::new();
    assert_eq!(tester.client.status(), Status::Connecting);
    tester.does(ClientInput::Start);
    tester.joins("edit", SCHEMA_VERSION);
    assert_eq!(tester.client.status(), Status::Saved);
    let entry = tester.edits(b"a");
    assert_eq!(tester.client.status(), Status::Saving);
    tester.logged(entry);
    assert_eq!(tester.client.status(), Status::Saving);
    tester.hears(&EdgeMessage::Status(BoardStatus::NotSaved));
    assert_eq!(tester.client.status(), Status::NotSaved { kept: 1 });
    tester.hears(&EdgeMessage::Ack { seq: 1 });
    tester.hears(&EdgeMessage::Status(BoardStatus::Healthy));
    assert_eq!(tester.client.status(), Status::Saved);
    tester.does(ClientInput::Closed { close_code: None });
    let entry = tester.edits(b"b");
    assert_eq!(tester.client.status(), Status::Offline { kept: 0 }, "STATUS-2: the log does not have it yet");
    tester.logged(entry);
    assert_eq!(tester.client.status(), Status::Offline { kept: 1 });

    let mut viewer = Tester::new();
    viewer.does(ClientInput::Start);
    viewer.joins("view", SCHEMA_VERSION);
    assert_eq!(viewer.client.status(), Status::ViewOnly);
}

#[test]
fn a_read_only_board_stops_sending_and_sends_again_when_it_is_back() {
    let mut tester = Tester::joined();
    let first = tester.edits(b"a");
    tester.logged(first);
    tester.hears(&EdgeMessage::Status(BoardStatus::ReadOnly));
    let second = tester.edits(b"b");
    assert_eq!(sent_edits(&tester.logged(second)), []);
    let again = tester.hears(&EdgeMessage::Status(BoardStatus::Healthy));
    assert_eq!(sent_edits(&again), [(2, b"a".to_vec()), (3, b"b".to_vec())]);
}

#[test]
fn flow_1_a_bound_of_bytes_waits_for_acknowledgement() {
    let mut tester = Tester::joined();
    let megabyte = Bytes::from(vec![1_u8; 1 << 20]);
    let mut sent = 0;
    for _ in 0..10 {
        let outputs = tester.does(ClientInput::Local(megabyte.clone()));
        let Some(ClientOutput::Log { entry, .. }) = outputs.first() else { panic!("{outputs:?}") };
        sent += sent_edits(&tester.logged(*entry)).len();
    }
    assert_eq!(sent, 4);
    assert_eq!(sent_edits(&tester.hears(&EdgeMessage::Ack { seq: 3 })).len(), 3);
}

#[test]
fn hostile_messages_from_a_server_drop_the_link_and_nothing_else() {
    let mut tester = Tester::joined();
    let outputs = tester.does(ClientInput::Received(Bytes::from_static(&[250, 250])));
    assert!(outputs.contains(&ClientOutput::Disconnect));
    tester.does(ClientInput::Online);
    tester.does(ClientInput::Opened { state_vector: Bytes::new() });
    let bomb = StateChunk { last: true, compressed: true, update_bytes: 10, state_vector: &[], bytes: &[1, 2, 3] };
    assert!(tester.hears(&EdgeMessage::StateChunk(bomb)).contains(&ClientOutput::Disconnect));
}

#[test]
fn presence_is_sent_on_join_on_change_and_renewed() {
    let is_presence = |output: &ClientOutput| matches!(output, ClientOutput::Send(bytes) if matches!(EdgeMessage::decode(bytes), Ok(EdgeMessage::Awareness(_))));
    let mut tester = Tester::new();
    tester.does(ClientInput::Start);
    assert_eq!(tester.joins("view", SCHEMA_VERSION).iter().filter(|output| is_presence(output)).count(), 1);
    let state = PresenceState { cursor: Some([1.0, 2.0]), ..PresenceState::default() };
    assert!(!tester.does(ClientInput::Presence(state.clone())).iter().any(is_presence), "at most 30 a second");
    tester.now_ms = tester.client.wake_at_ms().expect("a presence is due");
    assert!(tester.does(ClientInput::Tick).iter().any(is_presence));
    assert!(!tester.does(ClientInput::Presence(state)).iter().any(is_presence), "nothing changed");
    tester.now_ms += PRESENCE_RENEW_MS;
    assert!(tester.does(ClientInput::Tick).iter().any(is_presence));
}

#[test]
fn peers_come_change_and_go() {
    let mut tester = Tester::joined();
    tester.does(ClientInput::Selection(Bytes::from_static(b"mine")));
    let hear = |tester: &mut Tester, client, clock, state: &str| {
        let update = awareness::encode(&[AwarenessEntry { client, clock, state: state.to_owned() }]);
        tester.hears(&EdgeMessage::Awareness(&update))
    };
    let came = hear(&mut tester, 5, 1, r##"{"user":{"name":"Ann","color":"#ff0000"}}"##);
    let ClientOutput::PeerPresence { client: 5, state } = came.last().expect("an event") else { panic!("{came:?}") };
    assert_eq!(state.user.name, "Ann");
    let is_selection = |output: &ClientOutput| matches!(output, ClientOutput::Send(bytes) if matches!(EdgeMessage::decode(bytes), Ok(EdgeMessage::Selection { .. })));
    assert!(came.iter().any(is_selection), "a newcomer is told the selection");
    assert_eq!(hear(&mut tester, 5, 1, r#"{"cursor":[1,2]}"#), [], "an old clock says nothing new");
    assert_eq!(hear(&mut tester, OWN, 9, "{}"), [], "our own echo is not a peer");
    assert!(hear(&mut tester, 5, 2, "not json").iter().any(|out| matches!(out, ClientOutput::PeerPresence { .. })));
    assert_eq!(hear(&mut tester, 5, 2, "null"), [ClientOutput::PeerGone { client: 5 }]);
}

fn reconciled(outputs: &[ClientOutput]) -> Option<(bool, bool)> {
    outputs.iter().find_map(|output| match output {
        ClientOutput::Reconcile { always, except_own, .. } => Some((*always, *except_own)),
        _ => None,
    })
}

#[test]
fn log_6_what_was_seen_and_lost_is_brought_back_when_joining_again() {
    let mut tester = Tester::new();
    tester.does(ClientInput::Restored(vec![(LogKey(1), Bytes::from_static(b"a"))]));
    tester.does(ClientInput::Start);
    assert_eq!(reconciled(&tester.joins("edit", SCHEMA_VERSION)), None, "nothing but the log is here");
    tester.hears(&EdgeMessage::Rejoin);
    assert_eq!(reconciled(&tester.joins("edit", SCHEMA_VERSION)), Some((false, true)));
    tester.hears(&EdgeMessage::Ack { seq: 1 });
    tester.hears(&EdgeMessage::Status(BoardStatus::NotSaved));
    tester.hears(&EdgeMessage::Rejoin);
    assert_eq!(reconciled(&tester.joins("edit", SCHEMA_VERSION)), Some((true, false)));
    tester.hears(&EdgeMessage::Rejoin);
    assert_eq!(reconciled(&tester.joins("view", SCHEMA_VERSION)), None);
}

fn stored(outputs: &[ClientOutput]) -> Vec<Vec<u8>> {
    let stored = outputs.iter().filter_map(|output| match output {
        ClientOutput::Stored(update) => Some(update.to_vec()),
        _ => None,
    });
    stored.collect()
}

#[test]
fn copy_1_the_copy_takes_own_edits_once_they_are_acknowledged() {
    let mut tester = Tester::joined();
    assert!(tester.client.is_all_stored());
    for update in [b"a", b"b"] {
        let entry = tester.edits(update);
        assert_eq!(stored(&tester.logged(entry)), Vec::<Vec<u8>>::new());
    }
    assert!(!tester.client.is_all_stored());
    assert_eq!(stored(&tester.hears(&EdgeMessage::Ack { seq: 1 })), [b"a".to_vec()]);
    assert_eq!(stored(&tester.hears(&EdgeMessage::Ack { seq: 2 })), [b"b".to_vec()]);
    assert!(tester.client.is_all_stored());
}

#[test]
fn copy_1_what_others_do_is_taken_when_the_store_has_it() {
    let mut tester = Tester::joined();
    assert_eq!(stored(&tester.hears(&EdgeMessage::SyncUpdate(b"one"))), [b"one".to_vec()]);
    tester.hears(&EdgeMessage::Status(BoardStatus::NotSaved));
    assert_eq!(stored(&tester.hears(&EdgeMessage::SyncUpdate(b"two"))), Vec::<Vec<u8>>::new());
    assert!(!tester.client.is_all_stored());
    assert_eq!(stored(&tester.hears(&EdgeMessage::Status(BoardStatus::Healthy))), [b"two".to_vec()]);
    assert!(tester.client.is_all_stored());
}

#[test]
fn copy_1_what_was_shown_unsaved_on_a_link_that_broke_is_never_taken() {
    let mut tester = Tester::joined();
    tester.hears(&EdgeMessage::Status(BoardStatus::NotSaved));
    tester.hears(&EdgeMessage::SyncUpdate(b"ghost"));
    tester.does(ClientInput::Closed { close_code: None });
    tester.does(ClientInput::Online);
    let mut outputs = tester.joins("view", SCHEMA_VERSION);
    outputs.extend(tester.hears(&EdgeMessage::Status(BoardStatus::Healthy)));
    assert_eq!(stored(&outputs), Vec::<Vec<u8>>::new());
    assert!(!tester.client.is_all_stored(), "the board here has more than the store");
}
