// What comes from a clipboard or out of another program's hand: where it goes, and what becomes of it.

import assert from "node:assert/strict";

import { PLAIN_HTTP_NAME, journey } from "../fixtures.mjs";
import { eventually } from "../pages/board.mjs";
import { picture } from "../pages/files.mjs";

const PLACE = [420, 320];

/** Puts these on the browser's own clipboard, by media type; images as base64. */
async function hold(page, kinds) {
  await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
  await page.evaluate(async (kinds) => {
    const blob = (type, value) => {
      const bytes = type.startsWith("image/png") ? Uint8Array.from(atob(value), (letter) => letter.charCodeAt(0)) : value;
      return new Blob([bytes], { type });
    };
    const parts = Object.entries(kinds).map(([type, value]) => [type, blob(type, value)]);
    await navigator.clipboard.write([new ClipboardItem(Object.fromEntries(parts))]);
  }, kinds);
}

async function pasteByMenu(board, [x, y]) {
  await board.page.mouse.click(x, y, { button: "right" });
  await board.page.getByTestId("context-menu").locator(`[data-command="paste"]`).click();
}

async function dropWords(page, place) {
  await page.evaluate(([clientX, clientY]) => {
    const dataTransfer = new DataTransfer();
    dataTransfer.setData("text/plain", "dropped words");
    const init = { bubbles: true, cancelable: true, clientX, clientY, dataTransfer };
    document.getElementById("board-host").dispatchEvent(new DragEvent("drop", init));
  }, place);
}

/** The middle of what is selected, by the panel of numbers. */
async function middle(board) {
  const number = (at) => board.page.locator(".geometry input").nth(at).inputValue();
  const [x, y, width, height] = (await Promise.all([0, 1, 2, 3].map(number))).map(Number);
  return [x + width / 2, y + height / 2];
}

const near = ([x, y], [otherX, otherY]) => Math.hypot(x - otherX, y - otherY) < 3;

journey("the menu pastes images, shapes, tables and words where it was opened", async (it) => {
  const ada = await (await it.person("ada")).newBoard();
  await ada.page.keyboard.press("Alt+/");
  await ada.draw("rectangle", [900, 500], [960, 540]);
  await ada.shapes(1);
  await ada.page.keyboard.press("Control+c");
  const table = "<table><tr><th>Name<th>Role<tr><td>Ada<td>Author</table>";
  const cases = [
    [{ "image/png": await picture(ada.page, 120, 80) }, 1],
    [{ "text/html": table, "text/plain": "Name\tRole\nAda\tAuthor" }, 4],
    [{ "text/plain": "some words" }, 1],
    [{ "text/plain": '<svg xmlns="http://www.w3.org/2000/svg" width="40" height="40"><rect width="40" height="40"/></svg>' }, 1],
  ];
  for (const [kinds, count] of cases) {
    await ada.page.keyboard.press("Control+a");
    await ada.page.keyboard.press("Delete");
    await ada.shapes(0);
    await hold(ada.page, kinds);
    await pasteByMenu(ada, PLACE);
    await ada.shapes(count);
    await eventually(async () => {
      const at = await middle(ada);
      assert(near(at, PLACE), `${Object.keys(kinds)} at ${at}`);
    });
    await it.picture(`pasted-${Object.keys(kinds)[0]}`);
  }
  // Our own form, as a copy leaves it there.
  await ada.page.keyboard.press("Control+a");
  await ada.page.keyboard.press("Control+x");
  await ada.shapes(0);
  await pasteByMenu(ada, PLACE);
  await ada.shapes(1);
  await eventually(async () => assert(near(await middle(ada), PLACE)));
});

journey("where the clipboard may not be read the menu says the key", { host: PLAIN_HTTP_NAME }, async (it) => {
  const ada = await (await it.person("ada")).newBoard();
  await pasteByMenu(ada, PLACE);
  await ada.page.getByText("Press Ctrl+V").waitFor();
});

journey("a web page's table becomes cells, merged ones too, and nothing of it is run or fetched", async (it) => {
  const ada = await (await it.person("ada")).newBoard();
  const asked = [];
  ada.page.on("request", (request) => request.url().includes("bait") && asked.push(request.url()));
  const html = `<html><body><style>td { background: url(${it.url}/bait-style) }</style>
    <script>window.bait = 1; fetch("/bait-script")</script>
    <table><caption>People</caption>
    <tr><th rowspan="2">Name</th><th colspan="2"><img src="/bait-image" srcset="/bait-set 2x">Hours</th></tr>
    <tr><td>planned</td><td>worked<br>so far</td></tr>
    <tr><td><b>Ada</b><a href="javascript:window.bait = 2"> </a></td><td colspan="99999999">8<iframe src="/bait-frame"></iframe></td></tr></table></body></html>`;
  await ada.page.mouse.move(700, 450);
  await ada.paste({ "text/html": html, "text/plain": "People\nName\tHours\nplanned\tworked\nAda\t8" });
  // Too wide: the last cell says so of itself. It stays text, and the page stays up.
  await ada.shapes(1);
  await ada.page.keyboard.press("Control+z");
  await ada.shapes(0);
  await ada.paste({ "text/html": html.replace("99999999", "2"), "text/plain": "Name\tHours" });
  await ada.shapes(7);
  await it.picture("table");
  const outline = ada.page.locator("#selection-description");
  await outline.getByText("7").waitFor({ state: "attached" });
  assert.deepEqual([await ada.page.evaluate(() => window.bait), asked], [undefined, []]);
  // A table among words is a part of a text.
  await ada.page.keyboard.press("Control+a");
  await ada.page.keyboard.press("Delete");
  await ada.paste({ "text/html": "<p>Words <b>before</b> it</p><table><tr><td>a<td>b</table>", "text/plain": "Words before it\na b" });
  await ada.shapes(1);
});

journey("words of another program are dropped where the pointer is", async (it) => {
  const ada = await (await it.person("ada")).newBoard();
  await ada.page.keyboard.press("Alt+/");
  await dropWords(ada.page, PLACE);
  await ada.shapes(1);
  await eventually(async () => assert(near(await middle(ada), PLACE)));
});

journey("a number that is typed goes to what was selected then, or nowhere", async (it) => {
  const ada = await (await it.person("ada")).newBoard();
  await ada.draw("rectangle", [300, 300], [400, 400]);
  await ada.draw("rectangle", [600, 300], [700, 400]);
  await ada.page.keyboard.press("Alt+/");
  const width = ada.page.locator(`.number-field[data-style="width"]`);
  const x = ada.page.locator(".geometry input").first();
  const shows = (field, value) => eventually(async () => assert.equal(await field.inputValue(), value));
  const [first, second] = [
    [350, 300],
    [650, 300],
  ];
  await shows(x, "600");
  // Nonsense does not stay, nor does more than there is.
  await x.fill("abc");
  await x.press("Enter");
  await shows(x, "600");
  await width.fill("999");
  await width.press("Enter");
  await shows(width, "64");
  await width.fill("5");
  await ada.page.mouse.click(...first);
  await shows(x, "300");
  await shows(width, "2");
  await ada.page.mouse.click(...second);
  await shows(width, "5");
  // Escape takes it back, and the keys are the board's again.
  for (const [field, was] of [
    [x, "600"],
    [width, "5"],
  ]) {
    await field.fill("7");
    await field.press("Escape");
    await shows(field, was);
    await ada.page.locator("#board-host:focus").waitFor();
  }
  // What is selected changes under the hand: what was typed for the one is not for the other.
  await x.fill("12");
  await dropWords(ada.page, [500, 600]);
  await ada.shapes(3);
  await eventually(async () => assert.notEqual(await x.inputValue(), "12"));
  await ada.page.mouse.click(...first);
  await shows(x, "300");
  await ada.page.mouse.click(...second);
  await shows(x, "600");
});

journey("a picture of what is selected is copied by its keys, and as SVG by the menu", async (it) => {
  const ada = await (await it.person("ada")).newBoard();
  await ada.page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
  await ada.draw("rectangle", [300, 300], [400, 360]);
  await ada.page.keyboard.press("Alt+Shift+C");
  const held = () =>
    ada.page.evaluate(async () => {
      const [item] = await navigator.clipboard.read();
      const kind = item.types.find((type) => type !== "text/html");
      const part = await item.getType(kind);
      return [kind, kind === "text/plain" ? (await part.text()).slice(0, 4) : part.size > 0];
    });
  await eventually(async () => assert.deepEqual(await held(), ["image/png", true]));
  await ada.page.mouse.click(350, 300, { button: "right" });
  await ada.page.getByTestId("context-menu").locator(`[data-command="copy-svg"]`).click();
  await eventually(async () => assert.deepEqual(await held(), ["text/plain", "<svg"]));
});
