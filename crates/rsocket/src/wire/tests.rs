//! Golden frames, and what random bytes do.

use proptest::prelude::*;

use super::*;

fn encode(frame: &Frame) -> Bytes {
    Encoder::default().encode(frame.clone()).unwrap()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn setup() -> SetupFrame {
    SetupFrame {
        version: (1, 0),
        keepalive_ms: 500,
        lifetime_ms: 3000,
        resume_token: None,
        lease: false,
        metadata_mime: "a/b".into(),
        data_mime: "c/d".into(),
        payload: Payload::default(),
    }
}

fn request(kind: RequestKind, initial_n: u32) -> Frame {
    Frame::Request {
        stream: 1,
        kind,
        initial_n,
        complete: false,
        follows: false,
        payload: Payload::new("hi").with_metadata("m"),
    }
}

/// Written by hand from the specification, field by field.
#[test]
fn every_frame_has_the_bytes_of_the_specification() {
    let goldens = [
        (Frame::Setup(setup()), "000000000400 00010000 000001f4 00000bb8 03612f62 03632f64"),
        (
            Frame::Setup(SetupFrame {
                lease: true,
                resume_token: Some("tok".into()),
                payload: Payload::new("d").with_metadata("me"),
                ..setup()
            }),
            "0000000005c0 00010000 000001f4 00000bb8 0003746f6b 03612f62 03632f64 0000026d65 64",
        ),
        (Frame::Lease { ttl_ms: 5000, requests: 7, metadata: None }, "000000000800 00001388 00000007"),
        (Frame::Lease { ttl_ms: 0, requests: 0, metadata: Some("m".into()) }, "000000000900 00000000 00000000 6d"),
        (Frame::Keepalive { respond: true, position: 9, data: "x".into() }, "000000000c80 0000000000000009 78"),
        (request(RequestKind::Response, 0), "000000011100 0000016d 6869"),
        (request(RequestKind::FireAndForget, 0), "000000011500 0000016d 6869"),
        (request(RequestKind::Stream, 5), "000000011900 00000005 0000016d 6869"),
        (request(RequestKind::Channel, 5), "000000011d00 00000005 0000016d 6869"),
        (Frame::RequestN { stream: 3, n: 16 }, "000000032000 00000010"),
        (Frame::Cancel { stream: 3 }, "000000032400"),
        (
            Frame::Payload { stream: 2, next: true, complete: true, follows: false, payload: Payload::new("z") },
            "000000022860 7a",
        ),
        (
            Frame::Payload {
                stream: 2,
                next: true,
                complete: false,
                follows: true,
                payload: Payload::new("").with_metadata(""),
            },
            "0000000229a0 000000",
        ),
        (
            Frame::Error { stream: 0, code: ErrorCode::CONNECTION_CLOSE, text: "bye".into() },
            "000000002c00 00000102 627965",
        ),
        (Frame::MetadataPush { metadata: "m".into() }, "000000003100 6d"),
        (
            Frame::Resume(ResumeFrame {
                version: (1, 0),
                token: "t".into(),
                received_position: 1,
                first_available_position: 2,
            }),
            "000000003400 00010000 000174 0000000000000001 0000000000000002",
        ),
        (Frame::ResumeOk { position: 3 }, "000000003800 0000000000000003"),
    ];
    for (frame, golden) in goldens {
        let golden = golden.replace(' ', "");
        assert_eq!(hex(&encode(&frame)), golden, "{frame:?}");
        assert_eq!(decode(BytesMut::from(encode(&frame))), Ok(frame));
    }
}

#[test]
fn what_makes_the_codec_panic_is_refused() {
    let cases: [(&[u8], Result<Frame, WireError>); 7] = [
        (&[0, 0, 0, 1, 0x3C, 0], Err(WireError::UnknownType(0x0F))),
        (&[0, 0, 0, 0, 0x00, 0], Err(WireError::UnknownType(0))),
        (&[0, 0, 0, 0, 0xFE, 0, 0, 0, 0, 9], Ok(Frame::Ignored(Ignored::Ignorable))),
        (&[0, 0, 0, 1, 0x29, 0x20, 0, 0, 9], Err(WireError::MetadataOverrun)),
        (&[0, 0, 0, 1, 0x2B, 0x20, 0, 0, 9], Ok(Frame::Ignored(Ignored::Ignorable))),
        (&[0, 0, 0, 1, 0x29, 0x20, 0, 0], Err(WireError::Truncated)),
        (&[0, 0, 0], Err(WireError::Truncated)),
    ];
    for (bytes, expected) in cases {
        assert_eq!(decode(BytesMut::from(bytes)), expected, "{bytes:?}");
    }
}

#[test]
fn what_the_codec_would_write_wrongly_is_refused() {
    let with = |change: fn(&mut SetupFrame)| {
        let mut setup = setup();
        change(&mut setup);
        Encoder::default().encode(Frame::Setup(setup))
    };
    assert_eq!(with(|it| it.data_mime = "x".repeat(256)), Err(EncodeError::Mime));
    assert_eq!(with(|it| it.metadata_mime = String::new()), Err(EncodeError::Mime));
    assert_eq!(with(|it| it.keepalive_ms = 1 << 31), Err(EncodeError::Number));
    assert_eq!(with(|it| it.resume_token = Some(vec![0; 65_536].into())), Err(EncodeError::Token));
    assert_eq!(with(|it| it.payload.data = vec![0; limits_frame() - 10].into()), Err(EncodeError::TooLong));
}

fn limits_frame() -> usize {
    crate::limits::MAX_FRAME_BYTES
}

fn any_bytes() -> impl Strategy<Value = Bytes> {
    prop::collection::vec(any::<u8>(), 0..40).prop_map(Bytes::from)
}

fn any_payload() -> impl Strategy<Value = Payload> {
    (prop::option::of(any_bytes()), any_bytes()).prop_map(|(metadata, data)| Payload { metadata, data })
}

fn any_kind() -> impl Strategy<Value = RequestKind> {
    prop::sample::select(vec![
        RequestKind::Response,
        RequestKind::FireAndForget,
        RequestKind::Stream,
        RequestKind::Channel,
    ])
}

fn any_setup() -> impl Strategy<Value = Frame> {
    let token = prop::collection::vec(any::<u8>(), 1..20).prop_map(Bytes::from);
    let fields = (0..=NUMBER_MASK, 0..=NUMBER_MASK, prop::option::of(token), any::<bool>());
    (any::<(u16, u16)>(), fields, "[!-~]{1,255}", "[!-~]{1,255}", any_payload()).prop_map(
        |(version, (keepalive_ms, lifetime_ms, resume_token, lease), metadata_mime, data_mime, payload)| {
            Frame::Setup(SetupFrame {
                version,
                keepalive_ms,
                lifetime_ms,
                resume_token,
                lease,
                metadata_mime,
                data_mime,
                payload,
            })
        },
    )
}

pub(crate) fn any_frame() -> impl Strategy<Value = Frame> {
    let stream = 1..=NUMBER_MASK;
    let flags = any::<(bool, bool, bool)>();
    prop_oneof![
        any_setup(),
        (0..=NUMBER_MASK, 0..=NUMBER_MASK, prop::option::of(any_bytes()))
            .prop_map(|(ttl_ms, requests, metadata)| Frame::Lease { ttl_ms, requests, metadata }),
        (any::<bool>(), 0..=POSITION_MASK, any_bytes()).prop_map(|(respond, position, data)| Frame::Keepalive {
            respond,
            position,
            data
        }),
        (stream.clone(), any_kind(), 1..=NUMBER_MASK, flags, any_payload()).prop_map(
            |(stream, kind, n, (complete, follows, _), payload)| Frame::Request {
                stream,
                kind,
                initial_n: if kind.is_flow_controlled() { n } else { 0 },
                complete: complete && kind == RequestKind::Channel,
                follows,
                payload,
            }
        ),
        (stream.clone(), 0..=NUMBER_MASK).prop_map(|(stream, n)| Frame::RequestN { stream, n }),
        stream.clone().prop_map(|stream| Frame::Cancel { stream }),
        (stream.clone(), flags, any_payload()).prop_map(|(stream, (next, complete, follows), payload)| {
            Frame::Payload { stream, next, complete, follows, payload }
        }),
        (0..=NUMBER_MASK, any::<u32>(), any_bytes()).prop_map(|(stream, code, text)| Frame::Error {
            stream,
            code: ErrorCode(code),
            text,
        }),
        any_bytes().prop_map(|metadata| Frame::MetadataPush { metadata }),
        (0..=POSITION_MASK).prop_map(|position| Frame::ResumeOk { position }),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn decode_undoes_encode(frame in any_frame()) {
        prop_assert_eq!(decode(BytesMut::from(encode(&frame))), Ok(frame));
    }

    #[test]
    fn random_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..120)) {
        let _ = decode(BytesMut::from(&bytes[..]));
    }

    /// Nearly right frames reach deeper than random bytes do.
    #[test]
    fn damaged_frames_never_panic(
        frame in any_frame(),
        damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4),
        cut in any::<prop::sample::Index>(),
    ) {
        let mut bytes = BytesMut::from(encode(&frame));
        for (at, value) in damage {
            let at = at.index(bytes.len());
            bytes[at] = value;
        }
        let _ = decode(bytes.clone());
        bytes.truncate(cut.index(bytes.len()));
        let _ = decode(bytes);
    }
}
