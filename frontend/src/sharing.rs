//! What an owner does with a board's links: the calls, their answers as signals, and the keys that were told. It must not
//! know how it looks.

use leptos::prelude::*;
use protocol::limits::MAX_AUTHOR_CHARS;
use protocol::{BoardId, ChangeLink, CreateLink, LinkDescription, LinkId, LinkSecret, LinkView, PeopleList, Role};

use crate::api::{self, ApiError};
use crate::keyring::{self, KeptLink};
use crate::opening::OpenedBoard;
use crate::route::board_link;
use crate::store::Problem;
use crate::ui::dynamic::Mounted;
use crate::ui::toast::Toasts;
use crate::words::{Words, key};

/// The links of one board, read and changed in its owner's name.
#[derive(Clone, Copy)]
pub struct Managed {
    board: StoredValue<(BoardId, LinkSecret)>,
    /// As the server told them last.
    pub links: RwSignal<Option<Vec<LinkDescription>>>,
    /// Keys that this browser knows, by the id of their link.
    keys: RwSignal<Vec<(LinkId, LinkSecret)>>,
    /// The link whose end is being confirmed, and whether it gets a new address instead.
    pub ending: RwSignal<Option<(LinkDescription, bool)>>,
    /// The key that was told last, to be copied.
    pub told: RwSignal<Option<LinkSecret>>,
    /// Who is on the board, as the server told last.
    pub people: RwSignal<Option<PeopleList>>,
    /// Who is about to be locked out, and their name.
    pub locking: RwSignal<Option<(String, String)>>,
    opened: OpenedBoard,
    mounted: Mounted,
    /// The page's words.
    pub words: Words,
    /// The page's notices.
    pub toasts: Toasts,
}

impl Managed {
    /// Of a board, with its owner's key and the links that this browser keeps. For the component that is being made.
    pub fn of(board: BoardId, owner: LinkSecret, kept: Vec<KeptLink>) -> Self {
        let known = kept.into_iter().filter_map(|link| Some((link.id?, link.key)));
        Self {
            board: StoredValue::new((board, owner)),
            links: RwSignal::new(None),
            keys: RwSignal::new(known.collect()),
            ending: RwSignal::new(None),
            told: RwSignal::new(None),
            people: RwSignal::new(None),
            locking: RwSignal::new(None),
            opened: expect_context(),
            mounted: Mounted::here(),
            words: Words::of_page(),
            toasts: Toasts::of_page(),
        }
    }

    /// Reads the links.
    pub fn read(self) {
        let (id, key) = self.board.get_value();
        self.mounted.ask(async move { api::links(&id, &key).await }, move |answer| match answer {
            Ok(mut links) => {
                // Those that a board is made with are of one moment.
                let rank = |role| Role::ALL.iter().position(|known| *known == role);
                links.sort_by_key(|link| (link.created_at_ms, rank(link.role)));
                self.links.set(Some(links));
            }
            Err(error) => self.fail(error),
        });
    }

    /// Changes a link.
    pub fn change(self, link: LinkId, wish: ChangeLink) {
        let (id, key) = self.board.get_value();
        self.mounted.ask(async move { api::change_link(&id, &key, &link, &wish).await }, move |answer| {
            if let Err(error) = answer {
                self.fail(error);
                // Who chose sees what holds, also where the list cannot be read now.
                self.links.notify();
            }
            self.read();
        });
    }

    /// Withdraws a link.
    pub fn revoke(self, link: LinkId) {
        let (id, key) = self.board.get_value();
        self.mounted.ask(async move { api::revoke_link(&id, &key, &link).await }, move |answer| {
            if let Err(error) = answer {
                self.fail(error);
            }
            self.read();
        });
    }

    /// Gives a link another key.
    pub fn rotate(self, link: LinkId) {
        let (id, key) = self.board.get_value();
        self.mounted.ask(async move { api::rotate_link(&id, &key, &link).await }, move |answer| match answer {
            Ok(link) => self.take(link),
            Err(error) => self.fail(error),
        });
    }

    /// Makes a link; says whether it was made.
    pub fn create(self, wish: CreateLink, then: impl FnOnce(bool) + 'static) {
        let (id, key) = self.board.get_value();
        self.mounted.ask(async move { api::create_link(&id, &key, &wish).await }, move |answer| {
            then(answer.is_ok());
            match answer {
                Ok(link) => self.take(link),
                Err(error) => self.fail(error),
            }
        });
    }

    /// The address of the key that was told last.
    pub fn told_address(self) -> Option<String> {
        let (id, _) = self.board.get_value();
        self.told.read().as_ref().map(|key| board_link(&id, key))
    }

    /// A key was told: keeps it, shows it and reads the list anew.
    fn take(self, link: LinkView) {
        let (id, _) = self.board.get_value();
        let LinkView { id: link_id, role, key, .. } = link;
        self.keys.update(|keys| keys.push((link_id.clone(), key.clone())));
        self.told.set(Some(key.clone()));
        let kept = KeptLink { role, key, id: Some(link_id) };
        // Untracked: the dialog that shows this is made of it, and must not begin anew.
        self.opened.0.update_untracked(|opened| opened.iter_mut().for_each(|opened| opened.links.push(kept.clone())));
        // Where the browser keeps nothing, the person was told so when the board was opened.
        self.mounted.ask(async move { keyring::keep_link(&id, kept).await }, |_| {});
        self.read();
    }

    /// Reads who is here.
    pub fn read_people(self) {
        let (id, key) = self.board.get_value();
        self.mounted.ask(async move { api::people(&id, &key).await }, move |answer| match answer {
            Ok(people) => self.people.set(Some(people)),
            Err(error) => self.fail(error),
        });
    }

    /// Locks somebody out.
    pub fn lock_person(self, person: String, name: String) {
        let (id, key) = self.board.get_value();
        let name = name.chars().take(MAX_AUTHOR_CHARS).collect();
        self.mounted.ask(async move { api::lock_person(&id, &key, &person, name).await }, move |answer| {
            if let Err(error) = answer {
                self.fail(error);
            }
            self.read_people();
        });
    }

    /// Lets somebody in again.
    pub fn unlock_person(self, person: String, name: String) {
        let (id, key) = self.board.get_value();
        self.mounted.ask(async move { api::unlock_person(&id, &key, &person).await }, move |answer| {
            match answer {
                Ok(()) => self.toasts.push(self.words.fill(key::PRESENT_UNLOCKED, &[("name", &name)])),
                Err(error) => self.fail(error),
            }
            self.read_people();
        });
    }

    fn fail(self, error: ApiError) {
        let reason = self.words.named("problem", &format!("{}.text", Problem::from(error).id()));
        self.toasts.push(self.words.fill(key::LINKS_FAILED, &[("reason", &reason)]));
    }

    /// The address of a link whose key this browser knows.
    pub fn address(self, link: &LinkId) -> Option<String> {
        let (id, _) = self.board.get_value();
        self.keys.read().iter().find(|(of, _)| of == link).map(|(_, key)| board_link(&id, key))
    }
}
