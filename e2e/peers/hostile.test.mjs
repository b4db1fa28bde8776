// Clients that lie, break or exceed: they are closed with a reason, and nobody else notices.

import assert from "node:assert/strict";

import { journey } from "../fixtures.mjs";
import * as raw from "../raw-client.mjs";

const FORBIDDEN = 4403;
const MALFORMED = 4400;
const TOO_LARGE = 4413;
const WRONG_KEY = 4401;
const UNKNOWN_BOARD = 4404;
const MAX_MESSAGE_BYTES = 16 * 1024 * 1024;

async function newBoard(url) {
  const answer = await fetch(`${url}/api/boards`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ title: "Open house" }),
  });
  assert.equal(answer.status, 201);
  const { id, links } = await answer.json();
  return { id, key: Object.fromEntries(links.map(({ role, key }) => [role, key])), edit: `/b/${id}#key=${links.find(({ role }) => role === "edit").key}` };
}

const other = (secret) => (secret.startsWith("a") ? "b" : "a") + secret.slice(1);

journey("what a client may not send closes that client only", async (it) => {
  const board = await newBoard(it.url);
  const ada = await (await it.person("ada")).open(board.edit);
  await ada.draw("rectangle", [300, 250], [480, 380]);
  await ada.status("saved");

  const cases = [
    ["an update over a view link", "view", raw.asUpdate(raw.oneShape()), [FORBIDDEN]],
    ["a step 2 over a view link", "view", raw.asStep2(raw.oneShape()), [FORBIDDEN]],
    ["noise", "edit", Buffer.from([250, 1, 2, 3]), [MALFORMED]],
    ["a broken update", "edit", raw.asUpdate(Buffer.from([9, 9, 9])), [MALFORMED]],
    ["nested arrays", "edit", raw.asUpdate(raw.nested(5000)), [MALFORMED, TOO_LARGE]],
    ["nested values", "edit", raw.asUpdate(raw.nestedAny(10_000)), [MALFORMED, TOO_LARGE]],
    ["declared gigabytes", "edit", raw.asUpdate(raw.declaresGigabytes()), [MALFORMED, TOO_LARGE]],
    ["a text frame", "edit", "hello", [MALFORMED]],
    // The frame may be refused before it is read, by the WebSocket's own code.
    ["an oversized frame", "edit", Buffer.alloc(MAX_MESSAGE_BYTES + 1024), [TOO_LARGE, 1009, 1006]],
  ];
  for (const [what, role, message, codes] of cases) {
    const socket = await raw.connect(it.url, board.id, board.key[role]);
    socket.send(message);
    const code = await socket.closed;
    assert(codes.includes(code), `${what}: closed with ${code}, expected one of ${codes}`);
  }

  await ada.shapes(1);
  await ada.draw("ellipse", [600, 250], [760, 380]);
  await ada.shapes(2);
  await ada.status("saved");
});

journey("doors that do not open say why", async (it) => {
  const board = await newBoard(it.url);
  const cases = [
    ["a wrong key", board.id, other(board.key.edit), WRONG_KEY],
    ["no key", board.id, "", WRONG_KEY],
    ["an unknown board", other(board.id), board.key.edit, UNKNOWN_BOARD],
  ];
  for (const [what, id, key, code] of cases) {
    const socket = await raw.connect(it.url, id, key);
    assert.equal(await socket.closed, code, what);
  }
});
