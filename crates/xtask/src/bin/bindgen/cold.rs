//! What of a program may come a moment later, as a list of paths and of functions: made from what ran in a first minute.
//!
//! A path, of a crate, module, type or function, holds all that lies below it. Where something of all of those ran, what did
//! not is listed by its whole name, as it is demangled: with what it is generic over, and closures by their number.

use std::collections::{BTreeMap, BTreeSet};

/// A path is worth its line from so many instructions on, and a function of its own; each is some two bytes.
const PATH_MIN: usize = 40;
const FUNCTION_MIN: usize = 30;

/// Paths, and whole names.
pub struct Cold<'a> {
    paths: BTreeSet<&'a str>,
    names: BTreeSet<&'a str>,
}

impl<'a> Cold<'a> {
    /// Reads a list: a path or name a line, `#` before remarks.
    pub fn read(text: &'a str) -> Self {
        let lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
        let (paths, names) = lines.partition(|line| line.chars().all(is_of_path));
        Self { paths, names }
    }

    /// Whether a mangled name is of what is listed.
    pub fn holds(&self, mangled: &str) -> bool {
        let name = demangled(mangled);
        self.names.contains(name.as_str()) || steps(&place(&name)).any(|path| self.paths.contains(path))
    }
}

/// The list for a program, of which some functions ran: `sizes` has the instructions of all, by their mangled names.
pub fn list(sizes: &BTreeMap<&str, usize>, ran: &BTreeSet<&str>) -> String {
    let named: Vec<_> = sizes.iter().map(|(name, size)| (demangled(name), *size, ran.contains(name))).collect();
    let mut below = BTreeMap::<String, (usize, bool)>::new();
    let mut hot = BTreeSet::new();
    for (name, size, has_run) in &named {
        for path in steps(&place(name)) {
            let (length, is_hot) = below.entry(path.to_owned()).or_default();
            *length += size;
            *is_hot |= has_run;
        }
        if *has_run {
            hot.insert(name.as_str());
        }
    }
    let is_listed = |path: &str| below.get(path).is_some_and(|(length, is_hot)| !is_hot && *length >= PATH_MIN);
    let mut lines = BTreeSet::new();
    for (name, size, _) in &named {
        let place = place(name);
        if let Some(path) = steps(&place).find(|path| is_listed(path)) {
            lines.insert(path.to_owned());
        } else if !hot.contains(name.as_str()) && *size >= FUNCTION_MIN {
            lines.insert(name.clone());
        }
    }
    lines.into_iter().flat_map(|line| [line, "\n".to_owned()]).collect()
}

fn demangled(mangled: &str) -> String {
    format!("{:#}", rustc_demangle::demangle(mangled))
}

fn is_of_path(c: char) -> bool {
    c.is_alphanumeric() || c == '_' || c == ':'
}

/// A place's crate, module and so on, each with those before it.
fn steps(place: &str) -> impl Iterator<Item = &str> {
    let end = place.find(|c| !is_of_path(c)).unwrap_or(place.len());
    let whole = place[..end].trim_end_matches(':');
    let is_all = end == place.len() || place[end..].starts_with('{');
    let ends = whole.match_indices("::").map(|(at, _)| at).chain(is_all.then_some(whole.len()));
    ends.map(move |at| &whole[..at])
}

/// Where a function is written, without what it is generic over: `<a::B<c::D> as e::F>::g` is `a::B::g`.
fn place(name: &str) -> String {
    let mut place = String::new();
    let mut rest = name;
    if name.starts_with('<') {
        let end = closing(name);
        let bare = name[1..end].trim_start_matches(['&', '*', '[']).trim_start_matches("const ");
        place = self::place(bare.trim_start_matches("mut ").trim_start_matches("dyn "));
        rest = &name[end + 1..];
    }
    while let Some(at) = rest.find(['<', '>', ' ']) {
        place.push_str(rest[..at].trim_end_matches("::"));
        if !rest[at..].starts_with('<') {
            return place;
        }
        rest = &rest[at + closing(&rest[at..]) + 1..];
    }
    place + rest
}

/// The angle that closes the one with which a text begins. The arrow of a function's type closes none.
fn closing(text: &str) -> usize {
    let mut depth = 0_usize;
    let mut before = ' ';
    for (at, next) in text.char_indices() {
        match next {
            '<' => depth += 1,
            '>' if before != '-' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return at;
        }
        before = next;
    }
    text.len().saturating_sub(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_holds_what_lies_below_it() {
        let list = Cold::read("# seldom\neditor::crop\n<u8 as editor::Wide>::wide\n");
        for (name, holds) in [
            ("editor::crop::start", true),
            ("editor::crop", true),
            ("<editor::crop::Crop as core::fmt::Debug>::fmt", true),
            ("<&mut editor::crop::Crop as core::fmt::Debug>::fmt", true),
            ("<editor::crop::Crop>::end::{closure#0}", true),
            ("<editor::crop::Crop as Fn<(a::B,)>>::call::<fn() -> c::D>::{closure#0}", true),
            ("<[editor::crop::Crop] as a::B>::b", true),
            ("<u8 as editor::Wide>::wide", true),
            ("<u8 as editor::Wide>::wide::{closure#0}", false),
            ("editor::cropping::start", false),
            ("<a::B<editor::crop::Crop>>::b", false),
        ] {
            assert_eq!(list.holds(name), holds, "{name}");
        }
    }

    #[test]
    fn lists_what_did_not_run() {
        let all = ["a::b::c", "a::b::d", "a::e::<u8>", "a::e::<u16>", "a::f", "a::g::h", "a::g::{closure#0}"];
        let sizes = all.into_iter().map(|name| (name, if name == "a::f" { 1 } else { 80 })).collect();
        let listed = list(&sizes, &BTreeSet::from(["a::e::<u8>", "a::g::h"]));
        assert_eq!(listed, "a::b\na::e::<u16>\na::g::{closure#0}\n");
        let list = Cold::read(&listed);
        let late: Vec<_> = all.into_iter().filter(|name| list.holds(name)).collect();
        assert_eq!(late, ["a::b::c", "a::b::d", "a::e::<u16>", "a::g::{closure#0}"]);
    }
}
