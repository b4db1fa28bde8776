// The page in another language: switched in the browser, then panel after panel, none of which may say a word of the first
// language or the key of a label; on a desk and on a phone, whose pictures show that longer words fit.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";

import { journey } from "../fixtures.mjs";
import { eventually } from "../pages/board.mjs";

const labels = async (language) =>
  JSON.parse(await readFile(new URL(`../../assets/labels/${language}.json`, import.meta.url), "utf8"));
const [english, german] = [await labels("en"), await labels("de")];

/** Texts of the first language that are none of the other, as patterns where something is put into them. */
const FOREIGN = (() => {
  const own = new Set(Object.values(german));
  const escaped = (text) => text.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
  return Object.values(english)
    .filter((text) => !own.has(text) && /[a-z]{3}/i.test(text.replaceAll(/\{[^}]*\}/g, "")))
    .map((text) => `^${text.split(/\{[^}]*\}/).map(escaped).join(".+")}$`);
})();
/** What people, and not the catalogue, wrote. */
const NAMES = new Set(["Ada", "Ben", "Roadmap"]);

/** Everything that the page says now, to be seen or to be read out. */
async function said(page) {
  return page.evaluate(() => {
    const texts = new Set();
    const isShown = (element) => element.checkVisibility({ visibilityProperty: true });
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
      const { parentElement, textContent } = walker.currentNode;
      if (isShown(parentElement) && !parentElement.closest("script, style, svg, code, [lang]:not(html)")) texts.add(textContent.trim());
    }
    for (const element of document.querySelectorAll("[aria-label], [title], [placeholder], [alt]")) {
      if (!isShown(element) || element.closest("[lang]:not(html)")) continue;
      for (const name of ["aria-label", "title", "placeholder", "alt"]) texts.add((element.getAttribute(name) ?? "").trim());
    }
    texts.add(document.title);
    return [...texts].filter(Boolean);
  });
}

async function speaksGerman(page, where) {
  await eventually(async () => {
    const foreign = FOREIGN.map((pattern) => new RegExp(pattern, "s"));
    const texts = (await said(page)).filter((text) => !NAMES.has(text));
    const wrong = texts.filter((text) => text in english || foreign.some((pattern) => pattern.test(text)));
    assert.deepEqual(wrong, [], `in German, ${where}`);
  });
  const tooWide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  assert(tooWide <= 0, `${where}: ${tooWide} pixels wider than the screen`);
}

/** What there is to be opened on a board: a name, how, and how it closes. */
const escape = (page) => page.keyboard.press("Escape");
const byId = (id) => async (page) => page.getByTestId(id).click();
const PANELS = [
  ["menu", byId("menu"), escape],
  ["view", byId("zoom-menu"), escape],
  ["comments", byId("comments"), escape],
  ["reactions", byId("reactions"), escape],
  ["facilitate", byId("facilitate"), escape],
  ["people", byId("people"), escape],
  ["help", async (page) => (await byId("menu")(page), await byId("help")(page)), escape],
  ["export", async (page) => (await byId("menu")(page), await byId("export")(page), await page.getByTestId("export-preview").waitFor()), escape],
  ["versions", async (page) => (await byId("menu")(page), await byId("show-versions")(page), await page.getByTestId("versions").waitFor()), escape],
  ["share", byId("invite"), undefined],
  ["new link", byId("new-link"), undefined],
  ["another address", async (page) => page.getByTestId("rotate-link").first().click(), undefined],
  ["end of a link", async (page) => page.getByTestId("revoke-link").first().click(), escape],
  ["palette", async (page) => page.keyboard.press("Control+/"), escape],
  ["search", async (page) => page.keyboard.press("Control+f"), escape],
  ["frames", async (page) => page.keyboard.press("Alt+f"), async (page) => page.keyboard.press("Alt+f")],
];

for (const [device, scheme] of [["desktop", "light"], ["phone", "dark"]]) {
  journey(`everything is said in German on a ${device}`, { timeout: 120_000 }, async (it) => {
    const person = await it.person("ada", { device, scheme });
    const { page } = await person.home();
    await page.locator(`[data-language="de"]`).first().click();
    await page.locator('html[lang="de"]').waitFor();
    await speaksGerman(page, "at home without boards");
    await it.picture("home");
    await page.getByTestId("new-board").click();
    await page.waitForURL(/\/b\/[^/]+/);
    await page.locator(`[data-testid="status"][data-status="saved"]`).waitFor({ state: "attached" });
    await page.getByTestId("people").click();
    await page.getByTestId("own-name").fill("Ada");
    await page.keyboard.press("Enter");
    await escape(page);
    await speaksGerman(page, "an empty board");

    await page.locator("#board-host").focus();
    await page.keyboard.press("n");
    const canvas = await page.getByTestId("board-canvas").boundingBox();
    await page.mouse.click(canvas.x + canvas.width / 2, canvas.y + canvas.height / 2);
    await page.keyboard.type("Roadmap");
    await page.getByTestId("text-bar").waitFor();
    await speaksGerman(page, "while a text is written");
    await it.picture("text");
    await escape(page);
    await page.keyboard.press("Control+a");
    await speaksGerman(page, "with a selection");
    await it.picture("selection");
    await page.mouse.click(canvas.x + canvas.width / 2, canvas.y + canvas.height / 2, { button: "right" });
    await page.getByTestId("context-menu").waitFor();
    await speaksGerman(page, "context menu");
    await it.picture("context-menu");
    await escape(page);

    for (const [name, open, close] of PANELS) {
      await open(page);
      await speaksGerman(page, name);
      await it.picture(name);
      await close?.(page);
    }
    await page.goto(new URL("/", it.url).href);
    await page.getByTestId("board-card").waitFor();
    await page.getByTestId("board-menu").click();
    await speaksGerman(page, "at home with a board");
    await it.picture("home-with-a-board");
    await page.goto(new URL(`/b/${"x".repeat(20)}#key=${"y".repeat(40)}`, it.url).href);
    await page.getByTestId("problem").waitFor();
    await speaksGerman(page, "a board that is not there");
    await it.picture("problem");
  });
}
