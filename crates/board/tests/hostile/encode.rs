//! Writes updates struct by struct, honest or not.

/// One struct, or what pretends to be one.
#[derive(Clone, Debug)]
pub enum Struct {
    Gc(u32),
    Skip(u32),
    Item { origin: Option<(u64, u32)>, right_origin: Option<(u64, u32)>, parent: Parent, content: Content },
}

#[derive(Clone, Debug)]
pub enum Parent {
    Root(&'static str),
    Item((u64, u32)),
}

#[derive(Clone, Debug)]
pub enum Content {
    Deleted(u32),
    Text(String),
    Any(Vec<u8>, usize),
    Binary(Vec<u8>),
    Format(&'static str, &'static str),
    Embed(&'static str),
    /// Its type reference.
    Type(u8),
    /// A kind and its bytes.
    Raw(u8, Vec<u8>),
}

pub struct Section {
    pub client: u64,
    pub clock: u32,
    pub structs: Vec<(Option<&'static str>, Struct)>,
}

pub fn number(bytes: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        bytes.push(value as u8 | 0x80);
        value >>= 7;
    }
    bytes.push(value as u8);
}

pub fn string(bytes: &mut Vec<u8>, text: &str) {
    number(bytes, text.len() as u64);
    bytes.extend_from_slice(text.as_bytes());
}

fn id(bytes: &mut Vec<u8>, (client, clock): (u64, u32)) {
    number(bytes, client);
    number(bytes, u64::from(clock));
}

pub fn update(sections: &[Section], deletions: &[(u64, Vec<(u32, u32)>)]) -> Vec<u8> {
    let mut bytes = Vec::new();
    number(&mut bytes, sections.len() as u64);
    for section in sections {
        number(&mut bytes, section.structs.len() as u64);
        number(&mut bytes, section.client);
        number(&mut bytes, u64::from(section.clock));
        for (key, one) in &section.structs {
            write(&mut bytes, *key, one);
        }
    }
    number(&mut bytes, deletions.len() as u64);
    for (client, ranges) in deletions {
        number(&mut bytes, *client);
        number(&mut bytes, ranges.len() as u64);
        for (clock, length) in ranges {
            number(&mut bytes, u64::from(*clock));
            number(&mut bytes, u64::from(*length));
        }
    }
    bytes
}

fn write(bytes: &mut Vec<u8>, key: Option<&str>, one: &Struct) {
    let (origin, right_origin, parent, content) = match one {
        Struct::Gc(length) => {
            bytes.push(0);
            return number(bytes, u64::from(*length));
        }
        Struct::Skip(length) => {
            bytes.push(10);
            return number(bytes, u64::from(*length));
        }
        Struct::Item { origin, right_origin, parent, content } => (origin, right_origin, parent, content),
    };
    let flags = if origin.is_some() { 0x80 } else { 0 }
        | if right_origin.is_some() { 0x40 } else { 0 }
        | if key.is_some() { 0x20 } else { 0 };
    bytes.push(flags | reference(content));
    origin.iter().chain(right_origin).for_each(|origin| id(bytes, *origin));
    if flags & 0xc0 == 0 {
        match parent {
            Parent::Root(name) => {
                bytes.push(1);
                string(bytes, name);
            }
            Parent::Item(parent) => {
                bytes.push(0);
                id(bytes, *parent);
            }
        }
        if let Some(key) = key {
            string(bytes, key);
        }
    }
    match content {
        Content::Deleted(length) => number(bytes, u64::from(*length)),
        Content::Text(text) => string(bytes, text),
        Content::Any(values, count) => {
            number(bytes, *count as u64);
            bytes.extend_from_slice(values);
        }
        Content::Binary(buffer) => {
            number(bytes, buffer.len() as u64);
            bytes.extend_from_slice(buffer);
        }
        Content::Format(key, json) => {
            string(bytes, key);
            string(bytes, json);
        }
        Content::Embed(json) => string(bytes, json),
        Content::Type(reference) => bytes.push(*reference),
        Content::Raw(_, raw) => bytes.extend_from_slice(raw),
    }
}

fn reference(content: &Content) -> u8 {
    match content {
        Content::Deleted(_) => 1,
        Content::Binary(_) => 3,
        Content::Text(_) => 4,
        Content::Embed(_) => 5,
        Content::Format(..) => 6,
        Content::Type(_) => 7,
        Content::Any(..) => 8,
        Content::Raw(kind, _) => *kind,
    }
}
