// Shapes, their labels and their styles.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";

import { journey } from "../fixtures.mjs";
import { eventually } from "../pages/board.mjs";

const KINDS = ["rectangle", "ellipse", "diamond", "triangle", "cylinder", "star", "cloud", "speech"];

journey("shapes of many kinds, drawn, labelled and styled", async (it) => {
  const ada = await (await it.person("ada")).newBoard();
  const ben = await (await it.person("ben")).open(await ada.invite());
  for (const [at, kind] of KINDS.entries()) {
    const [x, y] = [120 + (at % 4) * 220, 120 + Math.floor(at / 4) * 220];
    await ada.draw(kind, [x, y], [x + 160, y + 130]);
  }
  await ben.shapes(KINDS.length);
  const size = [160, 130];
  const before = await ben.pixels([780, 340], size);
  await ada.style("fill", "blue");
  await ada.style("fill_style", "hachure");
  await ada.style("sketch", "drawn");
  await ada.page.keyboard.press("Enter");
  await ada.page.keyboard.type("Hello");
  await ada.page.keyboard.press("Escape");
  await ben.differs(before, [780, 340], size);
  await ada.page.keyboard.press("Escape");
  await it.picture("done");
});

journey("a phone's toolbar offers every shape", async (it) => {
  const ada = await (await it.person("ada", { device: "phone" })).newBoard();
  await ada.swipe("hexagon", [60, 250], [300, 420]);
  await ada.shapes(1);
  await ada.page.getByTestId("style").click();
  await it.picture("style");
  await ada.style("fill", "green");
});

journey("tools remember their style when the page is reloaded", async (it) => {
  const ada = await (await it.person("ada")).newBoard();
  await ada.tool("ellipse");
  await ada.style("stroke", "red");
  await ada.style("dash", "dotted");
  await ada.reload();
  await ada.tool("rectangle");
  for (const option of ["stroke.red", "dash.dotted"]) {
    const chosen = ada.page.locator(`[data-style="${option}"]`);
    await eventually(async () => assert.equal(await chosen.getAttribute("aria-checked"), "true", option));
  }
});

journey("any colour by its hex code, kept among the recent ones", async (it) => {
  const ada = await (await it.person("ada")).newBoard();
  await ada.draw("rectangle", [200, 200], [360, 320]);
  await ada.page.locator(`[data-more="stroke"]`).click();
  const hex = ada.page.locator(`[data-hex="stroke"]`);
  await hex.fill("#12ab9f");
  await hex.press("Enter");
  const recent = ada.page.locator(`[data-style="stroke.#12ab9f"]`);
  await ada.page.locator(`[data-more="stroke"]`).click();
  await ada.page.locator(`[data-more="stroke"]`).click();
  await recent.first().waitFor();
  await it.picture("colours");
});

journey("text in every font, loaded when it is used and carried by an export", async (it) => {
  const ada = await (await it.person("ada")).newBoard();
  const fonts = [];
  ada.page.on("request", (request) => {
    if (request.url().includes("/fonts/")) fonts.push(new URL(request.url()).pathname);
  });
  const drawn = (name) => fonts.some((font) => font.includes(name));
  await ada.draw("rectangle", [900, 600], [1000, 700]);
  assert(!drawn("hand") && !drawn("serif") && !drawn("mono"), `not before they are used: ${fonts}`);
  let y = 200;
  for (const font of ["sans", "hand", "serif", "mono"]) {
    await ada.tool("text");
    await ada.style("font", font);
    await ada.style("font_size", "xl");
    await ada.page.mouse.click(300, y);
    await ada.page.keyboard.type("Hamburgefonstiv 123");
    await ada.page.keyboard.press("Escape");
    await ada.page.keyboard.press("Escape");
    y += 90;
  }
  await ada.shapes(5);
  await eventually(() => assert(drawn("hand") && drawn("serif") && drawn("mono"), `${fonts}`));
  await it.picture("written");
  await ada.page.keyboard.press("Control+Shift+e");
  await ada.page.getByTestId("export-preview").waitFor();
  await ada.page.locator(`[data-export="svg"]`).click();
  const saved = ada.page.waitForEvent("download");
  await ada.page.getByRole("button", { name: "Save", exact: true }).click();
  const text = await readFile(await (await saved).path(), "utf8");
  for (const font of ["Sans", "Hand", "Serif", "Mono"]) assert(text.includes(`@font-face{font-family:Boardwalk ${font}`), font);
  await it.picture("exported");
});

journey("what is deleted goes from the picture, the last shape too", async (it) => {
  const ada = await (await it.person("ada")).newBoard();
  const part = [
    [290, 290],
    [220, 120],
  ];
  const blank = await ada.settled(...part);
  await ada.draw("rectangle", [300, 300], [500, 400]);
  await ada.differs(blank, ...part);
  await ada.page.keyboard.press("Control+a");
  await ada.page.keyboard.press("Delete");
  await ada.shapes(0);
  await eventually(async () => assert(blank.equals(await ada.pixels(...part)), "the board is blank again"));
});
