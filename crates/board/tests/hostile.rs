//! Foreign bytes: whatever comes, the check answers, and what it accepts is safe to decode, apply and encode again.

#![expect(clippy::unwrap_used, reason = "a test's own values are what they are said to be")]

#[path = "hostile/encode.rs"]
mod encode;

use board::{CheckError, ClientId, Clocks, Document, MergeError, Merged, check_state_vector, check_update};
use encode::{Content, Parent, Section, Struct, number, string, update};
use proptest::prelude::*;
use yrs::types::Attrs;
use yrs::{
    Any, Array, ArrayPrelim, Doc, Map, MapPrelim, ReadTxn, Text, TextPrelim, Transact, XmlFragment, XmlTextPrelim,
};

fn item(parent: Parent, content: Content) -> Struct {
    Struct::Item { origin: None, right_origin: None, parent, content }
}

fn in_root(content: Content) -> (Option<&'static str>, Struct) {
    (Some("key"), item(Parent::Root("shapes"), content))
}

fn one(structs: Vec<(Option<&'static str>, Struct)>) -> Vec<u8> {
    update(&[Section { client: 1, clock: 0, structs }], &[])
}

fn nested(depth: usize) -> Vec<u8> {
    let mut value = [117, 1].repeat(depth);
    value.push(126);
    value
}

/// Types in types, each in the one before.
fn nested_types(depth: u32) -> Vec<u8> {
    let child = |clock: u32| (Some("in"), item(Parent::Item((1, clock)), Content::Type(1)));
    let mut structs = vec![in_root(Content::Type(1))];
    structs.extend((0..depth - 1).map(child));
    one(structs)
}

#[test]
fn nested_arrays_and_gigabytes_are_refused() {
    let deep = one(vec![in_root(Content::Any(nested(10_000), 1))]);
    assert!(deep.len() > 20_000);
    assert_eq!(check_update(&deep), Err(CheckError::Depth));

    // A few bytes that declare 2^31 clients, structs, values, keys, letters, bytes, ranges.
    let mut clients = Vec::new();
    number(&mut clients, 1 << 31);
    let mut structs = vec![1];
    number(&mut structs, 1 << 31);
    structs.extend([1, 0]);
    let mut huge = Vec::new();
    number(&mut huge, 1 << 31);
    let array = [&[117], &huge[..]].concat();
    let map = [&[118], &huge[..]].concat();
    let text = [&[119], &huge[..]].concat();
    let buffer = [&[116], &huge[..]].concat();
    let mut deletions = vec![0, 1, 1];
    number(&mut deletions, 1 << 31);
    let contents = [array, map, text, buffer].map(|value| one(vec![in_root(Content::Any(value, 1))]));
    let values = one(vec![in_root(Content::Raw(8, huge))]);
    for bytes in contents.into_iter().chain([clients, structs, values, deletions]) {
        let padded = [bytes, vec![0; 8]].concat();
        assert!(padded.len() <= 37);
        assert_eq!(check_update(&padded), Err(CheckError::Truncated), "{padded:?}");
    }
}

#[test]
fn nesting_ends_at_the_limit() {
    let shallow = |depth| check_update(&one(vec![in_root(Content::Any(nested(depth), 1))]));
    assert!(shallow(32).is_ok());
    assert_eq!(shallow(33), Err(CheckError::Depth));
    assert!(check_update(&nested_types(32)).is_ok());
    assert_eq!(check_update(&nested_types(33)), Err(CheckError::Depth));
    let json = |depth: usize| {
        let text: &'static str = format!("{}{}", "[".repeat(depth), "]".repeat(depth)).leak();
        check_update(&one(vec![in_root(Content::Embed(text))]))
    };
    assert!(json(32).is_ok());
    assert_eq!(json(33), Err(CheckError::Depth));
}

#[test]
fn types_that_grow_deeper_update_by_update_end_too() {
    // Each update hangs 30 more types below the last one, so that none of them is deep by itself.
    let mut document = Document::new(ClientId::from_random(9));
    let mut result = document.merge(&nested_types(30));
    for from in [29u32, 59, 89, 119] {
        let structs = (0..30).map(|n| (Some("in"), item(Parent::Item((1, from + n)), Content::Type(1)))).collect();
        result = document.merge(&update(&[Section { client: 1, clock: from + 1, structs }], &[]));
        if result.is_err() {
            break;
        }
    }
    assert_eq!(result, Err(MergeError::Broken));
}

#[test]
fn malformed_updates_have_their_reasons() {
    let text = || Content::Text("abc".into());
    let key = |text: &str| {
        let mut bytes = Vec::new();
        string(&mut bytes, text);
        bytes
    };
    let item_after =
        |origin| Struct::Item { origin: Some(origin), right_origin: None, parent: Parent::Root("x"), content: text() };
    let section = |client, clock| Section { client, clock, structs: vec![in_root(text())] };
    let cases: Vec<(&str, Vec<u8>, CheckError)> = vec![
        ("nothing", vec![], CheckError::Truncated),
        ("bytes after the end", vec![0, 0, 0], CheckError::Trailing),
        ("overlong number", [0x80; 12].to_vec(), CheckError::Number),
        ("client of 54 bits", update(&[section(1 << 53, 0)], &[]), CheckError::Number),
        ("clock of 32 bits", update(&[section(1, 1 << 31)], &[]), CheckError::Number),
        ("clock that overflows", update(&[section(1, (1 << 31) - 2)], &[]), CheckError::Number),
        ("client twice", update(&[section(1, 0), section(1, 3)], &[]), CheckError::Duplicate),
        ("client without structs", vec![1, 0, 1, 0, 0, 0, 0], CheckError::Empty),
        ("empty text", one(vec![in_root(Content::Text(String::new()))]), CheckError::Empty),
        ("no values", one(vec![in_root(Content::Any(vec![], 0))]), CheckError::Empty),
        ("no deletion", one(vec![in_root(Content::Deleted(0))]), CheckError::Empty),
        ("no gap", one(vec![(None, Struct::Skip(0))]), CheckError::Empty),
        ("nothing collected", one(vec![(None, Struct::Gc(0))]), CheckError::Empty),
        ("old JSON list", one(vec![in_root(Content::Raw(2, vec![0, 0]))]), CheckError::Unsupported(2)),
        ("subdocument", one(vec![in_root(Content::Raw(9, vec![0, 126]))]), CheckError::Unsupported(9)),
        ("unknown content", one(vec![in_root(Content::Raw(11, vec![0]))]), CheckError::Unsupported(11)),
        ("fifth bit", one(vec![in_root(Content::Raw(0x14, key("abc")))]), CheckError::Unsupported(0x14)),
        ("weak link", one(vec![in_root(Content::Type(7))]), CheckError::Unsupported(7)),
        ("XML hook", one(vec![in_root(Content::Type(5))]), CheckError::Unsupported(5)),
        ("undefined type", one(vec![in_root(Content::Type(15))]), CheckError::Unsupported(15)),
        ("unknown value", one(vec![in_root(Content::Any(vec![1], 1))]), CheckError::Unsupported(1)),
        (
            "wide signed number",
            one(vec![in_root(Content::Any([vec![125], vec![0xff; 9], vec![0]].concat(), 1))]),
            CheckError::Number,
        ),
        ("not UTF-8", one(vec![in_root(Content::Raw(4, vec![2, 0xc3, 0x28]))]), CheckError::Utf8),
        ("not JSON", one(vec![in_root(Content::Embed("{\"a\":"))]), CheckError::Json),
        ("own future", one(vec![(None, item_after((1, 0)))]), CheckError::Cycle),
        (
            "in what is no type",
            one(vec![in_root(text()), (Some("k"), item(Parent::Item((1, 1)), text()))]),
            CheckError::Parent,
        ),
        ("deletions out of order", update(&[], &[(1, vec![(5, 2), (4, 1)])]), CheckError::Order),
        ("deletions that overlap", update(&[], &[(1, vec![(5, 2), (6, 1)])]), CheckError::Order),
        ("deletion of nothing", update(&[], &[(1, vec![(5, 0)])]), CheckError::Empty),
        ("deletions of one client twice", update(&[], &[(1, vec![(5, 1)]), (1, vec![(9, 1)])]), CheckError::Duplicate),
    ];
    for (name, bytes, expected) in cases {
        assert_eq!(check_update(&bytes).map(drop), Err(expected), "{name}: {bytes:?}");
    }
}

#[test]
fn structs_of_two_clients_may_wait_but_not_for_each_other() {
    let after = |origin| Struct::Item {
        origin: Some(origin),
        right_origin: None,
        parent: Parent::Root("x"),
        content: Content::Text("a".into()),
    };
    let free = || (None, item(Parent::Root("shapes"), Content::Text("a".into())));
    let both = |one, other| {
        update(&[Section { client: 1, clock: 0, structs: one }, Section { client: 2, clock: 0, structs: other }], &[])
    };
    let zigzag = both(
        vec![free(), (None, after((2, 0))), (None, after((2, 1)))],
        vec![(None, after((1, 0))), (None, after((1, 1)))],
    );
    assert!(check_update(&zigzag).is_ok());
    assert_eq!(Document::new(ClientId::from_random(9)).merge(&zigzag), Ok(Merged::Applied { fresh: true }));
    let circle = both(vec![free(), (None, after((2, 1)))], vec![free(), (None, after((1, 1)))]);
    assert_eq!(check_update(&circle), Err(CheckError::Cycle));
}

#[test]
fn needs_and_covers_are_what_is_missing_and_what_is_brought() {
    let clocks = |pairs: &[(u64, u32)]| pairs.iter().copied().collect::<Clocks>();
    let text = || in_root(Content::Text("abc".into()));
    let after = |origin| {
        (
            None,
            Struct::Item {
                origin: Some(origin),
                right_origin: None,
                parent: Parent::Root("x"),
                content: Content::Text("a".into()),
            },
        )
    };
    let cases: Vec<(&str, Vec<u8>, Clocks, Clocks)> = vec![
        ("nothing", vec![0, 0], clocks(&[]), clocks(&[])),
        (
            "from the start",
            update(&[Section { client: 7, clock: 0, structs: vec![text()] }], &[]),
            clocks(&[]),
            clocks(&[(7, 3)]),
        ),
        (
            "from later on",
            update(&[Section { client: 7, clock: 5, structs: vec![text()] }], &[]),
            clocks(&[(7, 5)]),
            clocks(&[(7, 8)]),
        ),
        (
            "after another",
            update(&[Section { client: 7, clock: 0, structs: vec![after((3, 9))] }], &[]),
            clocks(&[(3, 10)]),
            clocks(&[(7, 1)]),
        ),
        (
            "over a gap",
            update(&[Section { client: 7, clock: 0, structs: vec![text(), (None, Struct::Skip(4)), text()] }], &[]),
            clocks(&[(7, 7)]),
            clocks(&[(7, 10)]),
        ),
        (
            "gap at the end",
            update(&[Section { client: 7, clock: 0, structs: vec![text(), (None, Struct::Skip(4))] }], &[]),
            clocks(&[]),
            clocks(&[(7, 3)]),
        ),
        (
            "deletions here and elsewhere",
            update(
                &[Section { client: 7, clock: 0, structs: vec![text()] }],
                &[(7, vec![(0, 2)]), (8, vec![(1, 2), (9, 4)])],
            ),
            clocks(&[(8, 13)]),
            clocks(&[(7, 3)]),
        ),
    ];
    for (name, bytes, needs, covers) in cases {
        let summary = check_update(&bytes).unwrap();
        assert_eq!((summary.needs, summary.covers), (needs, covers), "{name}");
    }
}

#[test]
fn a_parent_must_be_a_type_or_gone() {
    let mut document = Document::new(ClientId::from_random(9));
    let first = one(vec![
        in_root(Content::Type(1)),
        (Some("other"), item(Parent::Root("shapes"), Content::Text("abc".into()))),
    ]);
    assert_eq!(document.merge(&first), Ok(Merged::Applied { fresh: true }));
    let below = |clock, own| {
        let structs = vec![(Some("k"), item(Parent::Item((1, clock)), Content::Text("x".into())))];
        update(&[Section { client: 2, clock: own, structs }], &[])
    };
    assert_eq!(document.merge(&below(0, 0)), Ok(Merged::Applied { fresh: true }));
    assert_eq!(document.merge(&below(2, 1)), Err(MergeError::Parent));
    // A second history of client 1, in which clock 1 is a type: here it is a text.
    let fork = [
        in_root(Content::Type(1)),
        in_root(Content::Type(1)),
        (Some("k"), item(Parent::Item((1, 1)), Content::Type(1))),
    ];
    let more = (0..3).map(|_| in_root(Content::Type(1)));
    assert_eq!(document.merge(&one(fork.into_iter().chain(more).collect())), Err(MergeError::Parent));
    assert_eq!(document.merge(&update(&[], &[(1, vec![(0, 1)])])), Ok(Merged::Applied { fresh: true }));
    assert_eq!(document.merge(&below(0, 1)), Ok(Merged::Applied { fresh: true }));
}

/// The many sessions of a long-lived board, each building on the one before, in the stack of an ordinary thread.
#[test]
fn a_board_of_many_sessions_loads() {
    let sessions = 20_000;
    let after = |client: u64| {
        let text = Content::Text("a".into());
        match client {
            1 => item(Parent::Root("shapes"), text),
            _ => Struct::Item {
                origin: Some((client - 1, 0)),
                right_origin: None,
                parent: Parent::Root("shapes"),
                content: text,
            },
        }
    };
    // Each session comes back once, after all others.
    let again = |client: u64| Struct::Item {
        origin: Some((if client == 1 { sessions } else { client - 1 }, if client == 1 { 0 } else { 1 })),
        right_origin: None,
        parent: Parent::Root("shapes"),
        content: Content::Text("b".into()),
    };
    let sections: Vec<_> = (1..=sessions)
        .map(|client| Section { client, clock: 0, structs: vec![(None, after(client)), (None, again(client))] })
        .collect();
    let bytes = update(&sections, &[(5, vec![(1, 1)])]);
    let mut document = Document::new(ClientId::from_random(1 << 50));
    assert_eq!(document.merge(&bytes), Err(CheckError::Clients.into()));
    assert_eq!(document.load(&bytes), Ok(Merged::Applied { fresh: true }));
    assert_eq!(
        document.clocks().iter().collect::<Vec<_>>(),
        (1..=sessions).map(|client| (client, 2)).collect::<Vec<_>>()
    );
    let mut copy = Document::new(ClientId::from_random(1 << 50));
    assert_eq!(copy.load(&document.snapshot().0), Ok(Merged::Applied { fresh: true }));
    assert_eq!(copy.snapshot(), document.snapshot());
}

#[test]
fn state_vectors_are_checked_too() {
    let empty = Document::new(ClientId::from_random(1));
    assert!(check_state_vector(&empty.state_vector().0).is_ok());
    for (bytes, expected) in [
        (vec![], CheckError::Truncated),
        (vec![0xff, 0xff, 0xff, 0xff, 0x07, 1, 1], CheckError::Truncated),
        (vec![1, 1], CheckError::Truncated),
        (vec![0, 0], CheckError::Trailing),
    ] {
        assert_eq!(check_state_vector(&bytes), Err(expected));
        assert!(empty.diff(&board::StateVector(bytes.into())).is_err());
    }
}

/// Random edits of every type a stock client has, told as bytes so that they shrink.
fn honest_updates(program: &[(u8, u8, u8)]) -> Vec<Vec<u8>> {
    let docs = [11, 1 << 40].map(|client| {
        let guid = String::new().into();
        let options = yrs::Options::with_guid_and_client_id(guid, yrs::ClientID::new(client));
        Doc::with_options(yrs::Options { offset_kind: yrs::OffsetKind::Utf16, ..options })
    });
    let mut updates = Vec::new();
    for (action, place, value) in program {
        let doc = &docs[usize::from(*place) % docs.len()];
        let root = doc.get_or_insert_map("shapes");
        let text = doc.get_or_insert_text("text");
        let list = doc.get_or_insert_array("list");
        let xml = doc.get_or_insert_xml_fragment("xml");
        let mut txn = doc.transact_mut();
        let key = format!("k{}", value % 5);
        let (length, items) = (text.len(&txn), list.len(&txn));
        let at = |length: u32| if length == 0 { 0 } else { u32::from(*place) % length };
        match action % 14 {
            0 => drop(root.insert(&mut txn, key, f64::from(*value) / 3.0)),
            1 => drop(root.insert(&mut txn, key, MapPrelim::from([("x", i64::from(*value) << 40)]))),
            2 => drop(root.insert(&mut txn, key, TextPrelim::new("héllo 😀"))),
            3 => drop(root.insert(&mut txn, key, ArrayPrelim::from([Any::from(vec![1u8, 2]), Any::Null]))),
            4 => drop(root.remove(&mut txn, &key)),
            5 => text.insert(&mut txn, at(length), "ab😀"),
            6 if length > 8 => text.format(&mut txn, 0, 8, Attrs::from([("bold".into(), Any::Bool(*value > 9))])),
            7 if length >= 8 => text.remove_range(&mut txn, 0, 8),
            8 => drop(text.insert_embed(&mut txn, 0, Any::from_json(r#"{"a":[1,"]"]}"#).unwrap())),
            9 => drop(list.insert(&mut txn, at(items), MapPrelim::from([("in", Any::Undefined)]))),
            10 => list.insert_range(&mut txn, 0, [1i64, i64::from(*value), -7_000_000_000]),
            11 if items > 1 => list.remove_range(&mut txn, 0, 2),
            12 => drop(xml.push_back(&mut txn, XmlTextPrelim::new("x"))),
            _ => {
                drop(txn);
                let states: Vec<_> = docs.iter().map(|doc| doc.transact().state_vector()).collect();
                for (from, to) in [(0, 1), (1, 0)] {
                    let update = docs[from].transact().encode_state_as_update_v1(&states[to]);
                    let decoded = yrs::updates::decoder::Decode::decode_v1(&update).unwrap();
                    docs[to].transact_mut().apply_update(decoded).unwrap();
                    updates.push(update);
                }
                continue;
            }
        }
        txn.commit();
        updates.push(txn.encode_update_v1());
    }
    updates.extend(docs.iter().map(|doc| doc.transact().encode_state_as_update_v1(&yrs::StateVector::default())));
    updates
}

fn program() -> impl Strategy<Value = Vec<(u8, u8, u8)>> {
    prop::collection::vec(any::<(u8, u8, u8)>(), 1..40)
}

/// What is accepted must be applied whole or refused whole, in the stack of an ordinary thread.
fn survives(document: &mut Document, bytes: &[u8]) {
    let result = document.merge(bytes);
    assert_ne!(result, Err(MergeError::Broken));
    assert!(!matches!(result, Err(MergeError::Check(CheckError::Undecodable))), "accepted, but not decodable");
    let copy = document.snapshot();
    assert!(check_update(&copy.0).is_ok(), "its own snapshot is refused");
}

proptest! {
    #[test]
    fn what_yrs_writes_is_accepted(program in program()) {
        let mut document = Document::new(ClientId::from_random(3));
        let mut gaps = Vec::new();
        for update in honest_updates(&program) {
            prop_assert_eq!(check_update(&update).err(), None);
            match document.merge(&update).unwrap() {
                Merged::Applied { .. } => {}
                Merged::Gap(_) => gaps.push(update),
            }
        }
        for update in gaps {
            let retried = matches!(document.merge(&update), Ok(Merged::Applied { .. }));
            prop_assert!(retried);
        }
        prop_assert!(check_update(&document.snapshot().0).is_ok());
    }

    #[test]
    fn truncated_updates_are_refused(program in program()) {
        for update in honest_updates(&program) {
            for end in 0..update.len() {
                prop_assert!(check_update(&update[..end]).is_err());
            }
        }
    }

    #[test]
    fn mutated_updates_do_no_harm(program in program(), mutations in prop::collection::vec((any::<u16>(), any::<u8>()), 1..6)) {
        let mut document = Document::new(ClientId::from_random(3));
        for update in honest_updates(&program) {
            let mut mutated = update.clone();
            for (place, value) in &mutations {
                let at = usize::from(*place) % mutated.len();
                mutated[at] = *value;
            }
            survives(&mut document, &mutated);
            survives(&mut document, &update);
        }
    }

    #[test]
    fn random_bytes_do_no_harm(bytes in prop::collection::vec(any::<u8>(), 0..100)) {
        survives(&mut Document::new(ClientId::from_random(3)), &bytes);
    }

    #[test]
    fn random_structs_do_no_harm(updates in prop::collection::vec(any_update(), 1..12)) {
        let mut document = Document::new(ClientId::from_random(30));
        for bytes in updates {
            survives(&mut document, &bytes);
        }
    }
}

fn any_id() -> impl Strategy<Value = (u64, u32)> {
    (1u64..4, 0u32..12)
}

fn any_content() -> impl Strategy<Value = Content> {
    prop_oneof![
        (1u32..4).prop_map(Content::Deleted),
        prop::sample::select(vec!["a", "bc", "😀x"]).prop_map(|text| Content::Text(text.into())),
        (1usize..3).prop_map(|count| Content::Any(vec![126; count], count)),
        Just(Content::Binary(vec![1])),
        prop::sample::select(vec!["null", "true"]).prop_map(|json| Content::Format("bold", json)),
        Just(Content::Embed("{}")),
        prop::sample::select(vec![0u8, 1, 2, 4, 6]).prop_map(Content::Type),
    ]
}

fn any_struct() -> impl Strategy<Value = (Option<&'static str>, Struct)> {
    let parent = prop_oneof![Just(Parent::Root("shapes")), Just(Parent::Root("x")), any_id().prop_map(Parent::Item)];
    let an_item = (prop::option::of(any_id()), prop::option::of(any_id()), parent, any_content())
        .prop_map(|(origin, right_origin, parent, content)| Struct::Item { origin, right_origin, parent, content });
    let one = prop_oneof![1 => (1u32..4).prop_map(Struct::Gc), 1 => (1u32..4).prop_map(Struct::Skip), 12 => an_item];
    (prop::option::of(prop::sample::select(vec!["k", "l"])), one)
}

fn any_update() -> impl Strategy<Value = Vec<u8>> {
    let section = (0u32..6, prop::collection::vec(any_struct(), 1..5));
    let ranges = prop::collection::vec((0u32..10, 1u32..4), 0..3);
    (prop::collection::btree_map(1u64..4, section, 1..3), prop::collection::btree_map(1u64..4, ranges, 0..3)).prop_map(
        |(sections, deletions)| {
            let sections: Vec<_> =
                sections.into_iter().map(|(client, (clock, structs))| Section { client, clock, structs }).collect();
            let deletions = deletions.into_iter().map(|(client, mut ranges)| {
                ranges.sort_unstable();
                (client, ranges)
            });
            update(&sections, &deletions.collect::<Vec<_>>())
        },
    )
}
