// Letters that look different: typed, said of, pasted, seen by others and taken back.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";

import { journey } from "../fixtures.mjs";
import { eventually } from "../pages/board.mjs";
import { StockClient } from "../stock-client.mjs";

const field = (board) => board.page.getByTestId("text-field");
const bar = (board) => board.page.getByTestId("text-bar");

/** What a stock client reads of the only text: letters, and in angle brackets what is said of them. */
function said(stock) {
  const text = [...stock.shapes.values()].map((shape) => shape.get("text")).find((text) => text?.toDelta);
  if (!text) return "";
  return text
    .toDelta()
    .map(({ insert, attributes = {} }) => {
      const marks = Object.entries(attributes).map(([key, value]) => (value === true ? key : `${key}=${value}`));
      return marks.length ? `<${marks.sort().join(" ")}|${insert}>` : insert;
    })
    .join("");
}

const says = (stock, expected) => eventually(async () => assert.equal(said(stock), expected));

async function aBoardAndAStockClient(it, options) {
  const ada = await (await it.person("ada", options)).newBoard();
  const link = await ada.invite();
  await ada.page.keyboard.press("Escape");
  return [ada, await StockClient.join(it.url, link, "stock"), link];
}

async function typeAt(board, at, text) {
  await board.tool("text");
  await board.page.mouse.click(...at);
  await field(board).waitFor();
  await board.page.keyboard.type(text);
}

journey("keys and the bar say how letters look, others see it, and it is there after a reload", async (it) => {
  const [ada, stock] = await aBoardAndAStockClient(it);
  await typeAt(ada, [400, 300], "one two ");
  await ada.page.keyboard.press("Control+B");
  await ada.page.keyboard.type("bold");
  await ada.page.keyboard.press("Control+B");
  await ada.page.keyboard.type(" three");
  await says(stock, "one two <bold|bold> three");
  const pressed = () => bar(ada).locator(`[data-command="bold"]`).getAttribute("aria-pressed");
  await eventually(async () => assert.equal(await pressed(), "false"));
  // A selection is said of by keys and by the bar, and stays selected.
  for (let letter = 0; letter < 5; letter++) await ada.page.keyboard.press("Shift+ArrowLeft");
  await ada.page.keyboard.press("Control+I");
  await bar(ada).locator(`[data-command="strike"]`).click();
  await bar(ada).locator(`[data-command="letters-larger"]`).click();
  await says(stock, "one two <bold|bold> <italic size=large strike|three>");
  await ada.page.keyboard.type("3");
  await says(stock, "one two <bold|bold> <italic size=large strike|3>");
  await it.picture("typed");
  // One's own steps are taken back one by one while the text is open.
  await ada.page.keyboard.press("Control+Z");
  await says(stock, "one two <bold|bold> <italic size=large strike|three>");
  await ada.page.keyboard.press("Control+Z");
  await says(stock, "one two <bold|bold> <italic strike|three>");
  await ada.page.keyboard.press("Control+Shift+Z");
  await says(stock, "one two <bold|bold> <italic size=large strike|three>");
  await ada.page.keyboard.press("Escape");
  await field(ada).waitFor({ state: "detached" });
  await ada.page.keyboard.press("Escape");
  await ada.page.mouse.move(900, 700);
  await ada.status("saved");
  await ada.page.waitForFunction(() => document.querySelector("[data-picture=exact]"));
  const before = await ada.settled([380, 260], [400, 80]);
  await ada.reload();
  await ada.shapes(1);
  await ada.page.mouse.move(900, 700);
  await eventually(async () => assert(before.equals(await ada.pixels([380, 260], [400, 80])), "it looks as before"));
  // Without opening it, all of it: the text is selected and said of as a whole.
  await ada.page.mouse.click(410, 300);
  await ada.page.keyboard.press("Control+U");
  await says(stock, "<underline|one two ><bold underline|bold><underline| ><italic size=large strike underline|three>");
  await it.picture("selected");
  stock.leave();
});

journey("two people type in one text, see each other's carets, and each takes back their own", async (it) => {
  const [ada, stock, link] = await aBoardAndAStockClient(it);
  await typeAt(ada, [400, 300], "shared words");
  await ada.page.keyboard.press("Escape");
  await says(stock, "shared words");
  const bob = await (await it.person("bob")).open(link);
  await bob.shapes(1);
  for (const board of [ada, bob]) {
    await board.page.mouse.dblclick(440, 300);
    await field(board).waitFor();
  }
  await ada.page.keyboard.press("Home");
  await bob.page.keyboard.press("End");
  const clear = await bob.pixels([380, 270], [300, 60]);
  await Promise.all([ada.page.keyboard.type("Two "), bob.page.keyboard.type(" here")]);
  await says(stock, "Two shared words here");
  await bob.differs(clear, [380, 270], [300, 60]);
  await bob.page.keyboard.press("Control+B");
  await bob.page.keyboard.type("!");
  await says(stock, "Two shared words here<bold|!>");
  await ada.page.keyboard.press("Shift+End");
  await it.picture("carets");
  await ada.page.keyboard.press("End");
  await bob.page.keyboard.press("Control+Z");
  await bob.page.keyboard.press("Control+Z");
  await says(stock, "Two shared words");
  await eventually(async () => assert.equal(await field(ada).innerText(), "Two shared words"));
  await ada.page.keyboard.type(".");
  await says(stock, "Two shared words.");
  await Promise.all([ada.page.keyboard.press("Escape"), bob.page.keyboard.press("Escape")]);
  stock.leave();
});

journey("what is pasted keeps its looks, or not", async (it) => {
  const [ada, stock] = await aBoardAndAStockClient(it);
  await typeAt(ada, [400, 300], "x");
  const html = `<p>A <b>bold</b> <a href="https://a.example/">link</a><script>alert(1)</script></p>
    <ul><li>milk</li><li><i>eggs</i></li></ul><img src=x>
    <a href="javascript:alert(1)">no</a>`;
  await ada.paste({ "text/html": html, "text/plain": "plain" });
  await says(stock, "xA <bold|bold> <link=https://a.example/|link>\n• milk\n• <italic|eggs>\nno");
  await ada.page.keyboard.press("Control+A");
  await ada.paste({ "text/html": html, "text/plain": "plain\r\nwords" }, { plain: true });
  await says(stock, "plain\nwords");
  await ada.page.keyboard.press("Escape");
  // Over the board it becomes a text of its own.
  await ada.page.mouse.move(700, 500);
  await ada.page.evaluate(() => document.activeElement?.blur());
  await ada.paste({ "text/html": "<b>new</b>", "text/plain": "new" });
  await ada.shapes(2);
  await it.picture("pasted");
  stock.leave();
});

journey("lists go on by themselves, and links lead where they say", async (it) => {
  const [ada, stock] = await aBoardAndAStockClient(it);
  await typeAt(ada, [400, 300], "- milk");
  await ada.page.keyboard.press("Enter");
  await ada.page.keyboard.type("eggs");
  await says(stock, "• milk\n• eggs");
  await ada.page.keyboard.press("Enter");
  await ada.page.keyboard.press("Enter");
  await ada.page.keyboard.type("1. one");
  await ada.page.keyboard.press("Enter");
  await ada.page.keyboard.type("two see");
  await says(stock, "• milk\n• eggs\n1. one\n2. two see");
  await ada.page.keyboard.press("Shift+Control+ArrowLeft");
  await ada.page.keyboard.press("Control+K");
  const address = ada.page.getByTestId("link-address");
  await address.waitFor();
  await address.fill("javascript:alert(1)");
  await ada.page.keyboard.press("Enter");
  assert.equal(await address.getAttribute("aria-invalid"), "true");
  await address.fill("a.example/b");
  await it.picture("link");
  await ada.page.keyboard.press("Enter");
  await says(stock, "• milk\n• eggs\n1. one\n2. two <link=https://a.example/b|see>");
  // The keys are the text's again, and a link is not typed on.
  await ada.page.keyboard.press("End");
  await ada.page.keyboard.type(" it");
  await says(stock, "• milk\n• eggs\n1. one\n2. two <link=https://a.example/b|see> it");
  const opened = ada.page.context().waitForEvent("page");
  const link = field(ada).locator(".letters-link");
  await link.click({ modifiers: ["Control"] });
  await (await opened).close();
  await bar(ada).locator(`[data-command="numbers"]`).click();
  await says(stock, "• milk\n• eggs\n1. one\ntwo <link=https://a.example/b|see> it");
  await ada.page.keyboard.press("Escape");
  await it.picture("lists");
  // An exported picture has it all.
  await ada.page.keyboard.press("Control+Shift+E");
  await ada.page.getByTestId("export-preview").waitFor();
  await ada.page.locator(`[data-export="svg"]`).click();
  const download = ada.page.waitForEvent("download");
  await ada.page.getByRole("button", { name: "Save", exact: true }).click();
  const svg = await readFile(await (await download).path(), "utf8");
  assert.match(svg, />see<\/text>/);
  assert.match(svg, />• milk<\/text>/);
  stock.leave();
});

for (const scheme of ["light", "dark"]) {
  journey(`letters of every look, on a desktop and a phone, ${scheme}`, async (it) => {
    const [ada, stock, link] = await aBoardAndAStockClient(it, { scheme });
    const phone = await (await it.person("phone", { device: "phone", scheme })).open(link);
    const html = `<h2>Plan</h2><p>Some <b>bold</b>, <i>italic</i>, <u>under</u>, <s>struck</s>, <code>code()</code>,
      <a href="https://a.example">a link</a> and <small>small</small>.</p><ol><li>one</li><li>two</li></ol>`;
    await ada.draw("note", [300, 200], [640, 520]);
    await field(ada).waitFor();
    await ada.paste({ "text/html": html, "text/plain": "x" });
    await eventually(async () => assert.match(said(stock), /code/));
    // What the browser takes for bold letters is what the table says.
    const widths = await ada.page.evaluate(async () => {
      const paint = document.createElement("canvas").getContext("2d");
      paint.fontKerning = "none";
      await document.fonts.load('700 100px "Boardwalk Sans"');
      paint.font = '700 100px "Boardwalk Sans"';
      return [..."Wide AVA, illum 0189 äß"].map((letter) => paint.measureText(letter).width / 100);
    });
    const table = await boldTable();
    [..."Wide AVA, illum 0189 äß"].forEach((letter, at) => {
      assert(Math.abs(table(letter) - widths[at]) < 0.002, `${letter}: ${table(letter)} ${widths[at]}`);
    });
    await phone.shapes(1);
    await phone.page.touchscreen.tap(195, 400);
    await it.picture("looks");
    await ada.page.keyboard.press("Escape");
    await phone.page.keyboard.press("Shift+1");
    await it.picture("painted");
    stock.leave();
  });
}

/** The advance of a bold letter in em, by the committed table. */
async function boldTable() {
  const file = new URL("../../assets/fonts/boardwalk-sans-bold.widths", import.meta.url);
  const advances = new Map();
  let unitsPerEm = 1;
  for (const line of (await readFile(file, "utf8")).split("\n")) {
    const [name, ...numbers] = line.split(" ");
    if (name === "units_per_em") unitsPerEm = Number(numbers[0]);
    else if (/^[0-9A-F]{4,}$/.test(name)) {
      numbers.forEach((width, at) => advances.set(parseInt(name, 16) + at, Number(width)));
    }
  }
  return (letter) => advances.get(letter.codePointAt(0)) / unitsPerEm;
}

journey("letters that are composed by an input method arrive whole", async (it) => {
  const [ada, stock] = await aBoardAndAStockClient(it);
  await typeAt(ada, [400, 300], "x ");
  const keyboard = await ada.page.context().newCDPSession(ada.page);
  const compose = (text) =>
    keyboard.send("Input.imeSetComposition", { text, selectionStart: text.length, selectionEnd: text.length });
  for (const text of ["k", "か", "かn", "かん", "かんj", "かんじ"]) await compose(text);
  await keyboard.send("Input.insertText", { text: "漢字" });
  await says(stock, "x 漢字");
  // Enter and Escape belong to the input method while it composes.
  await compose("てすと");
  await ada.page.keyboard.press("Backspace");
  await compose("");
  await says(stock, "x 漢字");
  // Between letters with a look, and while somebody else writes.
  await ada.page.keyboard.press("Control+b");
  await compose("ぶ");
  await keyboard.send("Input.insertText", { text: "部" });
  await says(stock, "x 漢字<bold|部>");
  await it.picture("composed");
  await ada.page.keyboard.press("Escape");
  await ada.undo();
  await ada.shapes(0);
  await ada.redo();
  await says(stock, "x 漢字<bold|部>");
  stock.leave();
});
