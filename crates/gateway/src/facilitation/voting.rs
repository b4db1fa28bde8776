//! The rules of a voting: who voted how is stored and never told. It must not know requests, stores or clocks.

use std::collections::{BTreeMap, BTreeSet};

use protocol::limits::{MAX_QUESTION_CHARS, MAX_VOTED_SHAPES, MAX_VOTERS, MAX_VOTES};
use protocol::meeting::{Ballot, NewVoting, Voting};
use protocol::{ErrorCode, PersonId};
use serde::{Deserialize, Serialize};

use crate::boards::one_line;
use crate::comments::rules::is_shape_id;

/// A voting as it is stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredVoting {
    question: String,
    budget: u32,
    shapes: Vec<String>,
    is_open: bool,
    /// Numbers of shapes, one for each vote.
    ballots: BTreeMap<String, Vec<u32>>,
}

impl StoredVoting {
    /// What everybody may know: no votes before the end, and never whose.
    #[must_use]
    pub fn public(self) -> Voting {
        let mut results = Vec::new();
        if !self.is_open {
            results = vec![0; self.shapes.len()];
            for vote in self.ballots.values().flatten() {
                if let Some(result) = usize::try_from(*vote).ok().and_then(|vote| results.get_mut(vote)) {
                    *result += 1;
                }
            }
        }
        let voters = self.ballots.values().filter(|votes| !votes.is_empty()).count();
        Voting {
            question: self.question,
            budget: self.budget,
            shapes: self.shapes,
            is_open: self.is_open,
            voters: u32::try_from(voters).unwrap_or(u32::MAX),
            results,
        }
    }

    /// The votes of one person.
    #[must_use]
    pub fn ballot(&self, person: &PersonId) -> Ballot {
        let votes = self.ballots.get(person.as_str()).into_iter().flatten();
        let shape = |vote: &u32| self.shapes.get(usize::try_from(*vote).ok()?).cloned();
        Ballot { votes: votes.filter_map(shape).collect() }
    }
}

/// A voting that begins.
///
/// # Errors
/// `Malformed` or `TooLarge`.
pub fn begin(wish: NewVoting) -> Result<StoredVoting, ErrorCode> {
    let question = one_line(&wish.question, MAX_QUESTION_CHARS)?;
    if wish.shapes.len() > MAX_VOTED_SHAPES || usize::try_from(wish.budget).unwrap_or(usize::MAX) > MAX_VOTES {
        return Err(ErrorCode::TooLarge);
    }
    let distinct: BTreeSet<&String> = wish.shapes.iter().collect();
    if wish.budget == 0
        || distinct.is_empty()
        || distinct.len() != wish.shapes.len()
        || !wish.shapes.iter().all(|id| is_shape_id(id))
    {
        return Err(ErrorCode::Malformed);
    }
    let NewVoting { budget, shapes, .. } = wish;
    Ok(StoredVoting { question, budget, shapes, is_open: true, ballots: BTreeMap::new() })
}

/// A voting with somebody's votes, in the place of those that they gave before.
///
/// # Errors
/// `Forbidden` once it is closed, `TooLarge` for more votes than one has, or more people than may take part, `Malformed`
/// for a shape that it is not about.
pub fn cast(mut voting: StoredVoting, person: &PersonId, ballot: &Ballot) -> Result<StoredVoting, ErrorCode> {
    if !voting.is_open {
        return Err(ErrorCode::Forbidden);
    }
    let is_late = voting.ballots.len() >= MAX_VOTERS && !voting.ballots.contains_key(person.as_str());
    if is_late || ballot.votes.len() > usize::try_from(voting.budget).unwrap_or(usize::MAX) {
        return Err(ErrorCode::TooLarge);
    }
    let number = |id: &String| voting.shapes.iter().position(|shape| shape == id).and_then(|at| u32::try_from(at).ok());
    let votes = ballot.votes.iter().map(|id| number(id).ok_or(ErrorCode::Malformed)).collect::<Result<_, _>>()?;
    voting.ballots.insert(person.to_string(), votes);
    Ok(voting)
}

/// A voting that is over: its results are told from now on.
#[must_use]
pub fn close(voting: StoredVoting) -> StoredVoting {
    StoredVoting { is_open: false, ..voting }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn person(number: u8) -> PersonId {
        PersonId::from_random([number; 16])
    }

    fn ballot(votes: &[&str]) -> Ballot {
        Ballot { votes: votes.iter().map(|id| (*id).to_owned()).collect() }
    }

    fn voting() -> StoredVoting {
        let shapes = ["a", "b", "c"].map(str::to_owned).into();
        begin(NewVoting { question: " Which? ".to_owned(), budget: 2, shapes }).expect("a voting")
    }

    #[test]
    fn votes_are_counted_and_told_only_at_the_end() {
        let mut now = voting();
        for (who, votes) in [(1, vec!["a", "a"]), (2, vec!["a", "c"]), (1, vec!["c"]), (3, vec![])] {
            now = cast(now, &person(who), &ballot(&votes)).expect("a ballot");
        }
        assert_eq!(now.ballot(&person(1)), ballot(&["c"]));
        let open = now.clone().public();
        assert_eq!((open.voters, open.results), (2, vec![]));
        let text = serde_json::to_string(&now.clone().public()).expect("plain values");
        assert!(!text.contains(person(1).as_str()), "nobody is named");
        let closed = close(now);
        assert_eq!(closed.clone().public().results, [1, 0, 2]);
        assert_eq!(cast(closed, &person(4), &ballot(&["a"])), Err(ErrorCode::Forbidden));
    }

    #[test]
    fn nobody_has_more_votes_than_there_are() {
        for (votes, expected) in [
            (vec!["a", "b"], None),
            (vec!["a", "b", "c"], Some(ErrorCode::TooLarge)),
            (vec!["d"], Some(ErrorCode::Malformed)),
        ] {
            assert_eq!(cast(voting(), &person(1), &ballot(&votes)).err(), expected, "{votes:?}");
        }
    }

    #[test]
    fn a_voting_is_about_something() {
        let wish = |budget: u32, shapes: Vec<&str>| NewVoting {
            question: String::new(),
            budget,
            shapes: shapes.into_iter().map(str::to_owned).collect(),
        };
        let many: Vec<String> = (0..=MAX_VOTED_SHAPES).map(|number| number.to_string()).collect();
        for (wish, expected) in [
            (wish(0, vec!["a"]), ErrorCode::Malformed),
            (wish(1, vec![]), ErrorCode::Malformed),
            (wish(1, vec!["a", "a"]), ErrorCode::Malformed),
            (wish(1, vec!["a\u{0}"]), ErrorCode::Malformed),
            (wish(100, vec!["a"]), ErrorCode::TooLarge),
            (NewVoting { shapes: many, ..wish(1, vec![]) }, ErrorCode::TooLarge),
        ] {
            assert_eq!(begin(wish.clone()).err(), Some(expected), "{wish:?}");
        }
    }
}
