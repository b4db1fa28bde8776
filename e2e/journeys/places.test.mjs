// Where people are: plain http on a name of the local network, a phone, the dark.

import assert from "node:assert/strict";

import { PLAIN_HTTP_NAME, journey } from "../fixtures.mjs";
import { eventually } from "../pages/board.mjs";

journey("plain http on a name that is not localhost", { host: PLAIN_HTTP_NAME }, async (it) => {
  const ada = await (await it.person("ada")).newBoard();
  assert.equal(await ada.page.evaluate(() => window.isSecureContext), false);
  const ben = await (await it.person("ben")).open(await ada.invite());
  await ada.draw("rectangle", [300, 250], [480, 380]);
  await ben.shapes(1);
  await ben.draw("ink", [600, 250], [760, 380]);
  await ada.shapes(2);
  await ada.undo();
  await ben.shapes(1);
  await ada.status("saved");
  await ada.reload();
  await ada.shapes(1);
});

journey("a phone", async (it) => {
  const person = await it.person("ada", { device: "phone" });
  const home = await person.home();
  await it.picture("home");
  const ada = await home.newBoard();
  await ada.ready();
  await ada.swipe("ink", [80, 300], [300, 420]);
  await ada.shapes(1);
  await ada.swipe("rectangle", [80, 480], [300, 600]);
  await ada.shapes(2);
  await ada.undo();
  await ada.shapes(1);
  const wide = await ada.page.evaluate(() => document.documentElement.scrollWidth > window.innerWidth);
  assert.equal(wide, false, "nothing sticks out to the side");
  await it.picture("board");
});

journey("the dark", async (it) => {
  const person = await it.person("ada", { scheme: "dark" });
  const home = await person.home();
  await it.picture("home");
  const ada = await home.newBoard();
  await ada.ready();
  await ada.draw("rectangle", [300, 250], [480, 380]);
  await ada.draw("ink", [600, 250], [760, 380]);
  await ada.shapes(2);
  await it.picture("board");
});

journey("the keyboard alone", async (it) => {
  const home = await (await it.person("ada")).home();
  await home.page.getByTestId("new-board").focus();
  await home.page.keyboard.press("Enter");
  await home.page.waitForURL(/\/b\/[^/]+/);
  const board = home.page.locator(`[data-tool="arrow"]`);
  await board.focus();
  await home.page.keyboard.press("Enter");
  const chosen = async () => (await board.getAttribute("aria-checked")) ?? (await board.getAttribute("aria-pressed"));
  await eventually(async () => assert.equal(await chosen(), "true"));
  // What stands around the board has come, too.
  await home.page.getByTestId("status").waitFor({ state: "attached" });
  const unnamed = await home.page.evaluate(() =>
    [...document.querySelectorAll("button, a[href], input")]
      .filter((control) => !control.getAttribute("aria-label") && !control.textContent.trim() && !control.labels?.length)
      .map((control) => control.outerHTML.slice(0, 120)),
  );
  assert.deepEqual(unnamed, [], "every control has a name");
});

journey("a theme chosen against the system's is there before the page is", async (it) => {
  const person = await it.person("ada", { scheme: "light" });
  const { page } = await person.home();
  await page.getByTestId("theme").click();
  await page.locator('html[data-theme="dark"]').waitFor();
  await page.route("**/frontend.js", () => {});
  await page.reload({ waitUntil: "commit" });
  await page.locator('link[rel="stylesheet"]').first().waitFor({ state: "attached" });
  await eventually(async () => assert.equal(await page.evaluate(() => document.documentElement.dataset.theme), "dark"));
});
