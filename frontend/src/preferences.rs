//! What a person chose for this browser: language, theme and their name, kept in local storage. It must not know boards.

use editor::KeyMap;
use leptos::prelude::*;
use protocol::LinkSecret;
use wasm_bindgen::JsValue;
use web_sys::Storage;

use crate::person_name::{cleaned, friendly_name};
use crate::random;
use crate::ui::dynamic::effect;
use crate::words::Language;

const KEYS: &str = "boardwalk.keys";
const LANGUAGE: &str = "boardwalk.language";
const NAME: &str = "boardwalk.name";
const THEME: &str = "boardwalk.theme";
const STYLES: &str = "boardwalk.styles";
const PERSON: &str = "boardwalk.person";
const ACCOUNT: &str = "boardwalk.account";
const TOKEN: &str = "boardwalk.token";
const RECOVERY: &str = "boardwalk.recovery";
const COLOURS: &str = "boardwalk.colours";
const CURSOR: &str = "boardwalk.cursor";
/// Colours that are remembered.
const COLOURS_MAX: usize = 7;

/// A look of the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Theme {
    /// Dark on light.
    Light,
    /// Light on dark.
    Dark,
}

impl Theme {
    /// The value of `data-theme`.
    pub fn id(self) -> &'static str {
        match self {
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }

    fn from_id(id: &str) -> Option<Self> {
        [Self::Light, Self::Dark].into_iter().find(|theme| theme.id() == id)
    }

    fn other(self) -> Self {
        match self {
            Self::Light => Self::Dark,
            Self::Dark => Self::Light,
        }
    }
}

/// The choices, provided by context; every write is stored at once.
#[derive(Clone, Copy)]
pub struct Preferences {
    /// Language of the page.
    pub language: RwSignal<Language>,
    /// Name that others see; never empty.
    pub name: RwSignal<String>,
    /// The keys of commands and tools.
    pub keys: RwSignal<KeyMap>,
    /// The theme chosen here; none follows the system.
    chosen_theme: RwSignal<Option<Theme>>,
    /// What the system asks for.
    system_theme: RwSignal<Theme>,
}

impl Preferences {
    /// The choices that the page provides.
    pub fn of_page() -> Self {
        expect_context()
    }

    /// Reads what is stored, fills in defaults, and from then on applies and stores each change.
    pub fn load() -> Self {
        let language = kept_language();
        let name = stored(NAME)
            .as_deref()
            .and_then(cleaned)
            .unwrap_or_else(|| friendly_name(language, js_sys::Math::random(), js_sys::Math::random()));
        let preferences = Self {
            language: RwSignal::new(language),
            name: RwSignal::new(name),
            keys: RwSignal::new(KeyMap::parse(&stored(KEYS).unwrap_or_default())),
            chosen_theme: RwSignal::new(stored(THEME).as_deref().and_then(Theme::from_id)),
            system_theme: RwSignal::new(Theme::Light),
        };
        preferences.follow_system();
        preferences.apply_and_store();
        preferences
    }

    /// The theme in use.
    pub fn theme(self) -> Theme {
        self.chosen_theme.get().unwrap_or_else(|| self.system_theme.get())
    }

    /// The theme in use, without following it.
    pub fn theme_untracked(self) -> Theme {
        self.chosen_theme.get_untracked().unwrap_or_else(|| self.system_theme.get_untracked())
    }

    /// Switches to the other theme. Back at what the system asks for, the page follows the system again.
    pub fn toggle_theme(self) {
        let next = self.theme_untracked().other();
        self.chosen_theme.set((next != self.system_theme.get_untracked()).then_some(next));
    }

    fn follow_system(self) {
        let Ok(Some(query)) = window().match_media("(prefers-color-scheme: dark)") else { return };
        let listened = query.clone();
        let read = move || {
            self.system_theme.set(if query.matches() { Theme::Dark } else { Theme::Light });
        };
        read();
        let on_change = wasm_bindgen::closure::Closure::<dyn Fn()>::new(read);
        listened.set_onchange(Some(wasm_bindgen::JsCast::unchecked_ref(on_change.as_ref())));
        // Preferences live as long as the page.
        on_change.forget();
    }

    fn apply_and_store(self) {
        effect(move || {
            let language = self.language.get();
            if let Some(root) = document().document_element() {
                let _ = root.set_attribute("lang", language.tag());
            }
            store(LANGUAGE, Some(language.tag()));
        });
        effect(move || {
            if let Some(root) = document().document_element() {
                let _ = root.set_attribute("data-theme", self.theme().id());
            }
            store(THEME, self.chosen_theme.get().map(Theme::id));
        });
        effect(move || store(NAME, Some(&self.name.get())));
        effect(move || {
            let text = self.keys.read().text();
            store(KEYS, (!text.is_empty()).then_some(&*text));
        });
    }
}

/// The styles of tools that an earlier visit has kept; empty if none has.
pub fn kept_styles() -> String {
    stored(STYLES).unwrap_or_default()
}

/// Keeps the styles of tools.
pub fn keep_styles(styles: &str) {
    store(STYLES, Some(styles));
}

/// Free colours used of late, the latest first.
pub fn recent_colours() -> Vec<String> {
    let text = stored(COLOURS).unwrap_or_default();
    text.split_whitespace().take(COLOURS_MAX).map(str::to_owned).collect()
}

/// Keeps a colour as the latest.
pub fn keep_recent_colour(colour: &str) {
    let mut colours = recent_colours();
    colours.retain(|known| known != colour);
    colours.insert(0, colour.to_owned());
    colours.truncate(COLOURS_MAX);
    store(COLOURS, Some(&colours.join(" ")));
}

thread_local! {
    /// For a browser that keeps nothing: as long as the page.
    static PERSON_KEY: std::cell::OnceCell<Option<LinkSecret>> = const { std::cell::OnceCell::new() };
}

/// The secret by which servers know this browser again, to keep somebody out who is to stay out. None where the browser
/// has no randomness.
pub fn person_key() -> Option<LinkSecret> {
    PERSON_KEY.with(|kept| {
        let made = || {
            if let Some(known) = stored(PERSON).and_then(|text| text.parse().ok()) {
                return Some(known);
            }
            let key = LinkSecret::from_random(random::bytes().ok()?);
            store(PERSON, Some(key.reveal()));
            Some(key)
        };
        kept.get_or_init(made).clone()
    })
}

/// The number that decides the colour of one's own cursor; the same on every board, in every window and after a reload.
///
/// # Errors
/// A browser without randomness.
pub fn cursor_number() -> Result<u64, JsValue> {
    if let Some(kept) = stored(CURSOR).and_then(|text| text.parse().ok()) {
        return Ok(kept);
    }
    let number = u64::from(u32::from_le_bytes(random::bytes()?));
    store(CURSOR, Some(&number.to_string()));
    Ok(number)
}

/// The token that making boards wants on this server, once the person has told it.
pub fn kept_token() -> Option<String> {
    stored(TOKEN)
}

/// Keeps it.
pub fn keep_token(token: &str) {
    store(TOKEN, Some(token.trim()));
}

/// The name of who signed in here last, until they sign out.
pub fn kept_account_name() -> Option<String> {
    stored(ACCOUNT)
}

/// Keeps it, or forgets it.
pub fn keep_account_name(name: Option<&str>) {
    store(ACCOUNT, name);
}

/// The secret of this browser's recovery link, if it has one.
pub fn kept_recovery() -> Option<String> {
    stored(RECOVERY)
}

/// Keeps the secret of a recovery link.
pub fn keep_recovery(secret: &str) {
    store(RECOVERY, Some(secret));
}

/// Forgets the recovery link.
pub fn forget_recovery() {
    store(RECOVERY, None);
}

/// The language chosen here, or else the system's.
pub fn kept_language() -> Language {
    stored(LANGUAGE).as_deref().and_then(Language::from_tag).unwrap_or_else(system_language)
}

fn system_language() -> Language {
    let tags = window().navigator().languages();
    tags.iter().filter_map(|tag| tag.as_string()).find_map(|tag| Language::from_tag(&tag)).unwrap_or(Language::English)
}

/// None where the browser forbids storage (some private windows): then choices last as long as the page.
fn local_storage() -> Option<Storage> {
    window().local_storage().ok().flatten()
}

fn stored(key: &str) -> Option<String> {
    local_storage()?.get_item(key).ok().flatten()
}

fn store(key: &str, value: Option<&str>) {
    let Some(storage) = local_storage() else { return };
    // A full or forbidden storage costs the choice at the next visit, nothing else.
    let _ = match value {
        Some(value) => storage.set_item(key, value),
        None => storage.remove_item(key),
    };
}
