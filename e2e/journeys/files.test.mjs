// Images and files: what is put on a board is seen by others, survives a lost line, and comes out again.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";

import { PLAIN_HTTP_NAME, journey } from "../fixtures.mjs";
import { eventually } from "../pages/board.mjs";
import { bring, picture, png } from "../pages/files.mjs";

/** Waits until the middle of the board is not grey any more. */
async function showsColour(board, at) {
  await eventually(async () => {
    const bytes = await board.pixels(at, [8, 8]);
    const [red, green, blue] = await board.page.evaluate(async (base64) => {
      const image = new Image();
      image.src = `data:image/png;base64,${base64}`;
      await image.decode();
      const canvas = Object.assign(document.createElement("canvas"), { width: 8, height: 8 });
      const context = canvas.getContext("2d");
      context.drawImage(image, 0, 0);
      return [...context.getImageData(4, 4, 1, 1).data];
    }, bytes.toString("base64"));
    assert(Math.max(red, green, blue) - Math.min(red, green, blue) > 60, `a colour at ${at}: ${[red, green, blue]}`);
  });
}

/** In a quarter of the picture that lies around 700, 450. */
const ON_PICTURE = [640, 440];

journey("an image is dropped, seen by others in full, and is there after a reload", async (it) => {
  const ada = await (await it.person("ada")).newBoard();
  const ben = await (await it.person("ben", { scheme: "dark" })).open(await ada.invite("view"), { ready: false });
  await ben.ready("read-only");
  await bring(ada.page, "drop", [png(await picture(ada.page, 1600, 1200))]);
  await ada.shapes(1);
  await ben.shapes(1);
  await showsColour(ada, ON_PICTURE);
  await ada.page.getByTestId("uploads").waitFor({ state: "detached" });
  await ben.page.keyboard.press("Shift+1");
  await showsColour(ben, ON_PICTURE);
  await it.picture("seen");
  await ada.reload();
  await showsColour(ada, ON_PICTURE);
});

journey("an image that is brought while offline goes up when the line is back", async (it) => {
  const link = await it.link();
  const ada = await (await it.person("ada", { link })).newBoard();
  const ben = await (await it.person("ben")).open(await ada.invite("edit"));
  link.cut();
  await bring(ada.page, "paste", [png(await picture(ada.page, 400, 300), "a.png"), png(await picture(ada.page, 404, 300), "b.png")]);
  await ada.shapes(2);
  await ada.status("offline");
  await it.picture("offline");
  link.mend();
  await ada.status("saved");
  await ben.shapes(2);
  await showsColour(ben, [540, 440]);
  await it.picture("back");
});

journey("over plain http a file that is no image is refused, and an export is saved instead of copied", { host: PLAIN_HTTP_NAME }, async (it) => {
  const ada = await (await it.person("ada", { device: "phone" })).newBoard();
  await bring(ada.page, "drop", [{ name: "page.html", type: "image/png", base64: btoa("<!doctype html><script>alert(1)</script>") }]);
  await ada.page.getByText("page.html").waitFor();
  await ada.swipe("rectangle", [60, 250], [300, 420]);
  await ada.shapes(1);
  await ada.page.getByTestId("menu").click();
  await ada.page.getByTestId("export").click();
  await ada.page.getByTestId("export-preview").waitFor();
  await it.picture("export");
  const saved = ada.page.waitForEvent("download");
  await ada.page.getByRole("button", { name: "Copy", exact: true }).click();
  // Named after the board; what no file system takes is left out.
  assert.match((await saved).suggestedFilename(), /^Board of [^\\/:*?"<>|]+\.png$/);
});

journey("a board is saved as JSON and opened on another one, with its images", async (it) => {
  const ada = await (await it.person("ada", { scheme: "dark" })).newBoard();
  await bring(ada.page, "drop", [png(await picture(ada.page, 800, 600))]);
  await showsColour(ada, ON_PICTURE);
  await ada.paste({ "text/plain": "Name\tRole\nAda\tAuthor\n" });
  await ada.shapes(5);
  await ada.page.keyboard.press("Escape");
  await ada.page.keyboard.press("Control+Shift+e");
  await ada.page.getByTestId("export-preview").waitFor();
  await it.picture("export");
  for (const [format, check] of [
    ["svg", (text) => assert(text.startsWith("<svg") && text.includes("data:image/png;base64,") && text.includes("@font-face"))],
    ["json", (text) => assert.equal(Object.keys(JSON.parse(text).assets).length, 1)],
  ]) {
    await ada.page.locator(`[data-export="${format}"]`).click();
    const saved = ada.page.waitForEvent("download");
    await ada.page.getByRole("button", { name: "Save", exact: true }).click();
    const text = await readFile(await (await saved).path(), "utf8");
    check(text);
    if (format === "json") it.file = text;
  }
  const ben = await (await it.person("ben")).newBoard();
  await bring(ben.page, "drop", [{ name: "board.boardwalk.json", type: "application/json", base64: Buffer.from(it.file).toString("base64") }]);
  await ben.shapes(5);
  await ben.page.keyboard.press("Escape");
  await ben.page.keyboard.press("Shift+1");
  await ben.page.getByTestId("uploads").waitFor({ state: "detached" });
  await it.picture("imported");
  await ben.reload();
});

journey("whoever's link is withdrawn while offline can save what was not taken", async (it) => {
  const link = await it.link();
  const ada = await (await it.person("ada")).newBoard();
  const invited = await ada.invite("edit");
  const ben = await (await it.person("ben", { link })).open(invited);
  link.cut();
  await ben.draw("ellipse", [300, 300], [500, 420]);
  await ben.status("offline");
  const [, id, key] = /\/b\/([^#]+)#key=(.+)$/.exec(invited);
  const owner = await ada.page.evaluate(
    () =>
      new Promise((resolve) => {
        const open = indexedDB.open("boardwalk-keyring");
        open.onsuccess = () => {
          const database = open.result;
          const all = database.transaction(database.objectStoreNames[0]).objectStore(database.objectStoreNames[0]).getAll();
          all.onsuccess = () => resolve(all.result);
        };
      }),
  );
  const keys = JSON.stringify(owner).match(/[A-Za-z0-9_-]{40}/g);
  let withdrawn = false;
  for (const candidate of keys) {
    const headers = { authorization: `Bearer ${candidate}` };
    const answer = await fetch(`${it.url}/api/boards/${id}/links`, { headers });
    if (!answer.ok) continue;
    const mine = await (await fetch(`${it.url}/api/boards/${id}`, { headers: { authorization: `Bearer ${key}` } })).json();
    await fetch(`${it.url}/api/boards/${id}/links/${mine.link}`, { method: "DELETE", headers });
    withdrawn = true;
    break;
  }
  assert(withdrawn, "the owner can withdraw the link");
  link.mend();
  await ben.problem("revoked");
  const offer = ben.page.getByTestId("rescue");
  await offer.getByText("PNG").waitFor();
  await it.picture("rescue");
  const saved = ben.page.waitForEvent("download");
  await offer.getByText("JSON").click();
  assert.match(await readFile(await (await saved).path(), "utf8"), /"kind":"ellipse"/);
});

journey("an image is cropped by its sides, described, and seen so by others", async (it) => {
  const ada = await (await it.person("ada")).newBoard();
  await bring(ada.page, "drop", [png(await picture(ada.page, 400, 300))]);
  await ada.shapes(1);
  await showsColour(ada, ON_PICTURE);
  const ben = await (await it.person("ben", { scheme: "dark" })).open(await ada.invite());
  await showsColour(ben, ON_PICTURE);
  await ada.page.locator(`textarea[data-style="alt"]`).fill("Four stripes");
  await ada.page.mouse.click(200, 300);
  await ada.page.mouse.dblclick(700, 450);
  const [place, size] = [[505, 440], [60, 20]];
  const before = await ben.pixels(place, size);
  await ada.down([500, 450]);
  await ada.moveTo([600, 450]);
  await it.picture("cropping");
  await ada.up();
  await ben.differs(before, place, size);
  await ada.page.keyboard.press("Escape");
  await ada.page.mouse.click(700, 450);
  await ada.page.locator("#selection-description").getByText("Four stripes").waitFor({ state: "attached" });
  await it.picture("cropped");
});

journey("a pasted address is a card that opens in a tab of its own", async (it) => {
  const ada = await (await it.person("ada")).newBoard();
  await ada.page.mouse.move(700, 450);
  await ada.paste({ "text/plain": `${it.url}/health/live` });
  await ada.shapes(1);
  await it.picture("card");
  const opened = ada.page.context().waitForEvent("page");
  // Its mark is in its upper right corner.
  await ada.page.mouse.click(700 + 140 - 14, 450 - 40 + 14);
  const page = await opened;
  await eventually(() => assert.equal(new URL(page.url()).pathname, "/health/live"));
  assert.equal(await page.evaluate(() => window.opener), null);
});
