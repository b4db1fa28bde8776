//! Frames to bytes: sets the flags the codec leaves out and refuses the values it would write wrongly.

use std::time::Duration;

use bytes::{Bytes, BytesMut};
use rsocket_rust::frame as codec;
use rsocket_rust::frame::Frame as Coded;
use rsocket_rust::utils::Writeable;

use super::{Frame, NUMBER_MASK, POSITION_MASK, RequestKind, SetupFrame};
use crate::{Payload, limits};

/// A frame that cannot be expressed. Frames built by the connection itself always can be.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum EncodeError {
    #[error("mime type must be 1 to 255 ASCII characters")]
    Mime,
    #[error("resume token must be 1 to 65535 bytes")]
    Token,
    #[error("number does not fit the frame")]
    Number,
    #[error("frame is longer than 16 MiB")]
    TooLong,
    #[error("there is no such frame to send")]
    NotSendable,
}

/// Turns frames into bytes, reusing one buffer.
#[derive(Debug, Default)]
pub(crate) struct Encoder {
    buffer: BytesMut,
}

impl Encoder {
    /// Makes room for a batch of frames, in the last one's buffer if nobody holds on to its frames.
    pub(crate) fn reserve(&mut self, bytes: usize) {
        self.buffer.reserve(bytes);
    }

    /// The bytes of `frame`, without a link's length prefix.
    pub(crate) fn encode(&mut self, frame: Frame) -> Result<Bytes, EncodeError> {
        let coded = translate(frame)?;
        let length = coded.len();
        if length > limits::MAX_FRAME_BYTES {
            return Err(EncodeError::TooLong);
        }
        self.buffer.reserve(length);
        coded.write_to(&mut self.buffer);
        Ok(self.buffer.split().freeze())
    }
}

fn translate(frame: Frame) -> Result<Coded, EncodeError> {
    Ok(match frame {
        Frame::Setup(setup) => translate_setup(setup)?,
        Frame::Lease { ttl_ms, requests, metadata } => {
            let builder =
                codec::Lease::builder(0, 0).set_ttl(number(ttl_ms)?).set_number_of_requests(number(requests)?);
            match metadata {
                Some(metadata) => builder.set_metadata(metadata).build(),
                None => builder.build(),
            }
        }
        Frame::Keepalive { respond, position: received, data } => {
            codec::Keepalive::builder(0, flag(respond, Coded::FLAG_RESPOND))
                .set_last_received_position(position(received)?)
                .set_data(data)
                .build()
        }
        Frame::Request { stream, kind, initial_n, complete, follows, payload } => {
            let complete = complete && kind == RequestKind::Channel;
            let flags = flag(complete, Coded::FLAG_COMPLETE) | flag(follows, Coded::FLAG_FOLLOW);
            translate_request(number(stream)?, kind, number(initial_n)?, flags, payload)?
        }
        Frame::RequestN { stream, n } => codec::RequestN::builder(number(stream)?, 0).set_n(number(n)?).build(),
        Frame::Cancel { stream } => codec::Cancel::builder(number(stream)?, 0).build(),
        Frame::Payload { stream, next, complete, follows, payload } => {
            let flags =
                flag(next, Coded::FLAG_NEXT) | flag(complete, Coded::FLAG_COMPLETE) | flag(follows, Coded::FLAG_FOLLOW);
            codec::Payload::builder(number(stream)?, flags).set_all(split(payload)?).build()
        }
        Frame::Error { stream, code, text } => {
            codec::Error::builder(number(stream)?, 0).set_code(code.0).set_data(text).build()
        }
        Frame::MetadataPush { metadata } => {
            codec::MetadataPush::builder(0, Coded::FLAG_METADATA).set_metadata(metadata).build()
        }
        Frame::Resume(resume) => {
            if resume.version != (1, 0) {
                return Err(EncodeError::Number);
            }
            codec::Resume::builder(0, 0)
                .set_token(token(resume.token)?)
                .set_last_received_server_position(position(resume.received_position)?)
                .set_first_available_client_position(position(resume.first_available_position)?)
                .build()
        }
        Frame::ResumeOk { position: received } => {
            codec::ResumeOK::builder(0, 0).set_position(position(received)?).build()
        }
        Frame::Ignored(_) => return Err(EncodeError::NotSendable),
    })
}

fn translate_request(
    stream: u32,
    kind: RequestKind,
    initial_n: u32,
    flags: u16,
    payload: Payload,
) -> Result<Coded, EncodeError> {
    let split = split(payload)?;
    Ok(match kind {
        RequestKind::Response => codec::RequestResponse::builder(stream, flags).set_all(split).build(),
        RequestKind::FireAndForget => codec::RequestFNF::builder(stream, flags).set_all(split).build(),
        RequestKind::Stream => {
            codec::RequestStream::builder(stream, flags).set_initial_request_n(initial_n).set_all(split).build()
        }
        RequestKind::Channel => {
            codec::RequestChannel::builder(stream, flags).set_initial_request_n(initial_n).set_all(split).build()
        }
    })
}

fn translate_setup(setup: SetupFrame) -> Result<Coded, EncodeError> {
    let (major, minor) = setup.version;
    let millis = |value| number(value).map(|value| Duration::from_millis(u64::from(value)));
    let mut builder = codec::Setup::builder(0, flag(setup.lease, Coded::FLAG_LEASE))
        .set_version(major, minor)
        .set_keepalive(millis(setup.keepalive_ms)?)
        .set_lifetime(millis(setup.lifetime_ms)?)
        .set_mime_metadata(mime(setup.metadata_mime)?)
        .set_mime_data(mime(setup.data_mime)?);
    if let Some(resume_token) = setup.resume_token {
        builder = builder.set_token(token(resume_token)?);
    }
    let (data, metadata) = split(setup.payload)?;
    if let Some(metadata) = metadata {
        builder = builder.set_metadata(metadata);
    }
    if let Some(data) = data {
        builder = builder.set_data(data);
    }
    Ok(builder.build())
}

fn flag(set: bool, flag: u16) -> u16 {
    if set { flag } else { 0 }
}

/// The codec wants data first.
fn split(payload: Payload) -> Result<(Option<Bytes>, Option<Bytes>), EncodeError> {
    if payload.len_bytes() > limits::MAX_FRAME_BYTES {
        return Err(EncodeError::TooLong);
    }
    let data = Some(payload.data).filter(|data| !data.is_empty());
    Ok((data, payload.metadata))
}

fn number(value: u32) -> Result<u32, EncodeError> {
    (value <= NUMBER_MASK).then_some(value).ok_or(EncodeError::Number)
}

fn position(value: u64) -> Result<u64, EncodeError> {
    (value <= POSITION_MASK).then_some(value).ok_or(EncodeError::Number)
}

fn mime(mime: String) -> Result<String, EncodeError> {
    let fits = (1..=limits::MAX_MIME_BYTES).contains(&mime.len()) && mime.is_ascii();
    fits.then_some(mime).ok_or(EncodeError::Mime)
}

fn token(token: Bytes) -> Result<Bytes, EncodeError> {
    let fits = (1..=usize::from(u16::MAX)).contains(&token.len());
    fits.then_some(token).ok_or(EncodeError::Token)
}
