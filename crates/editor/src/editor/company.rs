//! Being in one room: what others show of themselves, following one of them, and telling them what is in view here.

use std::collections::BTreeMap;

use board::{ClientId, ShapeId};
use kurbo::Rect;
use scene::{BoardPoint, Camera, Colour};

use super::Editor;
use crate::limits;
use crate::output::{Notice, Output};
use crate::stance::{OwnStance, Stance};

/// Whom this person goes along with, and what was told last.
#[derive(Debug, Default)]
pub(crate) struct Company {
    following: Option<ClientId>,
    /// What of the board they have in view, on the way there.
    glide: Option<ViewGlide>,
    told: OwnStance,
    told_ms: Option<u64>,
    /// This person asked for less motion: cursors jump.
    is_calm: bool,
    /// What others have selected is of no interest now.
    pub(super) hides_selections: bool,
    /// The note tool makes no shapes.
    pub(super) keeps_notes_private: bool,
    /// Own words for notes that somebody else puts on the board.
    pub(super) late_notes: BTreeMap<ShapeId, String>,
    /// The one of them that is being written on still, and where the caret is in UTF-16 units.
    pub(super) goes_on: Option<(ShapeId, u32)>,
}

/// A view on its way from one sample to the next.
#[derive(Debug, Clone, Copy)]
struct ViewGlide {
    from: Rect,
    to: Rect,
    moved_ms: u64,
}

impl ViewGlide {
    fn at(&self, now_ms: u64) -> Rect {
        let corner = |from: (f64, f64), to: (f64, f64)| {
            glided(BoardPoint::new(from.0, from.1), BoardPoint::new(to.0, to.1), self.moved_ms, now_ms)
        };
        let (Rect { x0, y0, x1, y1 }, to) = (self.from, self.to);
        let (near, far) = (corner((x0, y0), (to.x0, to.y0)), corner((x1, y1), (to.x1, to.y1)));
        Rect::new(near.x, near.y, far.x, far.y)
    }

    fn is_over(&self, now_ms: u64) -> bool {
        self.from == self.to || now_ms >= self.moved_ms + limits::CURSOR_GLIDE_MS + limits::CURSOR_FRAME_MS
    }
}

impl Company {
    pub(crate) fn hides_selections(&self) -> bool {
        self.hides_selections
    }

    pub(crate) fn is_calm(&self) -> bool {
        self.is_calm
    }
}

impl Editor {
    /// Whom the view follows.
    pub fn following(&self) -> Option<ClientId> {
        self.company.following
    }

    /// What others have in view, each with their colour and name: for a map of the board.
    pub fn peer_views(&self) -> impl Iterator<Item = (Rect, Colour, &str)> {
        self.peers.iter().filter_map(|(_, peer)| Some((peer.stance.view?, peer.colour, peer.name.as_str())))
    }

    pub(super) fn set_calm(&mut self, is_calm: bool) {
        self.company.is_calm = is_calm;
    }

    pub(super) fn follow(&mut self, client: Option<ClientId>) {
        let client = client.filter(|client| self.peers.get(*client).is_some());
        if self.company.following == client {
            return;
        }
        self.company.following = client;
        self.company.glide = None;
        self.outbox.chrome = true;
        self.aim_along();
    }

    /// This person moves by themselves.
    pub(super) fn go_alone(&mut self) {
        self.follow(None);
    }

    /// Looks where this person wants to look.
    pub(super) fn look_alone(&mut self, camera: Camera) {
        self.go_alone();
        self.look(camera);
    }

    /// Whether somebody's cursor, or the view behind somebody's, is on its way.
    pub(super) fn is_gliding(&self) -> bool {
        let is_view = self.company.glide.is_some_and(|glide| !glide.is_over(self.now_ms));
        !self.company.is_calm && (is_view || self.peers.is_gliding(self.now_ms))
    }

    /// Whether to paint what others have selected.
    pub(super) fn hide_selections(&mut self, hides: bool) {
        self.company.hides_selections = hides;
        self.outbox.overlay = true;
    }

    pub(super) fn peer_stance(&mut self, client: ClientId, stance: Stance) {
        if client == self.board.client_id() {
            return;
        }
        let Some((former, cursor)) = self.peers.stance(client, stance.bounded()) else { return };
        let Some(peer) = self.peers.get(client) else { return };
        let now = peer.stance.clone();
        if let Some(former) = &former
            && let Some((number, which)) = &now.reacts
            && former.reacts.as_ref().map(|(number, _)| number) != Some(number)
        {
            self.emit(Output::Reaction { client: Some(client), which: which.clone(), at: cursor });
        }
        let led_before = former.as_ref().and_then(|former| former.leads);
        if now.leads.is_some() && now.leads != led_before {
            self.follow(Some(client));
            self.notice(Notice::Led);
        } else if now.leads.is_none() && led_before.is_some() && self.company.following == Some(client) {
            self.follow(None);
        }
        let former = former.unwrap_or_default();
        let shows = (&now.person, now.is_away, now.leads) != (&former.person, former.is_away, former.leads);
        self.outbox.chrome |= shows;
        self.outbox.overlay |= now.says != former.says || now.view != former.view || shows;
        if self.company.following == Some(client) {
            self.aim_along();
        }
    }

    /// Whoever is followed has something else in view: goes there from what is in view now, as cursors do; at once where
    /// nothing was in view, or less motion is wanted.
    fn aim_along(&mut self) {
        let view = self.company.following.and_then(|client| self.peers.get(client)?.stance.view);
        let Some(to) = view else { return };
        let former = self.company.glide.filter(|_| !self.company.is_calm);
        if former.is_none_or(|glide| glide.to != to) {
            let from = former.map_or(to, |glide| glide.at(self.now_ms));
            self.company.glide = Some(ViewGlide { from, to, moved_ms: self.now_ms });
        }
        self.look_along();
    }

    /// Goes along with whoever is followed.
    pub(super) fn look_along(&mut self) {
        let (width_px, height_px) = self.size_px;
        let view = self.company.glide.filter(|_| self.company.following.is_some()).map(|glide| glide.at(self.now_ms));
        if let Some(view) = view.filter(|_| width_px > 0.0) {
            self.look(Camera::fitting(view, width_px, height_px, 0.0, scene::ZOOM_MAX));
        }
    }

    /// A peer that points leaves a trail where its cursor goes.
    pub(super) fn extend_pointing(&mut self, client: ClientId) {
        if let Some((gesture, after, at)) = self.peers.pointed(client) {
            self.lasers.extend(Some(client), gesture, after, &[at], self.now_ms);
        }
    }

    fn own_stance(&self) -> OwnStance {
        let (width_px, height_px) = self.size_px;
        let is_seen = width_px > 0.0 && height_px > 0.0 && self.company.following.is_none();
        // Who may not edit sends no drafts: their cursor says it.
        let points = !self.can_edit && self.tool.spec.id == "laser" && self.is_busy();
        OwnStance { view: is_seen.then(|| self.camera.visible(width_px, height_px)), points }
    }

    /// When others are to be told of the view.
    pub(super) fn stance_wake_ms(&self) -> Option<u64> {
        let is_due = self.own_stance() != self.company.told;
        is_due.then(|| self.company.told_ms.map_or(0, |told_ms| told_ms + limits::PRESENCE_MS))
    }

    pub(super) fn announce_stance(&mut self) {
        if self.stance_wake_ms().is_some_and(|due_ms| due_ms <= self.now_ms) {
            let stance = self.own_stance();
            (self.company.told, self.company.told_ms) = (stance, Some(self.now_ms));
            self.emit(Output::Stance(stance));
        }
    }
}

/// Where a cursor is on its way from one sample to the next.
pub(crate) fn glided(from: BoardPoint, to: BoardPoint, moved_ms: u64, now_ms: u64) -> BoardPoint {
    let part = now_ms.saturating_sub(moved_ms) as f64 / limits::CURSOR_GLIDE_MS as f64;
    from + (to - from) * part.min(1.0)
}
