// Who gets in, and how far: invites, wrong keys, links that only show.

import assert from "node:assert/strict";

import { journey } from "../fixtures.mjs";
import { eventually } from "../pages/board.mjs";

journey("an invite opens the board and leaves the address bar", async (it) => {
  const ada = await (await it.person("ada")).newBoard();
  await ada.draw("rectangle", [300, 250], [480, 380]);
  const link = await ada.invite();
  const ben = await (await it.person("ben")).open(link);
  await ben.shapes(1);
  // It goes as soon as the browser has kept it.
  const hash = () => new URL(ben.page.url()).hash;
  await eventually(async () => assert.equal(hash(), "", "the key is not left where others can read it"));
  await ben.reload();
  await ben.shapes(1);
});

journey("a wrong key and an unknown board get a page that says so, once", async (it) => {
  const ada = await (await it.person("ada")).newBoard();
  const link = new URL(await ada.invite());
  const other = (secret) => (secret.startsWith("a") ? "b" : "a") + secret.slice(1);
  const [board, key] = [link.pathname.replace("/b/", ""), link.hash.replace("#key=", "")];
  const wrongKey = `/b/${board}#key=${other(key)}`;
  const unknownBoard = `/b/${other(board)}#key=${key}`;
  for (const [address, problem] of [[wrongKey, "wrong-key"], [unknownBoard, "unknown-board"]]) {
    const ben = await (await it.person(problem)).open(address, { ready: false });
    let sockets = 0;
    ben.page.on("websocket", () => (sockets += 1));
    await ben.problem(problem);
    assert(sockets <= 1, `${sockets} connections: it must not try again`);
    await it.picture(problem);
  }
});

journey("a view link shows and does not write", async (it) => {
  const ada = await (await it.person("ada")).newBoard();
  await ada.draw("rectangle", [300, 250], [480, 380]);
  const ben = await (await it.person("ben")).open(await ada.invite("view"), { ready: false });
  await ben.ready("read-only");
  await ben.shapes(1);
  assert.equal(await ben.page.locator(`[data-tool="arrow"]`).count(), 0, "no tools that write");
  // A shortcut and a drag are all that is left to try.
  await ben.page.keyboard.press("r");
  await ben.down([600, 250]);
  await ben.moveTo([760, 380]);
  await ben.up();
  await ada.draw("ellipse", [600, 450], [760, 580]);
  await ben.shapes(2);
  await ada.shapes(2);
  await it.picture("view");
});
