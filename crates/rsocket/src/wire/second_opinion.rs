//! The codec against another implementation's: frames, damaged frames and noise are read by both, in one run of
//! rsocket-js 1.0.0-alpha.3. Runs where `interop/install.sh` has installed it.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;

use super::tests::any_frame;
use super::*;

const FRAMES: usize = 8_000;

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The same words as in `interop/js-1.0.0-alpha.3/codec.mjs`. It cannot tell empty metadata from none.
fn say(frame: &Frame) -> String {
    let body = |it: &Payload| format!("{} {}", hex(it.metadata.as_deref().unwrap_or_default()), hex(&it.data));
    let flag = u8::from;
    match frame {
        Frame::Setup(it) => format!(
            "setup {} {} {} {} {} {} {} {} {}",
            it.version.0,
            it.version.1,
            it.keepalive_ms,
            it.lifetime_ms,
            hex(it.resume_token.as_deref().unwrap_or_default()),
            flag(it.lease),
            hex(it.metadata_mime.as_bytes()),
            hex(it.data_mime.as_bytes()),
            body(&it.payload)
        ),
        Frame::Lease { ttl_ms, requests, .. } => format!("lease {ttl_ms} {requests}"),
        Frame::Keepalive { respond, position, data } => {
            format!("keepalive {} {position} {}", flag(*respond), hex(data))
        }
        Frame::Request { stream, kind, initial_n, complete, follows, payload } => {
            let (follows, complete, body) = (flag(*follows), flag(*complete), body(payload));
            match kind {
                RequestKind::Response => format!("request_response {stream} {follows} {body}"),
                RequestKind::FireAndForget => format!("request_fnf {stream} {follows} {body}"),
                RequestKind::Stream => format!("request_stream {stream} {follows} {initial_n} {body}"),
                RequestKind::Channel => format!("request_channel {stream} {follows} {initial_n} {complete} {body}"),
            }
        }
        Frame::RequestN { stream, n } => format!("request_n {stream} {n}"),
        Frame::Cancel { stream } => format!("cancel {stream}"),
        Frame::Payload { stream, next, complete, follows, payload } => {
            let [follows, complete, next] = [follows, complete, next].map(|it| flag(*it));
            format!("payload {stream} {follows} {complete} {next} {}", body(payload))
        }
        Frame::Error { stream, code, text } => {
            format!("error {stream} {} {}", code.0, hex(String::from_utf8_lossy(text).as_bytes()))
        }
        Frame::Resume(it) => format!(
            "resume {} {} {} {} {}",
            it.version.0,
            it.version.1,
            hex(&it.token),
            it.received_position,
            it.first_available_position
        ),
        Frame::ResumeOk { position } => format!("resume_ok {position}"),
        Frame::MetadataPush { .. } | Frame::Ignored(_) => "not compared".to_owned(),
    }
}

/// Frames as they should be, the same with a byte or two changed, and noise.
fn corpus() -> Vec<Vec<u8>> {
    let mut runner = TestRunner::deterministic();
    let mut frames = Vec::new();
    let damage = (any::<prop::sample::Index>(), any::<u8>());
    let noise = prop::collection::vec(any::<u8>(), 0..60);
    for _ in 0..FRAMES {
        let frame = any_frame().new_tree(&mut runner).unwrap().current();
        let whole = Encoder::default().encode(frame).unwrap().to_vec();
        let mut damaged = whole.clone();
        let (at, value) = damage.new_tree(&mut runner).unwrap().current();
        damaged[at.index(whole.len())] = value;
        frames.extend([whole, damaged, noise.new_tree(&mut runner).unwrap().current()]);
    }
    frames
}

/// What the other decoder says of each frame; `None` where it is not installed.
fn second_opinion(frames: &[Vec<u8>]) -> Option<Vec<String>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("interop/js-1.0.0-alpha.3");
    if !folder.join("node_modules/.installed-lock").exists() {
        let required = std::env::var("RSOCKET_INTEROP").is_ok_and(|value| value == "require");
        assert!(!required, "run crates/rsocket/interop/install.sh first");
        return None;
    }
    let mut command = Command::new("node");
    command.arg(folder.join("codec.mjs")).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut node = command.spawn().unwrap();
    let lines: String = frames.iter().map(|frame| hex(frame) + "\n").collect();
    let mut input = node.stdin.take().unwrap();
    let writing = std::thread::spawn(move || input.write_all(lines.as_bytes()).unwrap());
    let output = node.wait_with_output().unwrap();
    writing.join().unwrap();
    Some(String::from_utf8(output.stdout).unwrap().lines().map(str::to_owned).collect())
}

/// Equal word by word; a position that a double cannot hold is `big`, an unreadable mime is not compared.
fn agree(ours: &str, theirs: &str) -> bool {
    let (ours, theirs): (Vec<_>, Vec<_>) = (ours.split(' ').collect(), theirs.split(' ').collect());
    ours.len() == theirs.len() && ours.iter().zip(&theirs).all(|(our, their)| our == their || *their == "big")
}

#[test]
fn another_decoder_reads_the_same() {
    let frames = corpus();
    let Some(theirs) = second_opinion(&frames) else {
        return;
    };
    assert_eq!(theirs.len(), frames.len());
    let mut compared = 0;
    for (bytes, theirs) in frames.iter().zip(&theirs) {
        let Ok(frame) = decode(BytesMut::from(&bytes[..])) else {
            continue;
        };
        let is_ascii = |setup: &SetupFrame| setup.metadata_mime.is_ascii() && setup.data_mime.is_ascii();
        let is_comparable = match &frame {
            // It cannot read a METADATA_PUSH at all, and has no notion of frames to be ignored.
            Frame::MetadataPush { .. } | Frame::Ignored(_) => false,
            Frame::Setup(setup) => is_ascii(setup),
            _ => true,
        };
        if is_comparable {
            let ours = say(&frame);
            assert!(agree(&ours, theirs), "{}\nours:   {ours}\ntheirs: {theirs}", hex(bytes));
            compared += 1;
        }
    }
    assert!(compared > FRAMES, "only {compared} of {} were compared", frames.len());
}
