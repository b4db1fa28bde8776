// The boards that are measured: made by the `scene` program, sent as a stock client would.

import { readFile } from "node:fs/promises";
import * as decoding from "lib0/decoding";
import * as Y from "yjs";

import { STEP_1, SYNC, asUpdate, connect } from "../raw-client.mjs";

const AGAIN_MS = 400;
/** Close codes from here on are worth another try. */
const TRANSIENT = 4500;
const LIMIT_MS = 180_000;

/** The updates in a file of the `scene` program: each with its length before it. */
export async function updatesOf(file) {
  const bytes = await readFile(file);
  const updates = [];
  for (let at = 0; at < bytes.length; ) {
    const length = bytes.readUInt32LE(at);
    updates.push(bytes.subarray(at + 4, at + 4 + length));
    at += 4 + length;
  }
  return updates;
}

/** Makes a board of these updates; returns where to open it, and its id and key. */
export async function boardOf(serverUrl, updates) {
  const answer = await fetch(`${serverUrl}/api/boards`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ title: "Bench" }),
  });
  const board = await answer.json();
  const { key } = board.links.find((link) => link.role === "edit");
  const socket = await connect(serverUrl, board.id, key);
  for (const update of updates) socket.send(asUpdate(update));
  if (updates.length > 0) await stored(serverUrl, board.id, key, Y.encodeStateVectorFromUpdate(Y.mergeUpdates(updates)));
  socket.close();
  return { url: `${serverUrl}/b/${board.id}#key=${key}`, id: board.id, key };
}

/**
 * Waits until the server says that it has all of this: it asks whoever comes for what it lacks. Nothing is asked of it, as a
 * large board does not fit into the one message in which a stock client would be sent it.
 */
async function stored(serverUrl, id, key, vector) {
  const wanted = [...Y.decodeStateVector(vector)];
  const limit = Date.now() + LIMIT_MS;
  while (Date.now() < limit) {
    let tell;
    const said = new Promise((resolve) => (tell = resolve));
    const isAsked = (message) => message[0] === SYNC && message[1] === STEP_1;
    const socket = await connect(serverUrl, id, key, (message) => isAsked(message) && tell(vectorIn(message)));
    const has = await Promise.race([said, socket.closed]);
    socket.close();
    // What passes, such as lagging behind while all of it arrives, is tried again.
    if (typeof has === "number" && has < TRANSIENT) throw new Error(`the server closed with ${has}`);
    if (typeof has !== "number" && wanted.every(([client, clock]) => (has.get(client) ?? 0) >= clock)) return;
    await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
  }
  throw new Error("the server does not have what it was sent");
}

/** The state vector in a first step of y-protocols. */
function vectorIn(message) {
  const decoder = decoding.createDecoder(message.subarray(2));
  return Y.decodeStateVector(decoding.readVarUint8Array(decoder));
}
