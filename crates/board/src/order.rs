//! Keys that say where a shape lies in the pile, so that two people can insert without talking. Must not know shapes;
//! `docs/decisions/0008-order-keys.md` says why they look like this.

use std::fmt;
use std::sync::Arc;

use crate::clamp::ORDER_KEY_BYTES_MAX;

/// The digits in ascending order, which is also the order of their bytes.
const DIGITS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const BASE: u64 = 62;
/// Random digits after an appended key's integer: two people who append at once collide once in 238,328 times.
const JITTER_DIGITS: usize = 3;
/// The letter of integer 0: one digit. Larger letters have more digits, smaller letters are the negative side.
const ZERO_HEAD: u8 = b'a';

/// A key in the pile; keys compare as text. Equal keys are legal: shapes then lie in the order of their ids.
///
/// An integer (a letter that says how many digits follow, then the digits) and a fraction: `a5`, `a5V3x`, `b00`, `Zz`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OrderKey(Arc<str>);

impl Default for OrderKey {
    /// What a shape without a key has.
    fn default() -> Self {
        Self("a0".into())
    }
}

impl OrderKey {
    /// A stored key; `None` if it is none: such a shape has the default key.
    pub fn parse(text: &str) -> Option<Self> {
        let bytes = text.as_bytes();
        let integer = integer_length(*bytes.first()?)?;
        let canonical = bytes.len() >= integer
            && bytes.len() <= ORDER_KEY_BYTES_MAX
            && bytes.iter().all(u8::is_ascii_alphanumeric)
            && (bytes.len() == integer || bytes.last() != Some(&b'0'));
        canonical.then(|| Self(text.into()))
    }

    /// The stored text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// A key above `below` (or somewhere, if there is nothing) that nothing else limits.
    pub fn above(below: Option<&OrderKey>, jitter: u64) -> OrderKey {
        let integer = match below {
            None => ZERO_INTEGER.to_owned(),
            Some(key) => incremented(key.integer()).unwrap_or_else(|| key.integer().to_owned()),
        };
        with_jitter(integer, jitter)
    }

    /// A key below `above` that nothing else limits.
    pub fn below(above: &OrderKey, jitter: u64) -> OrderKey {
        match decremented(above.integer()) {
            Some(integer) => with_jitter(integer, jitter),
            None => above.clone(),
        }
    }

    /// `count` ascending keys strictly between two, as evenly spread as a few digits allow; `None` if `low` is not below
    /// `high` or a key would be longer than a key may be.
    pub fn between(
        low: Option<&OrderKey>,
        high: Option<&OrderKey>,
        count: usize,
        jitter: u64,
    ) -> Option<Vec<OrderKey>> {
        let mut keys = vec![OrderKey::default(); count];
        fill(low, high, &mut keys, jitter)?;
        let (first, last) = (keys.first(), keys.last());
        let inside = first.is_none_or(|first| low.is_none_or(|low| low < first))
            && last.is_none_or(|last| high.is_none_or(|high| last < high));
        let fits = keys.iter().all(|key| key.0.len() <= ORDER_KEY_BYTES_MAX);
        (inside && fits && keys.is_sorted_by(|one, next| one < next)).then_some(keys)
    }

    fn integer(&self) -> &str {
        let length = integer_length(self.0.as_bytes()[0]).expect("a key starts with a letter: parse saw to it");
        &self.0[..length]
    }

    fn fraction(&self) -> &str {
        &self.0[self.integer().len()..]
    }
}

impl fmt::Display for OrderKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for OrderKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

const ZERO_INTEGER: &str = "a0";

/// How many bytes an integer takes, letter included: `a`–`z` upwards, `Z`–`A` downwards.
fn integer_length(head: u8) -> Option<usize> {
    match head {
        b'a'..=b'z' => Some(usize::from(head - b'a') + 2),
        b'A'..=b'Z' => Some(usize::from(b'Z' - head) + 2),
        _ => None,
    }
}

fn value(digit: u8) -> u64 {
    DIGITS.iter().position(|candidate| *candidate == digit).map_or(0, |index| index as u64)
}

fn digit(value: u64) -> char {
    char::from(DIGITS[(value % BASE) as usize])
}

/// The next integer up; `None` above the largest.
fn incremented(integer: &str) -> Option<String> {
    let mut bytes = integer.as_bytes().to_vec();
    for byte in bytes[1..].iter_mut().rev() {
        if *byte != b'z' {
            *byte = DIGITS[value(*byte) as usize + 1];
            return String::from_utf8(bytes).ok();
        }
        *byte = b'0';
    }
    let head = match bytes[0] {
        b'Z' => ZERO_HEAD,
        b'z' => return None,
        head => head + 1,
    };
    Some(extreme(head, '0'))
}

/// The next integer down; `None` below the smallest.
fn decremented(integer: &str) -> Option<String> {
    let mut bytes = integer.as_bytes().to_vec();
    for byte in bytes[1..].iter_mut().rev() {
        if *byte != b'0' {
            *byte = DIGITS[value(*byte) as usize - 1];
            return String::from_utf8(bytes).ok();
        }
        *byte = b'z';
    }
    let head = match bytes[0] {
        ZERO_HEAD => b'Z',
        b'A' => return None,
        head => head - 1,
    };
    Some(extreme(head, 'z'))
}

/// The integer of `head` whose digits are all `fill`.
fn extreme(head: u8, fill: char) -> String {
    let digits = integer_length(head).map_or(0, |length| length - 1);
    std::iter::once(char::from(head)).chain(std::iter::repeat_n(fill, digits)).collect()
}

fn with_jitter(mut integer: String, jitter: u64) -> OrderKey {
    let mut rest = jitter;
    for place in 1..=JITTER_DIGITS {
        // The last digit is never zero: below `a50` there would be no room above `a5`.
        let last = place == JITTER_DIGITS;
        integer.push(if last { digit(1 + rest % (BASE - 1)) } else { digit(rest) });
        rest /= BASE;
    }
    OrderKey(integer.into())
}

/// Fills `keys` between the bounds: upwards or downwards where one side is open, by halves where none is.
fn fill(low: Option<&OrderKey>, high: Option<&OrderKey>, keys: &mut [OrderKey], jitter: u64) -> Option<()> {
    match (low, high) {
        (_, None) => {
            let mut below = low.cloned();
            for (key, jitter) in keys.iter_mut().zip(jitters(jitter)) {
                *key = OrderKey::above(below.as_ref(), jitter);
                below = Some(key.clone());
            }
        }
        (None, Some(high)) => {
            let mut above = high.clone();
            for (key, jitter) in keys.iter_mut().rev().zip(jitters(jitter)) {
                *key = OrderKey::below(&above, jitter);
                above = key.clone();
            }
        }
        (Some(low), Some(high)) => {
            let Some((before, rest)) = keys.split_at_mut_checked(keys.len() / 2) else { return Some(()) };
            let Some((middle, after)) = rest.split_first_mut() else { return Some(()) };
            *middle = midpoint(low, high, jitter)?;
            let mut more = jitters(jitter);
            fill(Some(low), Some(middle), before, more.next().unwrap_or(jitter))?;
            fill(Some(middle), Some(high), after, more.next().unwrap_or(jitter))?;
        }
    }
    Some(())
}

/// An endless row of numbers from one, each as random as the first (splitmix64).
fn jitters(seed: u64) -> impl Iterator<Item = u64> {
    let mut state = seed;
    std::iter::repeat_with(move || {
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    })
}

/// A key strictly between two, near the middle.
fn midpoint(low: &OrderKey, high: &OrderKey, jitter: u64) -> Option<OrderKey> {
    if low >= high {
        return None;
    }
    if low.integer() == high.integer() {
        return fraction_between(low.integer(), low.fraction(), Some(high.fraction()), jitter);
    }
    let next = incremented(low.integer())?;
    if next.as_str() < high.integer() {
        // Whole integers are free between them. Gaps of many integers are rare: the next one keeps keys short.
        return Some(with_jitter(next, jitter));
    }
    if !high.fraction().is_empty() && fraction_room(high.fraction()) > 1 {
        return fraction_between(&next, "", Some(high.fraction()), jitter);
    }
    fraction_between(low.integer(), low.fraction(), None, jitter)
}

/// How many first digits lie below a fraction.
fn fraction_room(fraction: &str) -> u64 {
    fraction.bytes().next().map_or(0, value)
}

/// `integer` with a fraction strictly between `low` and `high` (`None` is the end of the integer).
fn fraction_between(integer: &str, low: &str, high: Option<&str>, jitter: u64) -> Option<OrderKey> {
    let mut key = integer.to_owned();
    let (low, mut high) = (low.as_bytes(), high.map(str::as_bytes));
    for place in 0..ORDER_KEY_BYTES_MAX {
        let floor = low.get(place).map_or(0, |digit| value(*digit));
        let ceiling = match high {
            None => BASE,
            Some(high) => high.get(place).map_or(0, |digit| value(*digit)),
        };
        if ceiling > floor + 1 {
            key.push(digit(spread(floor, ceiling, jitter)));
            return Some(OrderKey(key.into()));
        }
        // One digit apart: below `high` whatever follows. Equal: still bound by it.
        if ceiling > floor {
            high = None;
        }
        key.push(digit(floor));
    }
    None
}

/// A digit strictly between two, anywhere in the middle half, so that people who insert at once rarely collide.
fn spread(floor: u64, ceiling: u64, jitter: u64) -> u64 {
    let gap = ceiling - floor;
    let margin = gap / 4;
    let width = (gap - 2 * margin).max(1);
    (floor + margin + jitter % width).clamp(floor + 1, ceiling - 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_hundred_thousand_appends_stay_within_ten_bytes() {
        let mut jitter = jitters(7);
        let mut top: Option<OrderKey> = None;
        for _ in 0..100_000 {
            let next = OrderKey::above(top.as_ref(), jitter.next().unwrap());
            assert!(top.as_ref().is_none_or(|top| *top < next), "{top:?} is not below {next}");
            assert!(next.as_str().len() <= 10, "{next}");
            assert_eq!(OrderKey::parse(next.as_str()).as_ref(), Some(&next));
            top = Some(next);
        }
        let mut bottom = OrderKey::default();
        for _ in 0..100_000 {
            let next = OrderKey::below(&bottom, jitter.next().unwrap());
            assert!(next < bottom && next.as_str().len() <= 10 && OrderKey::parse(next.as_str()).is_some(), "{next}");
            bottom = next;
        }
    }

    #[test]
    fn integers_carry_both_ways() {
        for (one, next) in [("a0", "a1"), ("az", "b00"), ("bzz", "c000"), ("Zz", "a0"), ("Z0", "Z1"), ("Yzz", "Z0")] {
            assert_eq!(incremented(one).as_deref(), Some(next));
            assert_eq!(decremented(next).as_deref(), Some(one));
        }
        assert_eq!(incremented(&extreme(b'z', 'z')), None);
        assert_eq!(decremented(&extreme(b'A', '0')), None);
    }

    #[test]
    fn what_is_no_key() {
        let long = format!("a0{}", "1".repeat(ORDER_KEY_BYTES_MAX));
        for text in ["", "0", "a", "b0", "a00", "a010", "a0é", "a0 ", " a0", &long] {
            assert_eq!(OrderKey::parse(text), None, "{text:?}");
        }
        for text in ["a0", "a1V", "b00", "Zz", "a001"] {
            assert!(OrderKey::parse(text).is_some(), "{text:?}");
        }
    }

    #[test]
    fn a_bulk_insert_splits_its_gap_evenly() {
        let low = OrderKey::above(None, 1);
        let high = OrderKey::above(Some(&low), 2);
        let keys = OrderKey::between(Some(&low), Some(&high), 10_000, 3).unwrap();
        assert!(
            keys.iter().all(|key| key.as_str().len() <= 12),
            "{:?}",
            keys.iter().max_by_key(|key| key.as_str().len())
        );
    }

    proptest! {
        #[test]
        fn random_inserts_keep_their_place(places in prop::collection::vec((any::<u16>(), any::<u64>()), 1..400)) {
            let mut pile: Vec<OrderKey> = Vec::new();
            for (place, jitter) in places {
                let at = usize::from(place) % (pile.len() + 1);
                let low = at.checked_sub(1).map(|below| pile[below].clone());
                let high = pile.get(at).cloned();
                let keys = OrderKey::between(low.as_ref(), high.as_ref(), 1, jitter);
                let key = keys.expect("random places do not use up the room").remove(0);
                prop_assert_eq!(OrderKey::parse(key.as_str()), Some(key.clone()));
                pile.insert(at, key);
            }
            prop_assert!(pile.is_sorted_by(|one, next| one < next));
        }

        #[test]
        fn any_two_keys_have_room(low in "[a-c][0-9A-Za-z]{3,8}[1-9A-Za-z]", high in "[a-c][0-9A-Za-z]{3,8}[1-9A-Za-z]", count in 1usize..20, jitter: u64) {
            let (Some(low), Some(high)) = (OrderKey::parse(&low), OrderKey::parse(&high)) else { return Ok(()) };
            let keys = OrderKey::between(Some(&low), Some(&high), count, jitter);
            prop_assert_eq!(keys.is_some(), low < high);
            prop_assert_eq!(keys.map_or(count, |keys| keys.len()), count);
        }
    }
}
