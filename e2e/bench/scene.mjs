// The boards that are measured: made by the `scene` program, sent as a stock client would.

import { readFile } from "node:fs/promises";
import { once } from "node:events";

import { asUpdate, connect } from "../raw-client.mjs";

const QUIET_MS = 400;
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
  if (updates.length > 0) await stored(serverUrl, board.id, key, updates.reduce((sum, update) => sum + update.length, 0));
  socket.close();
  return { url: `${serverUrl}/b/${board.id}#key=${key}`, id: board.id, key };
}

/** Waits until a newcomer is given about as many bytes as were sent. */
async function stored(serverUrl, id, key, bytes) {
  const limit = Date.now() + LIMIT_MS;
  while (Date.now() < limit) {
    const socket = await connect(serverUrl, id, key);
    let received = 0;
    socket.on("message", (message) => (received += message.length));
    socket.send(Buffer.from([0, 0, 1, 0]));
    await once(socket, "message").catch(() => {});
    // A large board comes in many messages: it is all there once none came for a while.
    for (let before = -1; before < received; ) {
      before = received;
      await new Promise((resolve) => setTimeout(resolve, QUIET_MS));
    }
    socket.close();
    if (received > bytes * 0.9) return;
  }
  throw new Error("the server does not give back what it was sent");
}
