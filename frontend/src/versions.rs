//! The versions of the open board: the calls, their answers as signals, and the one that is looked at. It must not know
//! how it looks.

mod fetched;

use std::collections::HashMap;
use std::rc::Rc;
use std::sync::Arc;

use board::ChangeCounts;
use kurbo::Rect;
use leptos::prelude::*;
use protocol::{BoardId, DamageView, LinkSecret, NameVersion, VersionChanges, VersionId, VersionView};

use crate::api::{self, ApiError};
use crate::board::past::{Differences, Mark, Past, frame_of};
use crate::clock::pause;
use crate::opening::{OpenedBoard, keep_created};
use crate::preferences::Preferences;
use crate::store::{BoardStore, Problem, UiRequest};
use crate::ui::dynamic::Mounted;
use crate::ui::toast::Toasts;
use crate::words::{Word, Words, key};

use fetched::Fetched;

/// Versions that are listed, and that one replay shows.
pub const MAX_LISTED: usize = 60;

/// The version that is looked at.
#[derive(Clone)]
pub struct Preview {
    /// Which.
    pub version: VersionView,
    /// How many shapes have changed since the one before it, where there is one that can be read.
    pub counts: ChangeCounts,
    /// Which ones, as far as they are marked.
    pub marks: Arc<[Mark]>,
    /// Whether there is one before it.
    pub is_first: bool,
}

/// How much each version differs from the one before it, where that was counted.
type Counted = HashMap<(VersionId, Option<VersionId>), VersionChanges>;

/// The versions of the open board, provided by context.
#[derive(Clone, Copy)]
pub struct Versions {
    /// Whether the panel is shown.
    pub open: RwSignal<bool>,
    /// As the server told them last, newest first.
    pub list: RwSignal<Option<Vec<VersionView>>>,
    /// What could not be read of the board; owners hear of it.
    pub damage: RwSignal<Vec<DamageView>>,
    /// The version that is looked at in the board's place.
    pub preview: RwSignal<Option<Preview>>,
    /// Whether what has changed is marked on it.
    pub marking: RwSignal<bool>,
    /// The mark that is in hand, by its number.
    pub in_hand: RwSignal<Option<usize>>,
    /// Whether a replay runs.
    pub playing: RwSignal<bool>,
    counted: RwSignal<Counted>,
    is_counting: StoredValue<bool>,
    /// Grows with each look, so that an answer that came too late is known.
    looks: StoredValue<u64>,
    fetched: StoredValue<Fetched<Rc<Past>>, LocalStorage>,
    board: OpenedBoard,
    store: BoardStore,
    preferences: Preferences,
    mounted: Mounted,
    /// The page's words.
    pub words: Words,
    toasts: Toasts,
}

impl Versions {
    /// Of the board that the page opens. For the component that is being made.
    pub fn of(board: OpenedBoard, store: BoardStore) -> Self {
        Self {
            open: RwSignal::new(false),
            list: RwSignal::new(None),
            damage: RwSignal::default(),
            preview: RwSignal::new(None),
            marking: RwSignal::new(true),
            in_hand: RwSignal::new(None),
            playing: RwSignal::new(false),
            counted: RwSignal::default(),
            is_counting: StoredValue::new(false),
            looks: StoredValue::new(0),
            fetched: StoredValue::new_local(Fetched::default()),
            board,
            store,
            preferences: Preferences::of_page(),
            mounted: Mounted::here(),
            words: Words::of_page(),
            toasts: Toasts::of_page(),
        }
    }

    /// The board and the key of this visit.
    fn place(self) -> Option<(BoardId, LinkSecret)> {
        self.board.0.read_untracked().as_ref().map(|board| (board.id.clone(), board.key.clone()))
    }

    /// Reads the versions, and for owners what is damaged.
    pub fn read(self) {
        let Some((id, key)) = self.place() else { return };
        let (board, owner) = (id.clone(), key.clone());
        self.mounted.ask(async move { api::versions(&id, &key).await }, move |answer| match answer {
            Ok(list) => {
                self.list.set(Some(list));
                self.count();
            }
            Err(error) => self.fail(error),
        });
        if self.store.role.get_untracked() == protocol::Role::Owner {
            self.mounted.ask(async move { api::damage(&board, &owner).await }, move |answer| {
                // The list of versions tells the same failure.
                self.damage.set(answer.unwrap_or_default());
            });
        }
    }

    /// How much a version differs from the one before it, if that is known by now.
    pub fn changes(self, version: &VersionId) -> Option<VersionChanges> {
        let list = self.list.read();
        let at = position(list.as_ref()?, version)?;
        let before = list.as_ref()?.get(at + 1).map(|before| before.id.clone());
        self.counted.read().get(&(version.clone(), before)).copied()
    }

    /// Has the service count what is not counted yet, the newest first and one after the other: it reads two whole boards
    /// for each.
    fn count(self) {
        if self.is_counting.get_value() || !self.open.get_untracked() {
            return;
        }
        let next = self.pairs().into_iter().find(|pair| !self.counted.read_untracked().contains_key(pair));
        let (Some((id, key)), Some((version, before))) = (self.place(), next) else { return };
        self.is_counting.set_value(true);
        let asked = (version.clone(), before.clone());
        let answer = async move { api::version_changes(&id, &key, &version, before.as_ref()).await };
        self.mounted.ask(answer, move |answer| {
            self.is_counting.set_value(false);
            match answer {
                Ok(changes) => {
                    self.counted.update(|counted| {
                        counted.insert(asked, changes);
                    });
                    self.count();
                }
                // One of the two is gone, or the service cannot say: the list does without, and tries again when it is read anew.
                Err(error) => leptos::logging::log!("changes of a version: {}", Problem::from(error).id()),
            }
        });
    }

    /// Each listed version with the one before it.
    fn pairs(self) -> Vec<(VersionId, Option<VersionId>)> {
        let list = self.list.read_untracked();
        let versions = list.as_deref().unwrap_or_default();
        let before = versions.iter().skip(1).map(|version| Some(version.id.clone())).chain([None]);
        versions.iter().map(|version| version.id.clone()).zip(before).take(MAX_LISTED).collect()
    }

    /// A small picture of a version, as SVG; none where there is nothing to see.
    pub async fn picture(self, version: VersionId, is_dark: bool) -> Option<String> {
        let (id, key) = self.place()?;
        let svg = api::picture(&id, &key, Some(&version), is_dark).await.ok()?;
        (!svg.is_empty()).then_some(svg)
    }

    /// Keeps the board as it is now.
    pub fn keep(self, name: String) {
        let Some((id, key)) = self.place() else { return };
        let wish = self.named(name);
        self.mounted.ask(async move { api::keep_version(&id, &key, &wish).await }, move |answer| match answer {
            Ok(kept) => self.told(key::VERSIONS_KEPT, "name", &kept.name.unwrap_or_default()),
            Err(error) => self.fail(error),
        });
    }

    /// Names a version, so that it is kept for good.
    pub fn name(self, version: VersionId, name: String) {
        let Some((id, key)) = self.place() else { return };
        let wish = self.named(name);
        let answer = async move { api::name_version(&id, &key, &version, &wish).await };
        self.mounted.ask(answer, move |answer| match answer {
            Ok(kept) => {
                self.told(key::VERSIONS_KEPT, "name", kept.name.as_deref().unwrap_or_default());
                self.preview.update(|shown| {
                    if let Some(shown) = shown.as_mut().filter(|shown| shown.version.id == kept.id) {
                        shown.version = kept;
                    }
                });
            }
            Err(error) => self.fail(error),
        });
    }

    fn named(self, name: String) -> NameVersion {
        NameVersion { name, author: Some(self.preferences.name.get_untracked()) }
    }

    /// Forgets a version for good.
    pub fn forget(self, version: VersionId) {
        let Some((id, key)) = self.place() else { return };
        self.mounted.ask(async move { api::forget_version(&id, &key, &version).await }, move |answer| match answer {
            Ok(()) => self.told(key::VERSIONS_FORGOTTEN, "", ""),
            Err(error) => self.fail(error),
        });
    }

    /// Makes a new board of a version.
    pub fn copy(self, version: VersionId) {
        let Some((id, key)) = self.place() else { return };
        // Whose it is the home page finds out.
        let made = async move { Ok(keep_created(api::copy_version(&id, &key, &version).await?, false).await.0) };
        self.mounted.ask(made, move |answer| match answer {
            Ok(board) => self.told(key::VERSIONS_COPIED, "title", &board.title),
            Err(error) => self.fail(error),
        });
    }

    /// Forgets what could not be read.
    pub fn discard_damage(self) {
        let Some((id, key)) = self.place() else { return };
        self.mounted.ask(async move { api::discard_damage(&id, &key).await }, move |answer| match answer {
            Ok(()) => self.read(),
            Err(error) => self.fail(error),
        });
    }

    /// Looks at a version in the board's place.
    pub fn show(self, version: VersionView) {
        let look = self.new_look();
        let before = self.before(&version.id);
        let id = version.id.clone();
        let looked_at = async move {
            let past = self.fetch(&id).await?;
            let before = match before {
                // One that is gone by now, or cannot be read, is not compared with.
                Some(before) => self.fetch(&before).await.ok(),
                None => None,
            };
            let differences = past.since(before.as_deref(), pause).await;
            Ok((differences, before.is_none()))
        };
        self.mounted.ask(looked_at, move |answer| match answer {
            // Something else is looked at by now, or the board.
            _ if self.looks.get_value() != look => {}
            Ok((Differences { counts, marks }, is_first)) => {
                self.in_hand.set(None);
                self.preview.set(Some(Preview { version, counts, marks: marks.into(), is_first }));
            }
            Err(error) => self.fail(error),
        });
    }

    fn new_look(self) -> u64 {
        let look = self.looks.get_value() + 1;
        self.looks.set_value(look);
        look
    }

    /// A version that was fetched and is still there.
    pub fn past(self, version: &VersionId) -> Option<Rc<Past>> {
        self.fetched.try_update_value(|fetched| fetched.find(version)).flatten()
    }

    /// Where all of what was looked at lies, so that going to and fro does not make it jump.
    pub fn frame(self) -> Rect {
        self.fetched.with_value(|fetched| frame_of(fetched.all().filter_map(|past| past.extent())))
    }

    /// Takes the next mark in hand, or the one before.
    pub fn step_change(self, forwards: bool) {
        let count = self.preview.read_untracked().as_ref().map_or(0, |shown| shown.marks.len());
        if count > 0 {
            self.in_hand.update(|in_hand| {
                *in_hand = Some(match (*in_hand, forwards) {
                    (None, true) => 0,
                    (None, false) => count - 1,
                    (Some(at), true) => (at + 1) % count,
                    (Some(at), false) => (at + count - 1) % count,
                });
            });
        }
    }

    /// Ends the look.
    pub fn end_preview(self) {
        self.new_look();
        self.playing.set(false);
        self.in_hand.set(None);
        self.preview.set(None);
        self.fetched.update_value(Fetched::clear);
    }

    /// Goes back to the version that is looked at.
    pub fn restore(self) {
        let Some(preview) = self.preview.get_untracked() else { return };
        let Some(past) = self.past(&preview.version.id) else { return };
        self.end_preview();
        self.store.request(UiRequest::Restore(past.content().to_vec()));
        self.toasts.push(self.words.get(key::VERSIONS_RESTORED).to_owned());
    }

    /// The versions of a replay, oldest first.
    pub fn replayed(self) -> Vec<VersionView> {
        let list = self.list.read();
        let mut versions: Vec<VersionView> = list.iter().flatten().take(MAX_LISTED).cloned().collect();
        versions.reverse();
        versions
    }

    /// Looks at the next version of a replay; ends it at the newest.
    pub fn step(self) {
        let versions = self.replayed();
        let at = self.preview.read_untracked().as_ref().and_then(|shown| position(&versions, &shown.version.id));
        match versions.get(at.map_or(0, |at| at + 1)) {
            Some(next) => self.show(next.clone()),
            None => self.playing.set(false),
        }
    }

    fn before(self, version: &VersionId) -> Option<VersionId> {
        let list = self.list.read_untracked();
        let versions = list.as_ref()?;
        let at = position(versions, version)?;
        versions.get(at + 1).map(|version| version.id.clone())
    }

    /// A version, fetched and read where it is not there yet.
    async fn fetch(self, version: &VersionId) -> Result<Rc<Past>, ApiError> {
        if let Some(known) = self.past(version) {
            return Ok(known);
        }
        let (id, key) = self.place().ok_or(ApiError::Unreachable)?;
        let content = api::version(&id, &key, version).await?;
        let bytes = content.len();
        let past = Past::read(content, pause).await.ok_or(ApiError::Refused(protocol::ErrorCode::Internal))?;
        let past = Rc::new(past);
        // The page may be gone by now.
        self.fetched.try_update_value(|fetched| fetched.keep(version.clone(), bytes, Rc::clone(&past)));
        Ok(past)
    }

    fn told(self, word: Word, name: &str, value: &str) {
        self.toasts.push(self.words.fill(word, &[(name, value)]));
        self.read();
    }

    fn fail(self, error: ApiError) {
        self.playing.set(false);
        let reason = self.words.named("problem", &format!("{}.text", Problem::from(error).id()));
        self.toasts.push(self.words.fill(key::VERSIONS_FAILED, &[("reason", &reason)]));
    }
}

fn position(versions: &[VersionView], version: &VersionId) -> Option<usize> {
    versions.iter().position(|known| known.id == *version)
}
