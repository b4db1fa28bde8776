//! Who has edited a board since its newest version, by what they call themselves. It must not know what they did, nor
//! whether the name is true: nobody has to say who they are.

use std::collections::BTreeSet;

use protocol::ConnectionId;
use protocol::lane::UpdatesUp;
use sync::LaneId;

/// People of one version that are looked at.
const MAX_NOTED: usize = 64;
/// Names that a version bears; an ellipsis stands for the others.
const MAX_NAMES: usize = 3;
const MAX_NAME_CHARS: usize = 30;

/// The authors of the next version.
#[derive(Debug, Default)]
pub(crate) struct Authors {
    noted: BTreeSet<(LaneId, ConnectionId)>,
    names: BTreeSet<String>,
}

impl Authors {
    /// Notes who sent an edit. Who has no name yet is asked again at the next.
    pub(crate) fn note(
        &mut self,
        messages: &[(LaneId, UpdatesUp)],
        name_of: impl Fn(LaneId, ConnectionId) -> Option<String>,
    ) {
        for (lane, message) in messages {
            let UpdatesUp::Edit { connection, .. } = message else { continue };
            let is_news = self.noted.len() < MAX_NOTED && !self.noted.contains(&(*lane, *connection));
            if is_news && let Some(name) = name_of(*lane, *connection) {
                self.noted.insert((*lane, *connection));
                self.names.insert(plain(&name));
            }
        }
    }

    /// What the version bears; then it begins afresh. `None` where nobody said a name.
    pub(crate) fn take(&mut self) -> Option<String> {
        let Self { names, .. } = std::mem::take(self);
        let mut names = names.into_iter().filter(|name| !name.is_empty());
        let mut said = names.by_ref().take(MAX_NAMES).collect::<Vec<_>>().join(", ");
        if names.next().is_some() {
            said.push_str(", …");
        }
        (!said.is_empty()).then_some(said)
    }
}

/// A name as every store takes it: of one line, not too long.
fn plain(name: &str) -> String {
    name.trim().chars().filter(|letter| !letter.is_control()).take(MAX_NAME_CHARS).collect()
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;

    fn edit(connection: u64) -> (LaneId, UpdatesUp) {
        (LaneId(1), UpdatesUp::Edit { connection: ConnectionId(connection), seq: 1, update: Bytes::new() })
    }

    #[test]
    fn a_version_bears_the_names_of_a_few() {
        let mut authors = Authors::default();
        assert_eq!(authors.take(), None);
        let leave = (LaneId(1), UpdatesUp::Leave { connection: ConnectionId(9) });
        authors.note(&[edit(1), leave, edit(1)], |_, _| Some(" Ann\0\n".to_owned()));
        authors.note(&[edit(2)], |_, _| None);
        assert_eq!(authors.take().as_deref(), Some("Ann"));
        assert_eq!(authors.take(), None);
        let many: Vec<_> = (0..500).map(edit).collect();
        authors.note(&many, |_, connection| Some(format!("{}{}", connection.0 % 7, "x".repeat(100))));
        let said = authors.take().expect("names");
        assert!(said.starts_with("0xx") && said.ends_with(", …") && said.chars().count() < 100, "{said}");
    }
}
