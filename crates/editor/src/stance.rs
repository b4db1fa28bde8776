//! What people show of themselves beside name, cursor and selection: where they look, whether they point, lead, speak or
//! react. All of it is said by others and so held to bounds before it is believed.

use kurbo::Rect;

use crate::limits;

/// The reactions there are. The only list.
pub const REACTIONS: [&str; 6] = ["thumbs-up", "heart", "laugh", "party", "surprise", "question"];

/// What a peer shows.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Stance {
    /// Who, as comments name people; empty where unknown.
    pub person: String,
    /// What of the board they have in view.
    pub view: Option<Rect>,
    /// Their page is out of sight.
    pub is_away: bool,
    /// Their cursor leaves the trail of a laser.
    pub points: bool,
    /// They lead everybody; another number leads anew.
    pub leads: Option<u32>,
    /// What they say at their cursor.
    pub says: String,
    /// Their latest reaction: its number, and which of [`REACTIONS`].
    pub reacts: Option<(u32, String)>,
}

impl Stance {
    /// The same within its bounds: what is out of them counts as not said.
    pub(crate) fn bounded(mut self) -> Self {
        let is_plain = |c: &char| !c.is_control();
        self.person = self.person.chars().filter(is_plain).take(limits::PERSON_CHARS).collect();
        self.says = self.says.chars().filter(is_plain).take(limits::SAID_CHARS).collect();
        self.view = self.view.filter(|view| {
            let numbers = [view.x0, view.y0, view.x1, view.y1];
            let is_near =
                numbers.iter().all(|number| number.is_finite() && number.abs() <= limits::VIEW_FARTHEST_BOARD);
            is_near && view.width() >= 1.0 && view.height() >= 1.0
        });
        self.reacts = self.reacts.filter(|(_, which)| REACTIONS.contains(&which.as_str()));
        self
    }
}

/// What others are told of this person's view and pointer.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct OwnStance {
    /// What of the board is in view; none while following somebody, so that two who follow each other stay in peace.
    pub view: Option<Rect>,
    /// The cursor leaves the trail of a laser, for who may not send drafts.
    pub points: bool,
}
