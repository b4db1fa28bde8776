// The same walk in the engines of the other browsers: a board is opened, drawn and written on, reloaded, edited while the
// server is dead, and seen by Chromium's people as by any. Chromium itself has the journeys.

import assert from "node:assert/strict";
import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

import { eventually } from "../pages/board.mjs";
import { Server } from "../server.mjs";
import { StockClient } from "../stock-client.mjs";
import { Firefox } from "./firefox.mjs";
import { WebKit } from "./webkit.mjs";

const RESULTS = fileURLToPath(new URL("../test-results/engines/", import.meta.url));
const LIMIT_MS = 120_000;
const CONTROL = "\uE009";
const ESCAPE = "\uE00C";

/** A board's page in some engine. */
class Walker {
  constructor(engine) {
    this.engine = engine;
  }

  async sees(selector) {
    const expression = `document.querySelector(${JSON.stringify(selector)}) !== null`;
    await eventually(async () => assert(await this.engine.evaluate(expression), `${selector} is there`));
  }

  status(id) {
    return this.sees(`[data-testid="status"][data-status="${id}"]`);
  }

  shapes(count) {
    return this.sees(`[data-testid="board-canvas"][data-shapes="${count}"]`);
  }

  /** Types letters; a key that is held comes first. */
  async type(letters, held) {
    const strokes = [...letters].flatMap((value) => ["keyDown", "keyUp"].map((type) => ({ type, value })));
    const actions = held ? [{ type: "keyDown", value: held }, ...strokes, { type: "keyUp", value: held }] : strokes;
    await this.engine.perform([{ type: "key", id: "keys", actions }]);
  }

  /** Presses at the first point, goes through the others, releases at the last. */
  async drag([first, ...others]) {
    const to = ([x, y]) => ({ type: "pointerMove", x, y, duration: 10 });
    const [down, up] = ["pointerDown", "pointerUp"].map((type) => ({ type, button: 0 }));
    const actions = [to(first), down, ...others.map(to), up];
    await this.engine.perform([{ type: "pointer", id: "hand", parameters: { pointerType: "mouse" }, actions }]);
  }

  async picture(name) {
    await mkdir(RESULTS, { recursive: true });
    await writeFile(path.join(RESULTS, `${this.engine.constructor.name}-${name}.png`), await this.engine.picture());
  }
}

async function newBoard(server) {
  const headers = { "content-type": "application/json" };
  const answer = await fetch(`${server.url}/api/boards`, { method: "POST", headers, body: "{}" });
  const board = await answer.json();
  const { key } = board.links.find((link) => link.role === "edit");
  return `${server.url}/b/${board.id}#key=${key}`;
}

async function walk(walker, server, link, stock) {
  await walker.engine.open(link);
  await walker.status("saved");

  await walker.type("r");
  await walker.drag([[300, 250], [380, 300], [480, 380]]);
  await walker.type("p");
  await walker.drag(Array.from({ length: 30 }, (_, step) => [600 + step * 8, Math.round(260 + 60 * Math.sin(step / 4))]));
  await walker.type("t");
  await walker.drag([[400, 560]]);
  await walker.sees('[data-testid="text-field"]');
  await walker.type("größer");
  await walker.type("a", CONTROL);
  await walker.type("b", CONTROL);
  await walker.type(ESCAPE);
  await walker.shapes(3);
  await walker.status("saved");
  const texts = () => [...stock.shapes.values()].map((shape) => shape.get("text")).filter((text) => text?.length > 0);
  const bold = [{ insert: "größer", attributes: { bold: true } }];
  await eventually(async () => assert.deepEqual(texts().map((text) => text.toDelta()), [bold]));
  await walker.picture("drawn");

  const colour = async () => {
    await walker.sees("[data-person]");
    return walker.engine.evaluate('getComputedStyle(document.querySelector("[data-person]")).backgroundColor');
  };
  const before = await colour();
  await walker.engine.reload();
  await walker.shapes(3);
  await eventually(async () => assert.equal(await colour(), before, "one keeps one's colour"));
  await server.stop("SIGKILL");
  await walker.status("offline");
  await walker.type("o");
  await walker.drag([[800, 450], [880, 500], [980, 580]]);
  await walker.shapes(4);
  await server.resume();
  await walker.status("saved");
  await eventually(async () => assert.equal(stock.shapes.size, 4, "others see what was drawn meanwhile"));
  await walker.type("z", CONTROL);
  await walker.shapes(3);
  await walker.picture("back");
}

for (const engine of [Firefox, WebKit]) {
  test(`a board in ${engine.name}`, { timeout: LIMIT_MS }, async () => {
    const server = await Server.start();
    let walker, stock;
    try {
      walker = new Walker(await engine.start());
      const link = await newBoard(server);
      stock = await StockClient.join(server.url, link, "stock");
      await walk(walker, server, link, stock);
    } catch (error) {
      await walker?.picture("failed").catch(() => {});
      console.error(server.log());
      throw error;
    } finally {
      stock?.leave();
      await walker?.engine.close();
      await server.remove();
    }
  });
}
