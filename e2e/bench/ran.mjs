// Which functions of a board's program run at first: joining, looking around, drawing, and others who move shapes
// meanwhile; and joining again, as somebody whom this browser knows. `frontend/late.txt` lists what did not.
//
// cargo run -p xtask --features bindgen --bin bindgen -- count target/frontend/merged.wasm counted.wasm
// node bench/ran.mjs --program counted.wasm --scenes ../target/bench --into ran.txt
// cargo run -p xtask --features bindgen --bin bindgen -- list target/frontend/merged.wasm ran.txt frontend/late.txt

import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { parseArgs } from "node:util";
import { chromium } from "playwright-core";

import { BoardPage } from "../pages/board.mjs";
import { Server } from "../server.mjs";
import { Hand } from "./hand.mjs";
import { MIDDLE, Peers, VIEW, filledShape, open, untilExact } from "./scenarios.mjs";
import { boardOf, updatesOf } from "./scene.mjs";

const SHAPES = 10_000;
const PROGRAM = "board.wasm";
/** What nobody does in the moment until the later file is there. */
const LATER = ["rectangle", "select and drag"];

const { values } = parseArgs({
  options: { program: { type: "string" }, scenes: { type: "string" }, into: { type: "string" } },
});
const program = await readFile(values.program);
const updates = await updatesOf(path.join(values.scenes, String(SHAPES)));
const server = await Server.start();
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ["--no-sandbox"] });
const ran = new Map();
try {
  for (const [shapes, scene] of [[0, []], [SHAPES, updates]]) {
    const board = await boardOf(server.url, scene);
    for (const visit of [first, again]) {
      const context = await browser.newContext({ viewport: VIEW, locale: "en-GB", serviceWorkers: "block" });
      await visit(context, board, shapes, scene);
      await context.close();
    }
  }
} finally {
  await browser.close();
  await server.remove();
}
const here = [...ran].filter(([, phase]) => !LATER.includes(phase));
await writeFile(values.into, here.map(([name]) => `${name}\n`).join(""));

/** What a hand does first. */
async function act(page, board, shapes, updates) {
  const hand = await Hand.on(page);
  await page.mouse.move(...MIDDLE);
  if (shapes > 0) {
    const peers = await Peers.join(server.url, board, updates);
    await page.waitForTimeout(1500);
    peers.leave();
  } else {
    await beside(board);
  }
  await note(page, "peers");
  // By the toolbar on one board, by keys on the other.
  if (shapes > 0) await hand.key("p");
  else await new BoardPage(page).tool("ink");
  await draw(page, hand);
  await note(page, "ink");
  await hand.wheel(1, MIDDLE, (at) => (at < 0.5 ? [16, 9] : [-16, -9]));
  await hand.wheel(1, MIDDLE, (at) => [0, at < 0.5 ? 9 : -9], { zoom: true });
  await untilExact(page);
  await note(page, "pan and zoom");
  if (shapes === 0) return;
  await hand.key("r");
  await draw(page, hand);
  await note(page, "rectangle");
  const [x, y] = await filledShape(page);
  await hand.drag(1, (at) => [x + 200 * at, y + 100 * at]);
  await hand.release(x + 200, y + 100);
  await note(page, "select and drag");
}

/** Somebody whom the browser does not know. */
async function first(context, board, shapes, scene) {
  const page = await counted(context);
  await open(page, board, shapes);
  await note(page, `join ${shapes}`);
  await act(page, board, shapes, scene);
}

/** Somebody who comes back: the browser has their name, the board with its key, its log and its copy. */
async function again(context, board, shapes) {
  const before = await context.newPage();
  await open(before, board, shapes);
  await before.getByTestId("invite").waitFor();
  await before.waitForTimeout(1000);
  await before.close();
  const page = await counted(context);
  await open(page, board, shapes);
  await page.mouse.move(...MIDDLE);
  await page.waitForTimeout(500);
  await note(page, `join ${shapes} again`);
}

/** A page with the program that counts. What comes later is not answered: it would run functions that only it needs. */
async function counted(context) {
  await context.route("**/*.wasm", (route) => {
    if (route.request().url().endsWith(PROGRAM)) return route.fulfill({ body: program, contentType: "application/wasm" });
  });
  return context.newPage();
}

/** Another person, who draws on the board with all of the program. */
async function beside(board) {
  const context = await browser.newContext({ viewport: VIEW, locale: "en-GB", serviceWorkers: "block" });
  const page = await context.newPage();
  await page.goto(board.url);
  await page.locator('[data-testid="status"][data-status="saved"]').waitFor({ state: "attached" });
  const hand = await Hand.on(page);
  for (const tool of ["p", "r"]) {
    await hand.key(tool);
    await draw(page, hand);
  }
  await page.locator('[data-testid="status"][data-status="saved"]').waitFor({ state: "attached" });
  await context.close();
}

async function draw(page, hand) {
  await hand.drag(0.7, (at) => [400 + 300 * at, 300 + 200 * at * at]);
  await hand.release(700, 500);
  await page.waitForTimeout(500);
}

/** Keeps what has run by now and had not before. */
async function note(page, phase) {
  const names = await page.evaluate(async () => {
    const { initSync } = await import(document.querySelector("link[rel=modulepreload]").href);
    const counted = Object.entries(initSync()).filter(([name, item]) => name.startsWith("ran:") && item.value === 1);
    return counted.map(([name]) => name.slice("ran:".length));
  });
  for (const name of names) if (!ran.has(name)) ran.set(name, phase);
  console.log(`${phase}: ${ran.size} functions have run`);
}
