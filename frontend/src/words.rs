//! Every word that a person reads, in each language, from `assets/labels`. It must not know where a word is shown.

use std::hint::black_box;
use std::sync::OnceLock;

use leptos::prelude::*;
use leptos::reactive::diagnostics::SpecialNonReactiveZone;

include!(concat!(env!("OUT_DIR"), "/labels.rs"));

/// The German texts, once they are there: in the browser they are a part of their own, as most read one language only.
static GERMAN: OnceLock<&'static Texts> = OnceLock::new();

/// Takes texts that were loaded.
pub fn add_german(texts: &'static Texts) {
    // They never change.
    let _ = GERMAN.set(texts);
}

fn german() -> Option<&'static Texts> {
    #[cfg(target_family = "wasm")]
    let missing = None;
    #[cfg(not(target_family = "wasm"))]
    let missing = Some(&DE);
    GERMAN.get().copied().or(missing)
}

/// What only later parts of the program look up or show, as `build.rs` finds it.
struct Later {
    /// Keys that are looked up, and their places.
    keys: &'static [(&'static str, u16)],
    /// The English texts after those of `EN`.
    english: &'static [&'static str],
}

/// They come with the first of those parts: until then nobody asks for them.
static LATER: OnceLock<&'static Later> = OnceLock::new();

/// Takes the words of later parts. Only their entries may say it, or they are in the first file.
#[inline(never)]
pub fn add_later() {
    // They never change. But who could see that they are all that is ever set would name them where they are read.
    let _ = LATER.set(black_box(&LATER_WORDS));
}

fn later() -> Option<&'static Later> {
    #[cfg(not(target_family = "wasm"))]
    add_later();
    LATER.get().copied()
}

fn english(place: usize) -> &'static str {
    let later = || later()?.english.get(place - EN.len()).copied();
    EN.get(place).copied().or_else(later).unwrap_or_default()
}

/// A label of the catalogue, the same in every language.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Word(usize);

impl Word {
    /// The label for something with an id, such as `find("tool", "arrow")`.
    pub fn find(kind: &str, id: &str) -> Option<Self> {
        let wanted = || kind.bytes().chain([b'.']).chain(id.bytes());
        let among = |keys: &[(&str, u16)]| {
            let found = keys.binary_search_by(|(key, _)| key.bytes().cmp(wanted())).ok()?;
            Some(Self(usize::from(keys.get(found)?.1)))
        };
        among(&KEYS).or_else(|| among(later()?.keys))
    }

    /// Its text.
    pub fn text(self, language: Language) -> &'static str {
        match language {
            Language::English => english(self.0),
            Language::German => german().map_or_else(|| english(self.0), |texts| texts[self.0]),
        }
    }
}

/// A language of the catalogue, in the order of `build.rs`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Language {
    /// `en`
    English,
    /// `de`
    German,
}

impl Language {
    /// Every language.
    pub const ALL: [Self; 2] = [Self::English, Self::German];

    /// The BCP 47 tag, for `lang`, for dates and for storing the choice.
    pub fn tag(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::German => "de",
        }
    }

    /// What its speakers call it.
    pub fn name(self) -> &'static str {
        NAMES[self as usize]
    }

    /// The language for a tag such as `de-AT`.
    pub fn from_tag(tag: &str) -> Option<Self> {
        let primary = tag.split('-').next().unwrap_or_default();
        Self::ALL.into_iter().find(|language| language.tag().eq_ignore_ascii_case(primary))
    }
}

/// The catalogue in the language in use; reading it in a reactive place follows the language.
#[derive(Clone, Copy)]
pub struct Words(pub RwSignal<Language>);

impl Words {
    /// The catalogue that the page provides.
    pub fn of_page() -> Self {
        expect_context()
    }

    /// A label.
    pub fn get(self, word: Word) -> &'static str {
        // Answers to a press are worded too, where nothing follows the language: no reason to warn.
        let _quiet = SpecialNonReactiveZone::enter();
        word.text(self.0.get())
    }

    /// A label as a signal, for a component's property.
    pub fn of(self, word: Word) -> Signal<String> {
        Signal::derive(move || self.get(word).to_owned())
    }

    /// A label with its placeholders filled.
    pub fn fill(self, word: Word, values: &[(&str, &str)]) -> String {
        fill(self.get(word), values)
    }

    /// The label for something with an id; the id itself where the catalogue has none.
    pub fn named(self, kind: &str, id: &str) -> String {
        Word::find(kind, id).map_or_else(|| id.to_owned(), |word| self.get(word).to_owned())
    }

    /// `one` for a count of one, else `many` with its `{count}` filled.
    pub fn count(self, one: Word, many: Word, count: usize) -> String {
        if count == 1 { self.get(one).to_owned() } else { self.fill(many, &[("count", &count.to_string())]) }
    }
}

/// Puts values in the place of `{name}`s, in one pass, so that a value may itself hold braces.
pub fn fill(text: &str, values: &[(&str, &str)]) -> String {
    let mut filled = String::with_capacity(text.len() + 16);
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        filled.push_str(before);
        let (name, tail) = after.split_once('}').unwrap_or((after, ""));
        filled.push_str(values.iter().find(|(known, _)| *known == name).map_or("", |(_, value)| value));
        rest = tail;
    }
    filled.push_str(rest);
    filled
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_is_found_by_its_two_parts() {
        for (key, at) in KEYS.iter().chain(LATER_WORDS.keys) {
            let (kind, id) = key.split_once('.').expect("keys have a kind and an id");
            assert_eq!(Word::find(kind, id), Some(Word((*at).into())), "{key}");
        }
        assert_eq!(Word::find("tool", "no-such"), None);
        assert_eq!(Word::find("tool", ""), None);
    }

    #[test]
    fn what_a_page_begins_with_is_in_the_first_table() {
        let found = |(kind, id)| Word::find(kind, id).expect("it is a word");
        let first = [("tool", "ink"), ("problem", "unreachable.title"), ("key", "escape")].map(found);
        for word in first.into_iter().chain([key::APP_NAME, key::BOARD_TOOLBAR]) {
            assert!(word.0 < EN.len(), "{word:?}");
            assert_ne!(word.text(Language::English), "");
        }
        for word in [("command", "palette"), ("role", "owner")].map(found) {
            assert!(word.0 >= EN.len(), "{word:?}");
            assert_ne!(word.text(Language::English), "");
        }
    }

    #[test]
    fn fills_each_placeholder_once_and_leaves_values_alone() {
        let values = [("title", "a {count} b"), ("count", "3")];
        assert_eq!(fill("“{title}”, {count}.", &values), "“a {count} b”, 3.");
        assert_eq!(fill("no placeholder", &values), "no placeholder");
        assert_eq!(fill("{unknown}!", &values), "!");
        assert_eq!(fill("open {title", &values), "open a {count} b");
    }

    #[test]
    fn languages_are_found_by_primary_tag() {
        for (tag, language) in
            [("de-AT", Some(Language::German)), ("EN", Some(Language::English)), ("fr", None), ("", None)]
        {
            assert_eq!(Language::from_tag(tag), language, "{tag}");
        }
        assert_eq!(Language::ALL.map(Language::name), ["English", "Deutsch"]);
    }

    #[test]
    fn every_failure_that_ends_a_visit_has_words() {
        for code in protocol::ErrorCode::ALL.iter().filter(|code| code.retry() == protocol::Retry::Never) {
            for part in ["title", "text"] {
                assert!(Word::find("problem", &format!("{}.{part}", code.id())).is_some(), "{code:?} {part}");
            }
        }
    }

    #[test]
    fn everything_that_can_be_chosen_has_a_word() {
        let tools = editor::TOOLS.iter().map(|tool| ("tool", tool.id));
        let commands = editor::COMMANDS.iter().map(|command| ("command", command.id));
        let colours = scene::Swatch::ALL.iter().map(|swatch| ("colour", swatch.name()));
        let options = crate::panels::style::options();
        for (kind, id) in tools.chain(commands).chain(colours).chain(options) {
            assert!(Word::find(kind, id).is_some(), "{kind}.{id}");
        }
    }
}
