// What is measured: each scenario prepares a page with a board, then acts under the trace.

import { readFile } from "node:fs/promises";
import * as Y from "yjs";

import { asAwareness, asUpdate, connect } from "../raw-client.mjs";
import { Hand, pointerDelays, watchPointer } from "./hand.mjs";
import { percentile, traced } from "./trace.mjs";

export const VIEW = { width: 1440, height: 900 };
export const MIDDLE = [VIEW.width / 2, VIEW.height / 2];
const SECONDS = 3;
const BOOTS = 5;
/** Certainly enough for a move of all shapes to be written. */
const WRITTEN_MS = 3_000;
const PEERS = 30;
const PEER_EDITS_PER_S = 10;
const CURSORS = 99;
const CURSOR_MOVES_PER_S = 30;

/** `boards`: with how many shapes it is measured, if not with all. */
export const SCENARIOS = {
  boot: { boards: [0], run: boot },
  join: { run: join },
  "pan, all in view": { prepare: (hand) => hand.key("Shift+1"), run: pan },
  "pan, a third in view": { prepare: third, run: pan },
  "zoom, all to 100 %": { prepare: (hand) => hand.key("Shift+1"), run: zoom },
  "drag one": { run: drag },
  ink: { run: ink },
  "select all and move": { prepare: (hand) => hand.key("Shift+1"), run: moveAll },
  "remove all": { prepare: (hand) => hand.key("Shift+1"), run: removeAll },
  "ink beside 30 peers": { boards: [10_000], run: inkBesidePeers },
  "ink beside 99 cursors": { boards: [10_000], run: inkBesideCursors },
};

async function third(hand) {
  await hand.key("Shift+1");
  // Linear zoom by √3, at 0.01 a pixel of wheel.
  await hand.wheel(0.1, MIDDLE, () => [0, -9.15], { zoom: true });
}

/** Back and forth, as far as the view is wide. */
async function pan({ hand, measure }) {
  return measure(() =>
    hand.wheel(SECONDS, MIDDLE, (at) => (at < 0.5 ? [16, 9] : [-16, -9])),
  );
}

async function zoom({ hand, measure, page }) {
  const from = await zoomPercent(page);
  const steps = SECONDS * 60;
  const delta = -Math.log(100 / from) / 0.01 / steps;
  const result = await measure(() => hand.wheel(SECONDS, MIDDLE, () => [0, delta], { zoom: true }));
  return { ...result, exactMs: await untilExact(page) };
}

const zoomPercent = async (page) => Number.parseFloat(await page.locator(".zoom__level").innerText());

async function drag({ hand, measure, page }) {
  const [x, y] = await filledShape(page);
  await watchPointer(page);
  const result = await measure(() => hand.drag(SECONDS, (at) => [x + 300 * Math.sin(at * 6), y + 200 * Math.sin(at * 9)]));
  await hand.release(x, y);
  return withDelays(page, result);
}

/** A pixel near the middle with paint all around it: there a drag takes a shape. */
export async function filledShape(page) {
  const at = await page.evaluate(() => {
    const canvas = document.querySelector("[data-testid=board-canvas]");
    const { width, height } = canvas;
    const { data } = canvas.getContext("2d").getImageData(0, 0, width, height);
    const isPainted = (x, y) => data[4 * (y * width + x) + 3] === 255;
    const around = [-8, -4, 0, 4, 8];
    for (let y = height / 2; y < height - 200; y += 6) {
      for (let x = width / 2; x < width - 300; x += 6) {
        if (around.every((dx) => around.every((dy) => isPainted(x + dx, y + dy)))) return [x, y];
      }
    }
    return null;
  });
  if (!at) throw new Error("no filled shape is seen");
  return at;
}

async function ink({ hand, measure, page }) {
  await hand.key("p");
  await watchPointer(page);
  const spiral = (at) => [720 + 300 * at * Math.cos(at * 30), 450 + 300 * at * Math.sin(at * 30)];
  const result = await measure(() => hand.drag(SECONDS, spiral));
  await hand.release(...spiral(1));
  return withDelays(page, result);
}

async function withDelays(page, result) {
  const delays = await pointerDelays(page);
  return { ...result, delayP50: percentile(delays, 50), delayP95: percentile(delays, 95) };
}

async function moveAll({ hand, measure, page }) {
  const begin = await page.evaluate(() => performance.now());
  await page.keyboard.press("Control+a");
  const selectMs = await page.evaluate(
    (begin) => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(() => resolve(performance.now() - begin)))),
    begin,
  );
  const result = await measure(() => hand.drag(SECONDS, (at) => [720 + 200 * Math.sin(at * 6), 450 + 150 * Math.sin(at * 9)]));
  const shapes = await shapesOf(page);
  // Not where it began: that would be no move.
  const dropMs = await shown(page, shapes, "pointerup", () => hand.release(760, 480));
  // Until it is written: an undo before that has all that is left written first.
  await page.waitForTimeout(WRITTEN_MS);
  return { ...result, selectMs, dropMs, undropMs: await shown(page, shapes, "keydown", () => hand.key("Control+z")) };
}

/** Takes everything away and back, by keys: until no shape, and until all of them, are there, and the picture is exact. */
async function removeAll({ hand, page }) {
  // Others of these scenarios have drawn on the board.
  const shapes = await shapesOf(page);
  await hand.key("Control+a");
  const removeMs = await shown(page, 0, "keydown", () => hand.key("Delete"));
  return { removeMs, undoMs: await shown(page, shapes, "keydown", () => hand.key("Control+z")) };
}

const shapesOf = (page) =>
  page.evaluate(() => Number(document.querySelector("[data-testid=board-canvas]").dataset.shapes));

/**
 * From an event that `act` makes until so many shapes have been shown exactly for two frames, in ms. The page looks by itself:
 * whoever asks it again and again comes too late, or makes frames of their own.
 */
async function shown(page, shapes, event, act) {
  await page.evaluate(
    ([shapes, event]) => {
      const canvas = document.querySelector("[data-testid=board-canvas]");
      const isShown = () => canvas.dataset.picture === "exact" && Number(canvas.dataset.shapes) === shapes;
      const watch = (resolve) => ({ timeStamp }) => {
        const look = () => isShown() && (watcher.disconnect(), resolve(performance.now() - timeStamp));
        const watcher = new MutationObserver(() => {
          if (isShown()) requestAnimationFrame(() => requestAnimationFrame(look));
        });
        watcher.observe(canvas, { attributes: true });
      };
      window.shownMs = new Promise((resolve) => addEventListener(event, watch(resolve), { once: true, capture: true }));
    },
    [shapes, event],
  );
  await act();
  return page.evaluate(() => window.shownMs);
}

/** Opens an empty board in fresh tabs: until it is joined, and two frames. The code is in the browser's cache from the second on. */
async function boot({ page, board }) {
  const times = [];
  for (let tab = 0; tab < BOOTS; tab += 1) {
    const fresh = await page.context().newPage();
    await fresh.goto(board.url, { waitUntil: "commit" });
    await fresh.locator('[data-testid="status"][data-status="saved"]').waitFor({ state: "attached" });
    times.push(await fresh.evaluate(
      () => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(() => resolve(performance.now())))),
    ));
    await fresh.close();
  }
  return { bootMs: percentile(times, 50) };
}

/** Opens the board anew: the times from navigation until something, all, and all exactly is shown. */
async function join({ measure, page, board, shapes, pss }) {
  await page.goto("about:blank");
  await page.addInitScript(() => {
    const seen = {};
    const look = () => {
      const canvas = document.querySelector("[data-testid=board-canvas]");
      const count = Number(canvas?.dataset.shapes ?? 0);
      const isExact = canvas?.dataset.picture === "exact";
      if (count > 0 && !seen.first) seen.first = performance.now();
      if (count > 0 && isExact && !seen.view) seen.view = performance.now();
      if (count >= window.benchShapes && !seen.all) seen.all = performance.now();
      if (count >= window.benchShapes && isExact && !seen.exact) seen.exact = performance.now();
      if (!seen.exact) requestAnimationFrame(look);
      window.benchSeen = seen;
    };
    requestAnimationFrame(look);
  });
  await page.addInitScript((shapes) => (window.benchShapes = shapes), shapes);
  const result = await measure(async () => {
    await page.goto(board.url);
    await page.waitForFunction(() => window.benchSeen?.exact, undefined, { timeout: 60_000 });
  }, { navigates: true });
  const seen = await page.evaluate(() => window.benchSeen);
  return { ...result, firstMs: seen.first, viewMs: seen.view, allMs: seen.all, exactMs: seen.exact, pssMb: await pss() };
}

async function inkBesidePeers(context) {
  const { page, board, serverUrl, updates } = context;
  const peers = await Peers.join(serverUrl, board, updates);
  try {
    await page.waitForTimeout(500);
    return await ink(context);
  } finally {
    peers.leave();
  }
}

/** A hundred people on one board: the hand draws while all the others move their cursors in view. */
async function inkBesideCursors(context) {
  const { page, board, serverUrl } = context;
  const cursors = [];
  for (let peer = 0; peer < CURSORS; peer += 1) {
    const socket = await connect(serverUrl, board.id, board.key);
    // What it hears is of no interest: it must only be taken.
    socket.on("message", () => {});
    cursors.push(socket);
  }
  let clock = 0;
  const timer = setInterval(() => {
    clock += 1;
    cursors.forEach((socket, peer) => {
      const [angle, reach] = [clock / 20 + peer, 100 + 3 * peer];
      const cursor = [720 + reach * Math.cos(angle), 450 + reach * Math.sin(angle)];
      const state = { user: { name: `Person ${peer}`, color: "#1971c2" }, cursor };
      socket.send(asAwareness(2000 + peer, clock, state));
    });
  }, 1000 / CURSOR_MOVES_PER_S);
  try {
    await page.locator('[data-testid="people"] [data-person]').nth(CURSORS).waitFor({ state: "attached" });
    return await ink(context);
  } finally {
    clearInterval(timer);
    cursors.forEach((socket) => socket.close());
  }
}

/** Opens a board and waits until all of it is shown. */
export async function open(page, board, shapes) {
  await page.goto(board.url);
  await page.waitForFunction(
    (shapes) => Number(document.querySelector("[data-testid=board-canvas]")?.dataset.shapes ?? -1) >= shapes,
    shapes,
    { timeout: 60_000 },
  );
  await untilExact(page);
}

/** Thirty people who each move a shape, ten times a second: updates by as many clients, made from one document. */
export class Peers {
  #sockets = [];
  #timer;

  static async join(serverUrl, board, updates) {
    const peers = new Peers();
    const doc = new Y.Doc();
    updates.forEach((update) => Y.applyUpdate(doc, update));
    const shapes = doc.getMap("shapes");
    const moved = [...shapes.keys()].slice(0, PEERS);
    for (let peer = 0; peer < PEERS; peer += 1) peers.#sockets.push(await connect(serverUrl, board.id, board.key));
    let turn = 0;
    peers.#timer = setInterval(() => {
      const peer = turn % PEERS;
      turn += 1;
      doc.clientID = 1000 + peer;
      doc.once("update", (update) => peers.#sockets[peer].send(asUpdate(update)));
      const shape = shapes.get(moved[peer]);
      const [x, y] = shape.get("pos");
      shape.set("pos", [x + 4 * Math.cos(turn / 50), y + 4 * Math.sin(turn / 50)]);
    }, 1000 / (PEERS * PEER_EDITS_PER_S));
    return peers;
  }

  leave() {
    clearInterval(this.#timer);
    this.#sockets.forEach((socket) => socket.close());
  }
}

export async function untilExact(page) {
  const begin = performance.now();
  await page.locator('[data-testid="board-canvas"][data-picture="exact"]').waitFor({ state: "attached" });
  return performance.now() - begin;
}

/** Opens a board, prepares it, runs one scenario. */
export async function run(name, { browser, serverUrl, board, shapes, updates }) {
  const { prepare, run } = SCENARIOS[name];
  const context = await browser.newContext({ viewport: VIEW, locale: "en-GB" });
  const page = await context.newPage();
  const hand = await Hand.on(page);
  const pss = () => rendererPss(browser);
  const measure = (action, { navigates = false } = {}) => traced(browser, page, action, { navigates });
  try {
    await open(page, board, shapes);
    await page.mouse.move(...MIDDLE);
    await prepare?.(hand);
    await page.waitForTimeout(300);
    await untilExact(page);
    return await run({ hand, measure, page, board, shapes, updates, serverUrl, pss });
  } finally {
    await context.close();
  }
}

/** Proportional memory of the largest renderer, in MB. */
async function rendererPss(browser) {
  const session = await browser.newBrowserCDPSession();
  const { processInfo } = await session.send("SystemInfo.getProcessInfo");
  const sizes = await Promise.all(processInfo.filter(({ type }) => type === "renderer").map(({ id }) => pssOf(id)));
  await session.detach();
  return Math.max(...sizes);
}

async function pssOf(pid) {
  const text = await readFile(`/proc/${pid}/smaps_rollup`, "utf8").catch(() => "");
  return Number(/^Pss:\s+(\d+) kB/m.exec(text)?.[1] ?? 0) / 1000;
}
