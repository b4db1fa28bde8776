// A WebSocket that sends whatever it is told: what a hacked or broken client would do. Speaks just enough of y-protocols.

import { once } from "node:events";
import WebSocket from "ws";
import * as Y from "yjs";

export const SYNC = 0;
export const STEP_1 = 0;
const AWARENESS = 1;
const STEP_2 = 1;
const UPDATE = 2;

/** Opens `/sync/{board}` and returns the socket. What comes before anybody could listen goes to `onMessage` too. */
export async function connect(serverUrl, board, key, onMessage) {
  const socket = new WebSocket(`${serverUrl.replace(/^http/, "ws")}/sync/${board}?key=${key}`);
  socket.on("error", () => {});
  if (onMessage) socket.on("message", onMessage);
  socket.closed = once(socket, "close").then(([code]) => code);
  await Promise.race([once(socket, "open"), socket.closed]);
  return socket;
}

/** The messages that carry an update, as y-protocols frames them. */
export const asUpdate = (update) => frame(UPDATE, update);
export const asStep2 = (update) => frame(STEP_2, update);

/** The message that carries one line of awareness. */
export function asAwareness(client, clock, state) {
  const text = Buffer.from(JSON.stringify(state));
  const line = Buffer.concat([varUint(1), varUint(client), varUint(clock), varUint(text.length), text]);
  return Buffer.concat([Buffer.from([AWARENESS]), varUint(line.length), line]);
}

function frame(kind, update) {
  return Buffer.concat([Buffer.from([SYNC, kind]), varUint(update.length), update]);
}

function varUint(number) {
  const bytes = [];
  for (; number > 127; number = Math.floor(number / 128)) bytes.push((number % 128) | 128);
  return Buffer.from([...bytes, number]);
}

/** One well-formed shape. */
export function oneShape() {
  const doc = new Y.Doc();
  doc.getMap("shapes").set("intruder", new Y.Map([["kind", "rectangle"], ["size", [10, 10]]]));
  return Y.encodeStateAsUpdate(doc);
}

/** Arrays in arrays, `depth` deep: some tens of kilobytes that overflow the stack of a recursive reader. */
export function nested(depth) {
  const doc = new Y.Doc();
  let array = doc.getArray("nested");
  doc.transact(() => {
    for (let level = 0; level < depth; level += 1) {
      const inner = new Y.Array();
      array.insert(0, [inner]);
      array = inner;
    }
  });
  return Y.encodeStateAsUpdate(doc);
}

/** An `Any` value nested `depth` deep, inside one item: encoded by hand, since Yjs itself would overflow. */
export function nestedAny(depth) {
  const [clients, structs, client, clock, contentAny, parentIsName, one] = [1, 1, 1, 0, 8, 1, 1];
  const [anyArray, anyNull, nothingDeleted] = [117, 126, 0];
  const name = Buffer.from("nested");
  const head = [clients, structs, client, clock, contentAny, parentIsName, name.length, ...name, one];
  const values = Array.from({ length: depth }, () => [anyArray, 1]).flat();
  return Buffer.from([...head, ...values, anyNull, nothingDeleted]);
}

/** A few bytes that declare four thousand million clients. */
export function declaresGigabytes() {
  return Buffer.from([0xff, 0xff, 0xff, 0xff, 0x0f, 1, 1, 0, 0]);
}
