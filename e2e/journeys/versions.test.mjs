// What the board looked like before: kept, looked at, gone back to, copied.

import assert from "node:assert/strict";

import { journey } from "../fixtures.mjs";
import { eventually } from "../pages/board.mjs";
import { StockClient } from "../stock-client.mjs";

/** Says how a person wants to be called. */
async function callOneself(board, name) {
  await board.page.getByTestId("people").click();
  await board.page.getByTestId("own-name").fill(name);
  await board.page.keyboard.press("Enter");
  await board.page.keyboard.press("Escape");
}

async function openHistory(board) {
  await board.page.getByTestId("menu").click();
  await board.page.getByTestId("show-versions").click();
}

/** Keeps the board as it is now; the history is open. */
async function keep(board, name) {
  await board.page.getByTestId("keep-version").getByRole("textbox").fill(name);
  await board.page.keyboard.press("Enter");
  const kept = board.page.getByTestId("version").filter({ hasText: name });
  await kept.waitFor();
  return kept;
}

/** Whether a press in the middle of an element would reach it. */
const isOnTop = (element) =>
  element.evaluate((it) => {
    const { left, top, width, height } = it.getBoundingClientRect();
    const hit = document.elementFromPoint(left + width / 2, top + height / 2);
    return Boolean(hit) && (it.contains(hit) || hit.contains(it));
  });

async function overlap(one, other) {
  const [a, b] = [await one.boundingBox(), await other.boundingBox()];
  return a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
}

journey("a version is kept, looked at and gone back to, and undo takes that back", async (it) => {
  const ada = await (await it.person("ada")).newBoard();
  const { page } = ada;
  await ada.draw("rectangle", [300, 250], [480, 380]);
  await ada.draw("ellipse", [300, 450], [480, 580]);
  await ada.ready();
  await page.getByTestId("menu").click();
  await page.getByTestId("show-versions").click();
  await page.getByTestId("keep-version").getByRole("textbox").fill("Two shapes");
  await page.keyboard.press("Enter");
  const named = page.getByTestId("version").filter({ hasText: "Two shapes" });
  await named.locator("img").waitFor();
  await page.getByTestId("versions").getByRole("button", { name: "Close" }).click();

  const ben = await (await it.person("ben", { scheme: "dark" })).open(await ada.invite("edit"));
  await page.keyboard.press("Escape");
  await ada.draw("diamond", [600, 250], [760, 380]);
  await ada.shapes(3);
  await page.getByTestId("menu").click();
  await page.getByTestId("show-versions").click();
  await page.getByTestId("keep-version").getByRole("textbox").fill("Three shapes");
  await page.keyboard.press("Enter");
  await page.getByTestId("version").filter({ hasText: "Three shapes" }).click();
  await page.getByTestId("preview").waitFor();
  await eventually(async () => assert.match(await page.getByTestId("changes").innerText(), /: 1 added$/));
  await named.click();
  await page.getByTestId("preview").getByText("Two shapes").waitFor();
  await it.picture("preview");
  await page.getByTestId("replay").click();
  await page.getByTestId("preview").getByText("Three shapes").waitFor();
  await named.click();
  await page.getByTestId("preview").getByText("Two shapes").waitFor();
  await page.getByTestId("restore-version").click();
  await ada.shapes(2);
  await ben.shapes(2);
  await page.getByTestId("versions").getByRole("button", { name: "Close" }).click();
  await ada.undo();
  await ada.shapes(3);
  await ben.shapes(3);

  await page.getByTestId("menu").click();
  await page.getByTestId("show-versions").click();
  await named.click();
  await page.getByTestId("copy-version").click();
  await page.locator(".toast").first().waitFor();
  await ben.page.getByTestId("menu").click();
  await ben.page.getByTestId("show-versions").click();
  await ben.page.getByTestId("version").first().locator("img").waitFor();
  await it.picture("history");
});

journey("a version says what changed since the one before it and who did it, and marks it", async (it) => {
  const ada = await (await it.person("ada")).newBoard();
  const link = await ada.invite("edit");
  const ben = await (await it.person("ben", { scheme: "dark" })).open(link);
  await ada.page.keyboard.press("Escape");
  await callOneself(ada, "Ada");
  await callOneself(ben, "Ben");
  await ada.draw("rectangle", [300, 250], [480, 380]);
  await ada.draw("ellipse", [300, 450], [480, 580]);
  await ada.ready();
  await openHistory(ada);
  const first = await keep(ada, "Start");
  await ada.page.getByTestId("versions").getByRole("button", { name: "Close" }).click();

  await ben.shapes(2);
  await ben.draw("diamond", [600, 250], [760, 380]);
  await ben.draw("note", [820, 250], [960, 390]);
  await ben.page.keyboard.press("Escape");
  await ben.page.keyboard.press("Escape");
  await ada.shapes(4);
  // Somebody who says no name.
  const guest = await StockClient.join(it.url, link, "");
  guest.add("guest", { kind: "rectangle", pos: [600, 450], size: [120, 80] });
  await ada.shapes(5);
  // By the second time the service has heard who that is not.
  guest.shapes.get("guest").set("size", [120, 90]);
  // Ada takes the ellipse away and moves her rectangle.
  await ada.page.keyboard.press("Escape");
  await ada.page.mouse.click(300, 515);
  await ada.page.keyboard.press("Delete");
  await ada.shapes(4);
  await ada.page.mouse.click(300, 315);
  await ada.page.keyboard.press("ArrowRight");
  await ben.shapes(4);
  await ben.ready();
  await ada.ready();
  guest.leave();
  await openHistory(ada);
  const second = await keep(ada, "Later");

  // The list says how much, of each.
  await second.getByTestId("row-changes").getByText("3 added, 1 changed, 1 removed").waitFor();
  await first.getByTestId("row-changes").getByText("2 added").waitFor();
  const by = async (version, people) => eventually(async () => assert.match(await version.innerText(), people));
  await by(second, /by (Ada, Ben|Ben, Ada), somebody without a name$/m);
  await by(first, /by Ada$/m);

  // The preview says which.
  await second.click();
  const { page } = ada;
  await page.getByTestId("preview").waitFor();
  assert.match(await page.getByTestId("changes").innerText(), /Since the version before: 3 added, 1 changed, 1 removed/);
  assert.match(await page.getByTestId("edited-by").innerText(), /^Edited by (Ada, Ben|Ben, Ada), somebody without a name$/);
  assert.deepEqual(await page.getByTestId("legend").getByRole("listitem").allInnerTexts(), ["3 added", "1 changed", "1 removed"]);
  const canvas = page.getByTestId("preview-canvas");
  const area = await canvas.boundingBox();
  const clip = { x: 30, y: 80, width: 1000, height: 560 };
  assert(area.width > 1000, "the preview has the page");
  const told = new Set();
  for (let at = 1; at <= 5; at += 1) {
    await page.getByTestId("next-change").click();
    const says = page.getByTestId("change-in-hand");
    await says.getByText(new RegExp(`^${at} of 5: `)).waitFor();
    told.add((await says.innerText()).replace(/^\d of 5: /, ""));
  }
  const expected = [
    "Diamond: added, by Ben",
    "Ellipse: removed",
    "Rectangle: added, by somebody without a name",
    "Rectangle: moved, by Ada",
    "Sticky note: added, by Ben",
  ];
  assert.deepEqual([...told].sort(), expected);
  await it.picture("change");
  await page.getByTestId("previous-change").click();
  await page.getByTestId("change-in-hand").getByText(/^4 of 5: /).waitFor();
  await page.getByTestId("whole-board").click();
  await it.picture("marks");
  const withMarks = await eventually(async () => {
    const [one, other] = [await page.screenshot({ clip }), await page.screenshot({ clip })];
    assert(one.equals(other), "the picture rests");
    return one;
  });
  await page.getByTestId("show-marks").uncheck();
  await eventually(async () => assert(!withMarks.equals(await page.screenshot({ clip })), "the marks are gone"));
  await it.picture("no-marks");
  await page.getByTestId("show-marks").check();
  await eventually(async () => assert(withMarks.equals(await page.screenshot({ clip })), "the marks are back"));

  // Ben sees the same, in the dark. Nothing of this has touched the board.
  await page.getByTestId("end-preview").click();
  await openHistory(ben);
  await ben.page.getByTestId("version").filter({ hasText: "Later" }).click();
  await ben.page.getByTestId("legend").getByText("3 added").waitFor();
  await it.picture("dark");
  await ben.page.getByTestId("end-preview").click();
  await ada.shapes(4);
  await ben.shapes(4);
});

for (const scheme of ["light", "dark"]) {
  journey(`on a phone nothing lies over the history, nor over a preview (${scheme})`, async (it) => {
    const ada = await (await it.person("ada", { device: "phone", scheme })).newBoard();
    const { page } = ada;
    await page.getByTestId("rename").click();
    const field = page.getByTestId("title-field");
    await field.fill("Plan for the spring fair on the market square");
    await it.picture("rename");
    const { width } = await field.boundingBox();
    assert(width > 0.7 * page.viewportSize().width, `the title's field is ${width} px wide`);
    await page.keyboard.press("Enter");
    await page.getByTestId("rename").waitFor();
    for (const [at, name] of ["Start", "Later"].entries()) {
      await ada.draw("rectangle", [60 + 120 * at, 250], [150 + 120 * at, 380]);
      await ada.ready();
      await openHistory(ada);
      const kept = await keep(ada, name);
      const toast = page.locator(".toast").first();
      await toast.waitFor();
      assert(!(await overlap(toast, page.getByTestId("versions"))), "a notice stands beside the list");
      if (at === 0) await page.getByTestId("versions").getByRole("button", { name: "Close" }).click();
      else await kept.click();
    }
    const preview = page.getByTestId("preview");
    await preview.waitFor();
    await page.getByTestId("next-change").click();
    await page.getByTestId("change-in-hand").getByText(/^1 of 1: /).waitFor();
    await it.picture("preview");
    for (const button of await preview.getByRole("button").all()) {
      await button.scrollIntoViewIfNeeded();
      assert(await isOnTop(button), `${await button.innerText()} can be pressed`);
    }
    await page.getByTestId("end-preview").click();
    await it.picture("history");
  });
}

journey("who may only look sees no history", async (it) => {
  const ada = await (await it.person("ada")).newBoard();
  const ben = await (await it.person("ben")).open(await ada.invite("view"), { ready: false });
  await ben.ready("read-only");
  await ben.page.getByTestId("menu").click();
  await ben.page.getByTestId("help").waitFor();
  assert.equal(await ben.page.getByTestId("show-versions").count(), 0);
});
