//! What is being written of comments and no server has: kept by where it belongs, so that neither a closed card nor a lost
//! line takes it away, nor sends it twice. It must not know how comments are sent or shown.

use std::collections::HashMap;

use leptos::prelude::*;

/// Of the board that is open. Places are texts that their writers make up: a thread, a comment that is edited.
#[derive(Clone, Copy, Default)]
pub struct Drafts {
    texts: RwSignal<HashMap<String, String>>,
    /// What was sent without an answer: the server may have it, and how often its author had said it before.
    unanswered: StoredValue<HashMap<String, (String, usize)>>,
}

impl Drafts {
    /// What is written at a place; nothing where nobody wrote.
    pub fn at(self, place: &str) -> Option<String> {
        self.texts.read().get(place).cloned()
    }

    /// Somebody writes at a place.
    pub fn write(self, place: &str, text: String) {
        self.texts.update(|texts| drop(texts.insert(place.to_owned(), text)));
    }

    /// Nothing is written there any more.
    pub fn forget(self, place: &str) {
        self.texts.update(|texts| drop(texts.remove(place)));
    }

    /// What was sent from a place did not arrive: it stands there again, before what has been written since.
    pub fn give_back(self, place: &str, text: &str) {
        let since = self.texts.read_untracked().get(place).cloned().unwrap_or_default();
        self.write(place, if since.is_empty() { text.to_owned() } else { format!("{text}\n{since}") });
    }

    /// The same of what may have arrived: nobody answered. Its author had said it `said` times when it was sent.
    pub fn give_back_unanswered(self, place: &str, text: &str, said: usize) {
        self.give_back(place, text);
        self.unanswered.update_value(|unanswered| drop(unanswered.insert(place.to_owned(), (text.to_owned(), said))));
    }

    /// The server tells comments: what had arrived after all is no draft any more. `said` counts how often the reader says
    /// something in them.
    pub fn settle(self, said: impl Fn(&str) -> usize) {
        let mut arrived = Vec::new();
        self.unanswered.update_value(|unanswered| {
            unanswered.retain(|place, (text, before)| {
                let is_there = said(text) > *before;
                if is_there {
                    arrived.push((place.clone(), text.clone()));
                }
                !is_there
            });
        });
        for (place, text) in arrived {
            // What was written on since is the writer's to judge.
            if self.texts.read_untracked().get(&place) == Some(&text) {
                self.forget(&place);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_did_not_arrive_stands_before_what_was_written_since() {
        Owner::new().with(|| {
            let drafts = Drafts::default();
            drafts.give_back("thread", "first");
            assert_eq!(drafts.at("thread").as_deref(), Some("first"));
            drafts.write("thread", "second".to_owned());
            drafts.give_back("thread", "first");
            assert_eq!(drafts.at("thread").as_deref(), Some("first\nsecond"));
            assert_eq!(drafts.at("elsewhere"), None);
        });
    }

    #[test]
    fn what_arrived_without_an_answer_is_not_offered_a_second_time() {
        // How often it had been said, how often it is then, and what was written since.
        for (before, after, since, expected) in [
            (0, 1, None, None),
            (1, 1, None, Some("+1")),
            (1, 2, None, None),
            (0, 1, Some("+1, and more"), Some("+1, and more")),
        ] {
            Owner::new().with(|| {
                let drafts = Drafts::default();
                drafts.give_back_unanswered("thread", "+1", before);
                if let Some(since) = since {
                    drafts.write("thread", since.to_owned());
                }
                drafts.settle(|text| if text == "+1" { after } else { 0 });
                assert_eq!(drafts.at("thread").as_deref(), expected, "{before} {after} {since:?}");
            });
        }
    }
}
