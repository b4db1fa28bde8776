//! Versions that were fetched, for going to and fro: bounded by their bytes, as one of a large board takes what hundreds
//! of small ones do. It must not know how they are fetched or read.

use protocol::VersionId;

/// What they take together, as they are stored in a document; read, each takes several times as much. The two that a
/// preview compares stay in any case.
const FETCHED_BYTES: usize = 16 * 1024 * 1024;
const COMPARED: usize = 2;

/// Versions, the one that was asked for last at the end.
pub struct Fetched<T> {
    versions: Vec<(VersionId, usize, T)>,
}

impl<T> Default for Fetched<T> {
    fn default() -> Self {
        Self { versions: Vec::new() }
    }
}

impl<T: Clone> Fetched<T> {
    /// Keeps one of so many bytes; those that were not asked for longest make room.
    pub fn keep(&mut self, id: VersionId, bytes: usize, version: T) {
        self.versions.retain(|(known, ..)| *known != id);
        self.versions.push((id, bytes, version));
        while self.versions.len() > COMPARED && self.bytes() > FETCHED_BYTES {
            self.versions.remove(0);
        }
    }

    /// One that is there.
    pub fn find(&mut self, id: &VersionId) -> Option<T> {
        let at = self.versions.iter().position(|(known, ..)| known == id)?;
        let found = self.versions.remove(at);
        let version = found.2.clone();
        self.versions.push(found);
        Some(version)
    }

    /// All that are there.
    pub fn all(&self) -> impl Iterator<Item = &T> {
        self.versions.iter().map(|(_, _, version)| version)
    }

    /// Lets all of them go.
    pub fn clear(&mut self) {
        self.versions.clear();
    }

    fn bytes(&self) -> usize {
        self.versions.iter().map(|(_, bytes, _)| bytes).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(number: u8) -> VersionId {
        VersionId::from_random([number; VersionId::LENGTH])
    }

    #[test]
    fn small_versions_all_stay_and_of_large_ones_the_last() {
        let mut fetched = Fetched::default();
        (0..60).for_each(|number| fetched.keep(id(number), 100_000, number));
        assert_eq!(fetched.all().count(), 60);
        assert_eq!(fetched.find(&id(0)), Some(0));
        fetched.keep(id(60), FETCHED_BYTES - 150_000, 60);
        assert!(fetched.all().eq(&[0, 60]), "what was asked for last stays");
        fetched.keep(id(61), 2 * FETCHED_BYTES, 61);
        assert!(fetched.all().eq(&[60, 61]), "two are compared, however large");
        fetched.keep(id(61), 1, 61);
        assert!(fetched.all().eq(&[60, 61]), "kept twice counts once");
        fetched.clear();
        assert_eq!(fetched.find(&id(61)), None);
    }
}
