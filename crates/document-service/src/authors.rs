//! Who has edited a board since its newest version: by what they call themselves, by their account where their gateway
//! knows one, and by the Yjs clients that they edited through. It must not know what they did, nor whether a name is
//! true: nobody has to say who they are.

use std::collections::BTreeSet;

use board::is_empty_update;
use protocol::lane::UpdatesUp;
use protocol::limits::{MAX_CLIENTS_OF_PERSON, MAX_NAME_CHARS, MAX_VERSION_PEOPLE};
use protocol::visitors::Visitor;
use protocol::{ConnectionId, SecretHash, VersionPerson};
use sync::LaneId;

/// Connections whose people are known by name, so that they need not be asked for at each edit.
const MAX_KNOWN: usize = 1_000;
/// Names that stand for all; an ellipsis stands for the others.
const MAX_NAMES: usize = 3;

/// Somebody who sends an edit.
#[derive(Debug, Clone, Default)]
pub(crate) struct Author {
    person: VersionPerson,
    browser: Option<SecretHash>,
}

/// By what people are told apart while they edit.
#[derive(Debug, PartialEq, Eq)]
enum Whose {
    Browser(SecretHash),
    Connection(LaneId, ConnectionId),
}

/// The authors of the next version.
#[derive(Debug, Default)]
pub(crate) struct Authors {
    known: BTreeSet<(LaneId, ConnectionId)>,
    people: Vec<(Whose, VersionPerson)>,
}

impl Author {
    /// As presence and their gateway know them, if they do.
    pub(crate) fn of(user: Option<(u64, String)>, visitor: Option<Visitor>) -> Self {
        let (client, name) = user.map_or((None, String::new()), |(client, name)| (Some(client), plain(&name)));
        let (account, browser) = visitor.map_or((None, None), |visitor| (visitor.account, visitor.person));
        let account = account.map(|account| plain(&account)).filter(|account| !account.is_empty());
        Self { person: VersionPerson { name, account, clients: client.into_iter().collect() }, browser }
    }
}

impl Authors {
    /// Notes who sent an edit. Who has no name yet is asked again at the next.
    pub(crate) fn note(
        &mut self,
        messages: &[(LaneId, UpdatesUp)],
        author_of: impl Fn(LaneId, ConnectionId) -> Author,
    ) {
        for (lane, message) in messages {
            let UpdatesUp::Edit { connection, update, .. } = message else { continue };
            // What stock clients answer to a board of which they lack nothing.
            if is_empty_update(update) {
                continue;
            }
            let peer = (*lane, *connection);
            if self.known.contains(&peer) {
                continue;
            }
            let author = author_of(*lane, *connection);
            if !author.person.name.is_empty() {
                if self.known.len() == MAX_KNOWN {
                    self.known.clear();
                }
                self.known.insert(peer);
            }
            self.add(peer, author);
        }
    }

    fn add(&mut self, (lane, connection): (LaneId, ConnectionId), author: Author) {
        let unknown = Whose::Connection(lane, connection);
        let whose = author.browser.map_or(Whose::Connection(lane, connection), Whose::Browser);
        let VersionPerson { name, account, clients } = author.person;
        let is_same = |(known, _): &&mut (Whose, VersionPerson)| *known == whose || *known == unknown;
        let Some((known, person)) = self.people.iter_mut().find(is_same) else {
            if self.people.len() < MAX_VERSION_PEOPLE {
                self.people.push((whose, VersionPerson { name, account, clients }));
            }
            return;
        };
        *known = whose;
        if !name.is_empty() {
            person.name = name;
        }
        person.account = account.or(person.account.take());
        for client in clients {
            if person.clients.len() < MAX_CLIENTS_OF_PERSON && !person.clients.contains(&client) {
                person.clients.push(client);
            }
        }
    }

    /// Everybody, nobody by a name twice; then it begins afresh.
    pub(crate) fn take(&mut self) -> Vec<VersionPerson> {
        let mut people = Vec::new();
        for (_, person) in std::mem::take(self).people {
            storage::gather(&mut people, person);
        }
        people
    }
}

/// The names of a few; none where nobody said one.
pub(crate) fn names_of(people: &[VersionPerson]) -> Option<String> {
    let mut names = people.iter().map(|person| person.name.as_str()).filter(|name| !name.is_empty());
    let mut said = names.by_ref().take(MAX_NAMES).collect::<Vec<_>>().join(", ");
    if names.next().is_some() {
        said.push_str(", …");
    }
    (!said.is_empty()).then_some(said)
}

/// A name as every store takes it: of one line, not too long.
fn plain(name: &str) -> String {
    let letters: String = name.chars().filter(|letter| !letter.is_control()).take(MAX_NAME_CHARS).collect();
    letters.trim().to_owned()
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use protocol::{LinkId, Role};

    use super::*;

    fn edit(connection: u64) -> (LaneId, UpdatesUp) {
        (LaneId(1), UpdatesUp::Edit { connection: ConnectionId(connection), seq: 1, update: Bytes::new() })
    }

    fn visitor(browser: u8, account: Option<&str>) -> Option<Visitor> {
        let (link, account) = (LinkId::from_random([1; 12]), account.map(str::to_owned));
        let person = Some(SecretHash([browser; 32]));
        Some(Visitor { gateway: 1, role: Role::Edit, link, person, account, clients: Vec::new() })
    }

    fn user(client: u64, name: &str) -> Option<(u64, String)> {
        Some((client, name.to_owned()))
    }

    fn told(people: &[VersionPerson]) -> Vec<(&str, Option<&str>, &[u64])> {
        people.iter().map(|person| (&*person.name, person.account.as_deref(), &*person.clients)).collect()
    }

    #[test]
    fn everybody_who_edited_is_told_once_with_a_name_or_without() {
        let mut authors = Authors::default();
        assert_eq!(authors.take(), []);
        let leave = (LaneId(1), UpdatesUp::Leave { connection: ConnectionId(9) });
        authors.note(&[edit(1), leave, edit(1)], |_, _| Author::of(user(11, " Ann\0\n"), visitor(1, Some("Ann A."))));
        // Who is known by name is not asked for again; the same browser in two windows is one person.
        authors.note(&[edit(1)], |_, _| panic!("known"));
        authors.note(&[edit(2)], |_, _| Author::of(user(12, "Ann"), visitor(1, None)));
        // Nobody knows anything of a stock client that says nothing; a guest may say a name later.
        authors.note(&[edit(3)], |_, _| Author::of(None, None));
        authors.note(&[edit(4)], |_, _| Author::of(None, None));
        authors.note(&[edit(4)], |_, _| Author::of(user(14, "Ben"), visitor(4, None)));
        authors.note(&[edit(5)], |_, _| Author::of(user(15, ""), visitor(5, None)));
        let (connection, update) = (ConnectionId(6), Bytes::from_static(&[0, 0]));
        let nothing = (LaneId(1), UpdatesUp::Edit { connection, seq: 1, update });
        authors.note(&[nothing], |_, _| panic!("who brings nothing edits nothing"));
        let people = authors.take();
        let expected: [(&str, Option<&str>, &[u64]); 4] =
            [("Ann", Some("Ann A."), &[11, 12]), ("", None, &[]), ("Ben", None, &[14]), ("", None, &[15])];
        assert_eq!(told(&people), expected);
        assert_eq!(names_of(&people).as_deref(), Some("Ann, Ben"));
        assert_eq!(authors.take(), []);
    }

    #[test]
    fn a_crowd_stays_within_its_bounds() {
        let mut authors = Authors::default();
        let many: Vec<_> = (0..3000).map(edit).collect();
        authors.note(&many, |_, connection| {
            Author::of(user(connection.0, &format!("{}{}", connection.0, "x".repeat(100))), None)
        });
        let people = authors.take();
        assert_eq!(people.len(), MAX_VERSION_PEOPLE);
        assert!(people.iter().all(|person| person.name.chars().count() == MAX_NAME_CHARS));
        let said = names_of(&people).expect("names");
        assert!(said.starts_with("0xx") && said.ends_with(", …"), "{said}");
        assert_eq!(names_of(&[VersionPerson::default()]), None);
    }
}
