// Nothing that was drawn is lost: over a reload, a restart, a cut line, a dead tab.

import assert from "node:assert/strict";

import { journey } from "../fixtures.mjs";
import { BoardPage, eventually } from "../pages/board.mjs";

journey("a board is there after a reload", async (it) => {
  const ada = await (await it.person("ada")).newBoard();
  await ada.draw("rectangle", [300, 250], [480, 380]);
  await ada.draw("ink", [600, 250], [760, 380]);
  await ada.shapes(2);
  await ada.status("saved");
  await ada.reload();
  await ada.shapes(2);
});

for (const signal of ["SIGTERM", "SIGKILL"]) {
  journey(`a board is there after the server was stopped by ${signal}`, async (it) => {
    const ada = await (await it.person("ada")).newBoard();
    await ada.draw("rectangle", [300, 250], [480, 380]);
    await ada.status("saved");
    await it.server.stop(signal);
    await ada.status("offline");
    await ada.draw("ellipse", [600, 250], [760, 380]);
    await ada.shapes(2);
    await it.server.resume();
    await ada.status("saved");
    await ada.reload();
    await ada.shapes(2);
  });
}

journey("a drag goes on while the server is killed, and where it ends is where the shape is", async (it) => {
  const ada = await (await it.person("ada")).newBoard();
  const ben = await (await it.person("ben")).open(await ada.invite());
  await ada.draw("rectangle", [300, 250], [480, 380]);
  await ben.shapes(1);
  await ada.status("saved");
  const empty = await ben.pixels([780, 480], [240, 200]);
  await ada.down([300, 300]);
  await ada.moveTo([500, 400]);
  await it.server.stop("SIGKILL");
  await ada.status("offline");
  await ada.moveTo([800, 550]);
  await it.server.resume();
  await ada.status("saved");
  await ada.up();
  await ben.differs(empty, [780, 480], [240, 200]);
  await ada.status("saved");
  await ada.reload();
  await ada.shapes(1);
  await ada.differs(empty, [780, 480], [240, 200]);
});

journey("two who drew apart agree when the line is mended", async (it) => {
  const link = await it.link();
  const ada = await (await it.person("ada")).newBoard();
  const ben = await (await it.person("ben", { link })).open(await ada.invite());
  await ada.draw("rectangle", [300, 250], [480, 380]);
  await ben.shapes(1);
  link.cut();
  await ben.status("offline");
  await ben.draw("ellipse", [600, 250], [760, 380]);
  await ben.draw("diamond", [600, 450], [760, 580]);
  await ben.shapes(3);
  await ada.draw("line", [300, 450], [480, 580]);
  await ada.shapes(2);
  await it.picture("apart");
  link.mend();
  await ben.status("saved");
  await ben.shapes(4);
  await ada.shapes(4);
});

journey("a tab killed while offline gives its edits back", async (it) => {
  const link = await it.link();
  const person = await it.person("ada", { link });
  const ada = await person.newBoard();
  const address = ada.page.url();
  const ben = await (await it.person("ben")).open(await ada.invite());
  await ada.draw("rectangle", [300, 250], [480, 380]);
  await ada.status("saved");
  link.cut();
  await ada.status("offline");
  await ada.draw("ellipse", [600, 250], [760, 380]);
  await ada.shapes(2);
  // Kept is what the browser's log has: from then on the tab may die.
  await ada.kept(1);
  await ada.kill();
  link.mend();
  const again = await person.open(address);
  await again.shapes(2);
  await again.status("saved");
  await ben.shapes(2);
});

journey("two tabs of one browser are one person and two visits that keep apart and agree", async (it) => {
  const person = await it.person("ada");
  const one = await person.newBoard();
  const two = await person.open(one.page.url());
  for (const tab of [one, two]) await tab.people(1);
  await one.draw("rectangle", [300, 250], [480, 380]);
  await two.shapes(1);
  await two.draw("ellipse", [600, 250], [760, 380]);
  for (const tab of [one, two]) await tab.shapes(2);
  // They share one log of edits that are not acknowledged; each is acknowledged all the same.
  for (const tab of [one, two]) await tab.status("saved");
  await one.undo();
  await two.shapes(1);
});

journey("who is quicker than what comes after the board's first file waits for it, and loses nothing", async (it) => {
  const ada = await (await it.person("ada")).newBoard();
  const link = await ada.invite();
  const page = await (await it.person("ben")).page("/icons/mark.svg");
  const asked = [];
  // What the page asks for by itself is not answered; what it stops for is.
  await page.route("**/later.wasm", (route) => {
    asked.push(route.request().resourceType());
    return asked.at(-1) === "xhr" ? route.continue() : undefined;
  });
  await page.goto(link);
  const ben = new BoardPage(page);
  await ben.canvas.waitFor();
  await page.keyboard.press("p");
  await ben.down([600, 250]);
  await ben.moveTo([760, 380]);
  await ben.up();
  await ada.shapes(1);
  await page.keyboard.press("Control+z");
  await ada.shapes(0);
  assert(asked.includes("xhr"), "taking back stops for the later file");
});

journey("what comes after the board's first file is asked for until it is there", async (it) => {
  const ada = await (await it.person("ada")).newBoard();
  const link = await ada.invite();
  const page = await (await it.person("ben")).page("/icons/mark.svg");
  const asked = [];
  await page.route("**/later.wasm", (route) => {
    asked.push(route.request().resourceType());
    return asked.length < 3 ? route.abort() : route.continue();
  });
  await page.goto(link);
  const ben = new BoardPage(page);
  await ben.ready();
  // Who draws before it is there makes the page ask for it at once, and stand still meanwhile.
  await eventually(() => assert.deepEqual(asked, ["fetch", "fetch", "fetch"]));
  await ben.draw("rectangle", [300, 250], [480, 380]);
  await ada.shapes(1);
  assert.equal(asked.length, 3);
});
