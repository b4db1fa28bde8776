//! Who edited before versions were kept: gathered without naming anybody twice, and handed on when a version is
//! forgotten, as what they did is then in the next one only. It must not know an engine, nor which versions go.

use protocol::limits::{MAX_CLIENTS_OF_PERSON, MAX_VERSION_PEOPLE};
use protocol::{BoardId, VersionId, VersionPerson};

use crate::{Archive, Error, VersionRecord};

/// Adds somebody, or what is new of somebody who is among them: who has the same name and account, or edited through the
/// same client.
pub fn gather(people: &mut Vec<VersionPerson>, more: VersionPerson) {
    let is_same = |known: &&mut VersionPerson| {
        let shares_client = known.clients.iter().any(|client| more.clients.contains(client));
        shares_client || !more.name.is_empty() && known.name == more.name && known.account == more.account
    };
    let Some(known) = people.iter_mut().find(is_same) else {
        if people.len() < MAX_VERSION_PEOPLE {
            people.push(more);
        }
        return;
    };
    if known.name.is_empty() {
        known.name = more.name;
    }
    known.account = known.account.take().or(more.account);
    for client in more.clients {
        if known.clients.len() < MAX_CLIENTS_OF_PERSON && !known.clients.contains(&client) {
            known.clients.push(client);
        }
    }
}

/// Forgets versions for good; the people of each go to the next one that stays.
///
/// # Errors
/// As of [`Archive::delete_versions`]. What was handed on by then is handed on again by the next attempt, to no harm.
pub async fn forget_versions<A: Archive + ?Sized>(
    store: &A,
    board: &BoardId,
    forgotten: &[VersionId],
) -> Result<(), Error> {
    for heir in heirs(store.versions(board).await?, forgotten) {
        match store.set_version_people(board, &heir.id, &heir.people).await {
            // Somebody else has forgotten it meanwhile.
            Ok(()) | Err(Error::NotFound) => {}
            Err(error) => return Err(error),
        }
    }
    store.delete_versions(board, forgotten).await
}

/// The versions that stay and are given people of those that go. `newest_first` are all of a board's.
fn heirs(newest_first: Vec<VersionRecord>, forgotten: &[VersionId]) -> Vec<VersionRecord> {
    let (mut heirs, mut waiting): (Vec<VersionRecord>, Vec<VersionPerson>) = (Vec::new(), Vec::new());
    for mut version in newest_first.into_iter().rev() {
        if forgotten.contains(&version.id) {
            version.people.into_iter().for_each(|person| gather(&mut waiting, person));
        } else if !waiting.is_empty() {
            std::mem::take(&mut waiting).into_iter().for_each(|person| gather(&mut version.people, person));
            heirs.push(version);
        }
    }
    heirs
}

#[cfg(test)]
mod tests {
    use super::*;

    fn person(name: &str, clients: &[u64]) -> VersionPerson {
        VersionPerson { name: name.to_owned(), account: None, clients: clients.to_vec() }
    }

    fn version(number: u8, people: Vec<VersionPerson>) -> VersionRecord {
        let id = VersionId::from_random([number; VersionId::LENGTH]);
        VersionRecord { id, name: None, author: None, people, created_at_ms: number.into(), size_bytes: 1 }
    }

    #[test]
    fn nobody_is_named_twice() {
        let mut people = Vec::new();
        let signed_in = VersionPerson { account: Some("Ann A.".to_owned()), ..person("Ann", &[9]) };
        for one in [person("Ann", &[1]), person("", &[2]), person("Ann", &[3, 1]), signed_in, person("", &[4])] {
            gather(&mut people, one);
        }
        gather(&mut people, person("Ben", &[2]));
        let told: Vec<(&str, &[u64])> = people.iter().map(|one| (&*one.name, &*one.clients)).collect();
        assert_eq!(told, [("Ann", &[1, 3][..]), ("Ben", &[2]), ("Ann", &[9]), ("", &[4])]);
        (0..1000).for_each(|number| gather(&mut people, person(&number.to_string(), &[])));
        (0..100).for_each(|number| gather(&mut people, person("Ann", &[number])));
        assert_eq!((people.len(), people[0].clients.len()), (MAX_VERSION_PEOPLE, MAX_CLIENTS_OF_PERSON));
    }

    #[test]
    fn the_next_one_that_stays_takes_over() {
        let ann = || vec![person("Ann", &[1])];
        let ben = || vec![person("Ben", &[2])];
        let all = || vec![version(4, vec![]), version(3, ben()), version(2, ben()), version(1, ann())];
        let ids = |numbers: &[u8]| numbers.iter().map(|number| version(*number, vec![]).id).collect::<Vec<_>>();
        assert_eq!(heirs(all(), &ids(&[1, 2])), [version(3, [ben(), ann()].concat())]);
        assert_eq!(heirs(all(), &ids(&[1, 3])), [version(2, [ben(), ann()].concat()), version(4, ben())]);
        assert_eq!(heirs(all(), &ids(&[4])), []);
    }
}
