//! Everything behind the people's links: gateways, services, their store, and the lanes between them, with what breaks.

use std::collections::BTreeMap;

use bytes::Bytes;
use protocol::edge::EdgeMessage;
use protocol::lane::{Audience, Dialect, UpdatesDown, UpdatesUp};
use protocol::{ConnectionId, ErrorCode, Role};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use sync::LaneId;

use crate::gate::{Gate, Out, Up};
use crate::link::Pipe;
use crate::mutant::Mutant;
use crate::node::{Down, Node, Outs};
use crate::store::Store;

/// Gateways of a run. A connection's number says behind which it is.
pub(crate) const GATES: usize = 2;
const NODES: usize = 3;
/// How long a lane lives without a sign of life.
const KEEPALIVE_MS: u64 = 3_000;
/// Pause between attempts to hand something over.
const HAND_OVER_RETRY_MS: u64 = 200;

/// What the cluster sends to a connection.
pub(crate) enum Delivery {
    Message(u64, Bytes),
    Close(u64, ErrorCode),
}

/// A lane between a gateway and a service.
struct Wire {
    gate: usize,
    node: usize,
    up: Pipe<Up>,
    down: Pipe<Down>,
    dies_at_ms: Option<u64>,
}

pub(crate) struct Cluster {
    pub(crate) store: Store,
    nodes: Vec<Node>,
    gates: Vec<Gate>,
    wires: BTreeMap<LaneId, Wire>,
    lanes_so_far: u64,
    /// Until when a gateway and a service do not hear of each other.
    parted: BTreeMap<(usize, usize), u64>,
    random: ChaCha8Rng,
    mutant: Option<Mutant>,
    messages: u64,
}

impl Cluster {
    pub(crate) fn new(now_ms: u64, seed: u64, mutant: Option<Mutant>) -> Self {
        Self {
            store: Store::new(),
            nodes: (0..NODES as u8).map(|ordinal| Node::new(ordinal, now_ms, mutant)).collect(),
            gates: (0..GATES).map(|_| Gate::new(now_ms, mutant)).collect(),
            wires: BTreeMap::new(),
            lanes_so_far: 0,
            parted: BTreeMap::new(),
            random: ChaCha8Rng::seed_from_u64(seed ^ 0xc105),
            mutant,
            messages: 0,
        }
    }

    /// A service by a plan's ordinal: the ones past the last mean whoever has the board.
    fn node(&self, ordinal: u8) -> usize {
        let ordinal = usize::from(ordinal) % (2 * NODES);
        let owner = self.nodes.iter().position(Node::has_board).unwrap_or(0);
        if ordinal < NODES { ordinal } else { owner }
    }

    pub(crate) fn crash(&mut self, now_ms: u64, service: u8, ms: u64) {
        let node = self.node(service);
        self.nodes[node].crash(now_ms + ms);
        self.wires_end(now_ms, node);
    }

    pub(crate) fn drain(&mut self, now_ms: u64, service: u8, ms: u64) {
        let node = self.node(service);
        self.nodes[node].drain(now_ms, now_ms + ms);
    }

    pub(crate) fn pause(&mut self, now_ms: u64, service: u8, ms: u64) {
        let node = self.node(service);
        if self.nodes[node].is_up() {
            self.nodes[node].paused_until_ms = now_ms + ms;
            self.doom(now_ms, ms, |wire| wire.node == node);
        }
    }

    pub(crate) fn cut_from_store(&mut self, now_ms: u64, service: u8, ms: u64) {
        let node = self.node(service);
        self.nodes[node].store_back_ms = now_ms + ms;
    }

    pub(crate) fn part(&mut self, now_ms: u64, gateway: u8, service: u8, ms: u64) {
        let (gate, node) = (usize::from(gateway) % GATES, self.node(service));
        self.parted.insert((gate, node), now_ms + ms);
        for wire in self.wires.values_mut().filter(|wire| (wire.gate, wire.node) == (gate, node)) {
            wire.up.hold_until(now_ms + ms);
            wire.down.hold_until(now_ms + ms);
        }
        self.doom(now_ms, ms, |wire| (wire.gate, wire.node) == (gate, node));
    }

    /// Gives the gateway that died; its connections die with it.
    pub(crate) fn crash_gateway(&mut self, now_ms: u64, gateway: u8, ms: u64) -> usize {
        let gate = usize::from(gateway) % GATES;
        self.gates[gate].crash(now_ms + ms);
        for wire in self.wires.values_mut().filter(|wire| wire.gate == gate) {
            wire.up.lose();
            wire.up.send(now_ms, 2, Up::Closed);
        }
        gate
    }

    /// Nothing breaks any more.
    pub(crate) fn heal(&mut self) {
        (self.store.is_up, self.store.slow_ms) = (true, 0);
        self.store.loses_answer = false;
    }

    /// Whether something is still to come to an end. Two that take a board for theirs are not at rest, nor is anybody who
    /// stands still or is cut off: what they do not know yet, whoever they serve does not either.
    pub(crate) fn is_busy(&self, now_ms: u64) -> bool {
        let believers = self.nodes.iter().filter(|node| node.has_board()).count();
        let is_away = |node: &Node| node.paused_until_ms > now_ms || node.store_back_ms > now_ms;
        let are_parted = self.parted.values().any(|until_ms| *until_ms > now_ms);
        let are_doomed = self.wires.values().any(|wire| wire.dies_at_ms.is_some());
        believers > 1 || are_parted || are_doomed || self.nodes.iter().any(is_away) || self.is_working()
    }

    fn is_working(&self) -> bool {
        self.nodes.iter().any(Node::is_busy) || self.gates.iter().any(Gate::is_busy) || self.wires_are_busy()
    }

    fn wires_are_busy(&self) -> bool {
        self.wires.values().any(|wire| wire.up.due_ms().is_some() || wire.down.due_ms().is_some())
    }

    /// What services took and nobody has stored.
    pub(crate) fn taken(&self) -> impl Iterator<Item = &Bytes> {
        self.nodes.iter().flat_map(|node| &node.taken)
    }

    pub(crate) fn receive(&mut self, now_ms: u64, connection: u64, bytes: &Bytes) -> Vec<Delivery> {
        let (gate, store_is_up) = (gate_of(connection), self.store.is_up);
        let mut outs = Vec::new();
        self.gates[gate].receive(now_ms, store_is_up, connection, bytes, &mut outs);
        self.carry_out(now_ms, outs)
    }

    pub(crate) fn leave(&mut self, now_ms: u64, connection: u64) -> Vec<Delivery> {
        let mut outs = Vec::new();
        self.gates[gate_of(connection)].leave(now_ms, connection, &mut outs);
        self.carry_out(now_ms, outs)
    }

    pub(crate) fn due_ms(&self) -> Option<u64> {
        let nodes = self.nodes.iter().filter_map(Node::due_ms);
        let gates = self.gates.iter().map(Gate::due_ms);
        let wires = self.wires.values().flat_map(|wire| {
            let awake_ms = self.nodes[wire.node].paused_until_ms;
            [wire.up.due_ms().map(|at_ms| at_ms.max(awake_ms)), wire.down.due_ms(), wire.dies_at_ms]
        });
        nodes.chain(gates).chain(wires.flatten()).min()
    }

    pub(crate) fn tick(&mut self, now_ms: u64) -> Vec<Delivery> {
        let mut deliveries = Vec::new();
        for node in 0..NODES {
            let was_up = self.nodes[node].is_up();
            let outs = self.nodes[node].tick(now_ms, &mut self.store);
            self.send_down(now_ms, outs);
            if was_up && !self.nodes[node].is_up() {
                self.wires_end(now_ms, node);
            }
            self.hand_over(now_ms, node);
        }
        let lanes: Vec<LaneId> = self.wires.keys().copied().collect();
        for lane in lanes {
            deliveries.extend(self.carry(now_ms, lane));
        }
        for gate in 0..GATES {
            deliveries.extend(self.tick_gate(now_ms, gate));
        }
        deliveries
    }

    fn tick_gate(&mut self, now_ms: u64, gate: usize) -> Vec<Delivery> {
        let mut outs = Vec::new();
        if self.gates[gate].back_at_ms > now_ms {
            return Vec::new();
        }
        if self.gates[gate].wants_list(now_ms) {
            let clock_ms = self.store.clock_ms(now_ms);
            let list = || self.store.state.services(clock_ms).into_iter().map(|owner| owner.address).collect();
            let listed = self.store.is_up.then(list);
            self.gates[gate].list(now_ms, listed, &mut outs);
        }
        if let Some(candidates) = self.gates[gate].wants_lane(now_ms, &mut outs) {
            let is_open = |node: &usize| {
                let is_near = self.parted.get(&(gate, *node)).is_none_or(|until_ms| *until_ms <= now_ms);
                is_near && self.nodes[*node].takes_connections(now_ms)
            };
            let reachable: Vec<usize> =
                (0..NODES).filter(|node| candidates.contains(&self.nodes[*node].address)).filter(is_open).collect();
            if !reachable.is_empty() {
                let node = reachable[self.random.random_range(0..reachable.len())];
                self.open(now_ms, gate, node);
            }
        }
        self.carry_out(now_ms, outs)
    }

    fn new_lane(&mut self) -> LaneId {
        self.lanes_so_far += 1;
        LaneId(self.lanes_so_far)
    }

    fn open(&mut self, now_ms: u64, gate: usize, node: usize) {
        let lane = self.new_lane();
        let mut wire = Wire { gate, node, up: Pipe::default(), down: Pipe::default(), dies_at_ms: None };
        wire.up.send(now_ms, 2, Up::Open);
        self.wires.insert(lane, wire);
        self.gates[gate].asked(lane);
    }

    fn carry_out(&mut self, now_ms: u64, outs: Vec<Out>) -> Vec<Delivery> {
        let mut deliveries = Vec::new();
        for out in outs {
            match out {
                Out::Message(connection, bytes) => {
                    self.messages += 1;
                    let is_lost = self.mutant == Some(Mutant::DropsMessages) && self.messages.is_multiple_of(11);
                    if !is_lost {
                        deliveries.push(Delivery::Message(connection, bytes));
                    }
                }
                Out::Close(connection, code) => deliveries.push(Delivery::Close(connection, code)),
                Out::Lane(lane, up) => {
                    let delay_ms = self.random.random_range(1..8);
                    if let Some(wire) = self.wires.get_mut(&lane) {
                        wire.up.send(now_ms, delay_ms, up);
                    }
                }
            }
        }
        deliveries
    }

    fn send_down(&mut self, now_ms: u64, outs: Outs) {
        for (lane, down) in outs {
            let delay_ms = self.random.random_range(1..8);
            match self.wires.get_mut(&lane) {
                Some(wire) => wire.down.send(now_ms, delay_ms, down),
                None => self.handed(now_ms, lane, &down),
            }
        }
    }

    /// Carries what is due on a lane, in both directions.
    fn carry(&mut self, now_ms: u64, lane: LaneId) -> Vec<Delivery> {
        let Some(wire) = self.wires.get_mut(&lane) else { return Vec::new() };
        let (gate, node) = (wire.gate, wire.node);
        if wire.dies_at_ms.take_if(|at_ms| *at_ms <= now_ms).is_some() {
            wire.up.lose();
            wire.up.send(now_ms, 0, Up::Closed);
            wire.down.lose();
            wire.down.send(now_ms, 0, Down::Ended);
        }
        let mut deliveries = Vec::new();
        let is_awake = self.nodes[node].paused_until_ms <= now_ms;
        while let Some(up) = self.wires.get_mut(&lane).filter(|_| is_awake).and_then(|wire| wire.up.take_due(now_ms)) {
            let mut outs = Outs::new();
            let node = &mut self.nodes[node];
            match up {
                Up::Open => node.open_lane(now_ms, &mut self.store, lane, &mut outs),
                Up::Closed => node.close_lane(now_ms, lane, &mut outs),
                Up::Updates(message) => node.updates(now_ms, lane, message, &mut outs),
                Up::Presence(message) => node.presence(now_ms, lane, message),
            }
            self.send_down(now_ms, outs);
        }
        while let Some(down) = self.wires.get_mut(&lane).and_then(|wire| wire.down.take_due(now_ms)) {
            let is_end = matches!(down, Down::Ended | Down::Rejected(_));
            let mut outs = Vec::new();
            self.gates[gate].hear(now_ms, lane, &self.nodes[node].address, down, &mut outs);
            deliveries.extend(self.carry_out(now_ms, outs));
            let has_word_for_node = self.wires.get(&lane).is_some_and(|wire| wire.up.due_ms().is_some());
            if is_end && !has_word_for_node {
                self.wires.remove(&lane);
            }
        }
        deliveries
    }

    /// The process is gone: gateways see their connections break.
    fn wires_end(&mut self, now_ms: u64, node: usize) {
        for wire in self.wires.values_mut().filter(|wire| wire.node == node) {
            wire.up.lose();
            wire.down.lose();
            wire.down.send(now_ms, 2, Down::Ended);
        }
        for other in &mut self.nodes {
            for job in other.hand_overs(u64::MAX).into_iter().flatten() {
                job.at.take_if(|(at, _)| *at == node);
                job.try_at_ms = now_ms + HAND_OVER_RETRY_MS;
            }
        }
    }

    /// Silence for longer than the keepalive allows ends lanes on both sides.
    fn doom(&mut self, now_ms: u64, ms: u64, is_hit: impl Fn(&Wire) -> bool) {
        if ms > KEEPALIVE_MS {
            for wire in self.wires.values_mut().filter(|wire| is_hit(wire)) {
                wire.dies_at_ms.get_or_insert(now_ms + KEEPALIVE_MS);
            }
        }
    }

    /// A fenced service brings what it had not stored to whoever owns the board; here first, since nobody may.
    fn hand_over(&mut self, now_ms: u64, from: usize) {
        let count = self.nodes[from].hand_overs(now_ms).map_or(0, |jobs| jobs.len());
        for index in (0..count).rev() {
            let Some(jobs) = self.nodes[from].hand_overs(now_ms) else { return };
            if jobs[index].give_up_ms <= now_ms {
                let job = jobs.remove(index);
                self.nodes[from].give_up(&job.rows);
            } else if jobs[index].at.is_none() && jobs[index].try_at_ms <= now_ms {
                jobs[index].try_at_ms = now_ms + HAND_OVER_RETRY_MS;
                let rows = jobs[index].rows.clone();
                let lane = self.new_lane();
                let at = self.open_to_hand_over(now_ms, from, lane);
                if let Some(jobs) = self.nodes[from].hand_overs(now_ms) {
                    jobs[index].at = at.map(|at| (at, lane));
                }
                if let Some(at) = at {
                    self.bring(now_ms, at, lane, rows);
                }
            }
        }
    }

    fn open_to_hand_over(&mut self, now_ms: u64, from: usize, lane: LaneId) -> Option<usize> {
        let mut at = from;
        for _ in 0..2 {
            let mut outs = Outs::new();
            self.nodes[at].open_lane(now_ms, &mut self.store, lane, &mut outs);
            match outs.first() {
                Some((_, Down::Accepted)) => return Some(at),
                Some((_, Down::Rejected(Some(owner)))) => {
                    let is_owner = |node: &Node| node.address == *owner && node.takes_connections(now_ms);
                    at = self.nodes.iter().position(is_owner)?;
                }
                _ => return None,
            }
        }
        None
    }

    fn bring(&mut self, now_ms: u64, at: usize, lane: LaneId, rows: Vec<Bytes>) {
        let connection = ConnectionId(0);
        let (role, dialect) = (Role::Edit, Dialect::Stock);
        let join = UpdatesUp::Join { connection, role, dialect, state_vector: Bytes::new() };
        let edits = (1..).zip(rows).map(|(seq, update)| UpdatesUp::Edit { connection, seq, update });
        for message in std::iter::once(join).chain(edits) {
            let mut outs = Outs::new();
            self.nodes[at].updates(now_ms, lane, message, &mut outs);
            self.send_down(now_ms, outs);
        }
    }

    /// What the new owner says over a lane that hands over: the last acknowledgement, or the end.
    fn handed(&mut self, now_ms: u64, lane: LaneId, down: &Down) {
        let mut done_at = None;
        for node in &mut self.nodes {
            let Some(jobs) = node.hand_overs(u64::MAX) else { continue };
            let Some(index) = jobs.iter().position(|job| job.at.is_some_and(|(_, at)| at == lane)) else { continue };
            if matches!(down, Down::Ended) {
                jobs[index].at = None;
                jobs[index].try_at_ms = now_ms + HAND_OVER_RETRY_MS;
            } else if acknowledges(down, jobs[index].rows.len() as u64) {
                done_at = jobs.remove(index).at;
            }
        }
        if let Some((at, lane)) = done_at {
            let mut outs = Outs::new();
            self.nodes[at].close_lane(now_ms, lane, &mut outs);
        }
    }
}

pub(crate) fn gate_of(connection: u64) -> usize {
    (connection % GATES as u64) as usize
}

fn acknowledges(down: &Down, last: u64) -> bool {
    let Down::Updates(UpdatesDown::Message { audience: Audience::One(_), message }) = down else { return false };
    matches!(EdgeMessage::decode(message), Ok(EdgeMessage::Ack { seq }) if seq >= last)
}
