//! The versions of the open board: the calls, their answers as signals, and the one that is looked at. It must not know
//! how it looks.

use std::rc::Rc;

use leptos::prelude::*;
use protocol::{BoardId, DamageView, LinkSecret, NameVersion, VersionId, VersionView};

use crate::api::{self, ApiError};
use crate::board::past::{Changes, Past, frame_of};
use crate::board::scene_theme;
use crate::opening::{OpenedBoard, keep_created};
use crate::preferences::Preferences;
use crate::store::{BoardStore, Problem, UiRequest};
use crate::ui::dynamic::Mounted;
use crate::ui::toast::Toasts;
use crate::words::{Word, Words, key};

/// Versions that one replay shows.
const MAX_REPLAYED: usize = 60;

/// The version that is looked at.
#[derive(Clone, PartialEq, Eq)]
pub struct Preview {
    /// Which.
    pub version: VersionView,
    /// What it looks like.
    pub svg: String,
    /// What has changed since the one before it, where there is one that can be read.
    pub changes: Changes,
    /// Whether there is one before it.
    pub is_first: bool,
}

/// A version's content, and the same read.
type Content = (VersionId, Rc<(Vec<u8>, Past)>);

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
    /// Whether a replay runs.
    pub playing: RwSignal<bool>,
    /// What was fetched, for going to and fro.
    fetched: StoredValue<Vec<Content>, LocalStorage>,
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
            playing: RwSignal::new(false),
            fetched: StoredValue::new_local(Vec::new()),
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
            Ok(list) => self.list.set(Some(list)),
            Err(error) => self.fail(error),
        });
        if self.store.role.get_untracked() == protocol::Role::Owner {
            self.mounted.ask(async move { api::damage(&board, &owner).await }, move |answer| {
                // The list of versions tells the same failure.
                self.damage.set(answer.unwrap_or_default());
            });
        }
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
        let made = async move { Ok(keep_created(api::copy_version(&id, &key, &version).await?).await.0) };
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
        let before = self.before(&version.id);
        self.mounted.ask(self.contents([Some(version.id.clone()), before]), move |answer| match answer {
            Ok(contents) => self.put_up(version, &contents),
            Err(error) => self.fail(error),
        });
    }

    /// Ends the look.
    pub fn end_preview(self) {
        self.playing.set(false);
        self.preview.set(None);
        self.fetched.update_value(Vec::clear);
    }

    /// Goes back to the version that is looked at.
    pub fn restore(self) {
        let Some(preview) = self.preview.get_untracked() else { return };
        let found = self.fetched.with_value(|fetched| find(fetched, &preview.version.id));
        let Some(content) = found else { return };
        self.end_preview();
        self.store.request(UiRequest::Restore(content.0.clone()));
        self.toasts.push(self.words.get(key::VERSIONS_RESTORED).to_owned());
    }

    /// The versions of a replay, oldest first.
    pub fn replayed(self) -> Vec<VersionView> {
        let list = self.list.read();
        let mut versions: Vec<VersionView> = list.iter().flatten().take(MAX_REPLAYED).cloned().collect();
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

    fn put_up(self, version: VersionView, contents: &[Rc<(Vec<u8>, Past)>]) {
        let [shown, before @ ..] = contents else { return };
        let extents = self
            .fetched
            .with_value(|fetched| fetched.iter().filter_map(|(_, content)| content.1.extent()).collect::<Vec<_>>());
        let svg = shown.1.svg(scene_theme(self.preferences.theme_untracked()), frame_of(extents.into_iter()));
        let before = before.first().map(|content| &content.1);
        let changes = shown.1.since(before);
        self.preview.set(Some(Preview { version, svg, changes, is_first: before.is_none() }));
    }

    /// The contents of versions, fetched where they are not there yet.
    async fn contents(self, wanted: [Option<VersionId>; 2]) -> Result<Vec<Rc<(Vec<u8>, Past)>>, ApiError> {
        let (id, key) = self.place().ok_or(ApiError::Unreachable)?;
        let mut contents = Vec::new();
        for version in wanted.into_iter().flatten() {
            let known = self.fetched.try_with_value(|fetched| find(fetched, &version)).flatten();
            let content = match known {
                Some(content) => content,
                None => {
                    let bytes = api::version(&id, &key, &version).await?;
                    let past = Past::read(&bytes).ok_or(ApiError::Refused(protocol::ErrorCode::Internal))?;
                    let content = Rc::new((bytes, past));
                    self.fetched.try_update_value(|fetched| {
                        fetched.retain(|(known, _)| *known != version);
                        fetched.push((version, content.clone()));
                        // A replay must not hold every version of a large board.
                        let surplus = fetched.len().saturating_sub(8);
                        fetched.drain(..surplus);
                    });
                    content
                }
            };
            contents.push(content);
        }
        Ok(contents)
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

fn find(fetched: &[Content], version: &VersionId) -> Option<Rc<(Vec<u8>, Past)>> {
    fetched.iter().find(|(known, _)| known == version).map(|(_, content)| content.clone())
}

fn position(versions: &[VersionView], version: &VersionId) -> Option<usize> {
    versions.iter().position(|known| known.id == *version)
}
