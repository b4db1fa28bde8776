// `cargo xtask bench client`: what a person's hand feels, measured. Prints a line a scenario and, with --into, keeps them.
//
// node bench/client.mjs --shapes 50000 --scenes FOLDER [--only NAME] [--into FILE]

import { appendFile } from "node:fs/promises";
import path from "node:path";
import { parseArgs } from "node:util";
import { chromium } from "playwright-core";

import { Server } from "../server.mjs";
import { SCENARIOS, run } from "./scenarios.mjs";
import { boardOf, updatesOf } from "./scene.mjs";

const FLAGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

const WITH_SHAPES = [10_000, 50_000, 100_000];

const { values } = parseArgs({
  options: {
    shapes: { type: "string" },
    scenes: { type: "string" },
    only: { type: "string", multiple: true },
    into: { type: "string" },
  },
});
const shapes = Number(values.shapes);
const suits = ([, scenario]) => (scenario.boards ?? WITH_SHAPES).includes(shapes);
const names = values.only ?? Object.entries(SCENARIOS).filter(suits).map(([name]) => name);
const unknown = names.find((name) => !(name in SCENARIOS));
if (unknown) throw new Error(`no scenario is called ${unknown}; there are ${Object.keys(SCENARIOS).join("; ")}`);

const server = process.env.BOARDWALK_URL ? undefined : await Server.start();
const serverUrl = process.env.BOARDWALK_URL ?? server.url;
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: FLAGS });
try {
  const updates = shapes > 0 ? await updatesOf(path.join(values.scenes, String(shapes))) : [];
  const board = await boardOf(serverUrl, updates);
  for (const name of names) {
    let result;
    try {
      result = await run(name, { browser, serverUrl, board, shapes, updates });
    } catch (error) {
      // One that fails must not take the others' figures with it.
      console.error(`${name} at ${shapes} shapes gave no figure: ${error}`);
      process.exitCode = 1;
      continue;
    }
    const line = JSON.stringify({ shapes, name, ...rounded(result) });
    console.log(line);
    if (values.into) await appendFile(values.into, `${line}\n`);
  }
} finally {
  await browser.close();
  await server?.remove();
}

function rounded(result) {
  const entries = Object.entries(result).filter(([, value]) => typeof value === "number");
  return Object.fromEntries(entries.map(([name, value]) => [name, Math.round(value * 100) / 100]));
}
