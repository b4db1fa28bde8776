//! A set of shapes by their numbers: a bit each. Knows no shapes.

use board::Slot;

const WORD_BITS: usize = u64::BITS as usize;

/// Which shapes. Asking and adding cost the same however many there are.
#[derive(Clone, Debug, Default)]
pub(crate) struct SlotSet {
    words: Vec<u64>,
    length: usize,
}

impl SlotSet {
    pub(crate) fn len(&self) -> usize {
        self.length
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.length == 0
    }

    pub(crate) fn contains(&self, slot: Slot) -> bool {
        let (word, bit) = place(slot);
        self.words.get(word).is_some_and(|bits| bits & bit != 0)
    }

    /// Whether it was not in it before. A shape that is on no board never is.
    pub(crate) fn insert(&mut self, slot: Slot) -> bool {
        if slot == Slot::NONE || self.contains(slot) {
            return false;
        }
        let (word, bit) = place(slot);
        if self.words.len() <= word {
            self.words.resize(word + 1, 0);
        }
        self.words[word] |= bit;
        self.length += 1;
        true
    }

    /// The numbers that are in one of the two, but not in both.
    pub(crate) fn difference(&self, other: &SlotSet) -> impl Iterator<Item = usize> {
        let words = self.words.len().max(other.words.len());
        let bits = |set: &SlotSet, word: usize| set.words.get(word).copied().unwrap_or_default();
        let differ: Vec<(usize, u64)> = (0..words).map(|word| (word, bits(self, word) ^ bits(other, word))).collect();
        differ.into_iter().flat_map(|(word, bits)| {
            (0..WORD_BITS).filter(move |bit| bits >> bit & 1 == 1).map(move |bit| word * WORD_BITS + bit)
        })
    }
}

impl Extend<Slot> for SlotSet {
    fn extend<I: IntoIterator<Item = Slot>>(&mut self, slots: I) {
        for slot in slots {
            self.insert(slot);
        }
    }
}

impl FromIterator<Slot> for SlotSet {
    fn from_iter<I: IntoIterator<Item = Slot>>(slots: I) -> Self {
        let mut set = Self::default();
        set.extend(slots);
        set
    }
}

fn place(slot: Slot) -> (usize, u64) {
    (slot.index() / WORD_BITS, 1 << (slot.index() % WORD_BITS))
}
