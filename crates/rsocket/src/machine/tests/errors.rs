//! Every code of an ERROR, on a stream and on the connection, and what the application hears of it.

use super::*;

fn received(end: &mut Machine, stream: u32, code: ErrorCode) {
    end.receive(Frame::Error { stream, code, text: "why".into() }, now());
}

#[test]
fn on_a_stream_the_requester_hears_what_it_may_do() {
    let why = || "why".to_owned();
    let application = |code| StreamError::Application { code, text: why() };
    let unknown = ErrorCode(0x2FF);
    for (code, heard, retriable) in [
        (ErrorCode::APPLICATION_ERROR, application(ErrorCode::APPLICATION_ERROR), false),
        (ErrorCode::REJECTED, StreamError::Rejected { text: why() }, true),
        (ErrorCode::CANCELED, StreamError::Canceled, false),
        (ErrorCode::INVALID, StreamError::Invalid { text: why() }, false),
        (ErrorCode::FIRST_APPLICATION, application(ErrorCode::FIRST_APPLICATION), false),
        (ErrorCode(0xFFFF_FFFE), application(ErrorCode(0xFFFF_FFFE)), false),
        (unknown, application(unknown), false),
    ] {
        for kind in [RequestKind::Response, RequestKind::Stream, RequestKind::Channel] {
            let mut client = machine(Side::Client, &ConnectionOptions::default());
            let id = client.open(kind, Payload::default(), Window::manual(1), now()).unwrap();
            written(&mut client);
            received(&mut client, id, code);
            let mut cx = Context::from_waker(Waker::noop());
            let Poll::Ready(Some(Err(error))) = client.poll_receive(id, &mut Taken::default(), &mut cx) else {
                panic!("{code} on {kind:?} must be heard");
            };
            assert_eq!(error, heard, "{kind:?}");
            assert_eq!(error.is_retriable(), retriable, "{code}");
            assert_eq!(RequestError::from(error).is_retriable(), retriable, "{code}");
            assert_eq!(client.closed(), None);
        }
    }
}

#[test]
fn on_the_connection_all_but_the_drain_end_it() {
    for code in [
        ErrorCode::INVALID_SETUP,
        ErrorCode::UNSUPPORTED_SETUP,
        ErrorCode::REJECTED_SETUP,
        ErrorCode::REJECTED_RESUME,
        ErrorCode::CONNECTION_ERROR,
        ErrorCode(0x1FF),
    ] {
        let mut client = machine(Side::Client, &ConnectionOptions::default());
        received(&mut client, 0, code);
        assert_eq!(client.closed(), Some(&CloseReason::Peer { code, text: "why".to_owned() }));
    }
    let mut client = machine(Side::Client, &ConnectionOptions::default());
    client.open(RequestKind::Stream, Payload::default(), Window::manual(1), now()).unwrap();
    received(&mut client, 0, ErrorCode::CONNECTION_CLOSE);
    assert!(client.is_draining() && client.closed().is_none());
    let refused = client.open(RequestKind::Response, Payload::default(), Window::manual(1), now());
    assert_eq!(refused, Err(RequestError::Draining));
}
