// Reads frames as lines of hexadecimal digits and says what each is, a line each, in the words of the Rust crate's own
// `wire/second_opinion.rs`; `broken` where this decoder throws.

import { createRequire } from "node:module";
import { createInterface } from "node:readline";

const { deserializeFrame, FrameTypes } = createRequire(import.meta.url)("rsocket-core");

const SAFE = Number.MAX_SAFE_INTEGER;
const NAMES = Object.fromEntries(Object.entries(FrameTypes).map(([name, type]) => [type, name.toLowerCase()]));
const [RESUME_OR_FOLLOWS, COMPLETE_OR_LEASE, NEXT] = [0x80, 0x40, 0x20];

const u31 = (number) => number & 0x7fffffff;
const hex = (bytes) => (bytes ? Buffer.from(bytes).toString("hex") : "");
const flag = (frame, bit) => ((frame.flags & bit) === 0 ? 0 : 1);
/** Doubles hold 53 bits of a position. */
const position = (number) => (number > SAFE ? "big" : number);
const body = (frame) => [hex(frame.metadata), hex(frame.data)];
const request = (frame) => [u31(frame.streamId), flag(frame, RESUME_OR_FOLLOWS)];

const fields = {
  setup: (it) => [it.majorVersion, it.minorVersion, u31(it.keepAlive), u31(it.lifetime), hex(it.resumeToken),
    flag(it, COMPLETE_OR_LEASE), hex(it.metadataMimeType), hex(it.dataMimeType), ...body(it)],
  lease: (it) => [u31(it.ttl), u31(it.requestCount)],
  keepalive: (it) => [flag(it, RESUME_OR_FOLLOWS), position(it.lastReceivedPosition), hex(it.data)],
  request_response: (it) => [...request(it), ...body(it)],
  request_fnf: (it) => [...request(it), ...body(it)],
  request_stream: (it) => [...request(it), u31(it.requestN), ...body(it)],
  request_channel: (it) => [...request(it), u31(it.requestN), flag(it, COMPLETE_OR_LEASE), ...body(it)],
  request_n: (it) => [u31(it.streamId), u31(it.requestN)],
  cancel: (it) => [u31(it.streamId)],
  payload: (it) => [...request(it), flag(it, COMPLETE_OR_LEASE), flag(it, NEXT), ...body(it)],
  error: (it) => [u31(it.streamId), it.code >>> 0, hex(it.message)],
  resume: (it) => [it.majorVersion, it.minorVersion, hex(it.resumeToken), position(it.serverPosition),
    position(it.clientPosition)],
  resume_ok: (it) => [position(it.clientPosition)],
};

function say(line) {
  try {
    const frame = deserializeFrame(Buffer.from(line, "hex"));
    const name = NAMES[frame.type];
    return [name, ...fields[name](frame)].join(" ");
  } catch {
    return "broken";
  }
}

const said = [];
for await (const line of createInterface({ input: process.stdin })) said.push(say(line));
process.stdout.write(`${said.join("\n")}\n`);
