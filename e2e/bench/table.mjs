// The client's section of docs/performance.md, from the lines that client.mjs kept: the newest of each scenario.
//
// node bench/table.mjs FIGURES PAGE

import { readFile, writeFile } from "node:fs/promises";

const [BEGIN, END] = ["<!-- client:begin -->", "<!-- client:end -->"];
const [figures, page] = process.argv.slice(2);

const newest = new Map();
for (const line of (await readFile(figures, "utf8")).trim().split("\n")) {
  const result = JSON.parse(line);
  newest.set(`${result.shapes} ${result.name}`, result);
}

/** Frames drawn a second of Excalidraw and tldraw with 10,000 shapes, measured alike (0.18.1 and 5.4.2). */
const PEERS = {
  "pan, all in view": "7; 2",
  "pan, a third in view": "4; 4",
  "zoom, all to 100 %": "22; 2",
  "drag one": "51; 12",
  ink: "60; 14",
  "select all and move": "<1; <1",
  "ink beside 30 peers": "not measured",
  "ink beside 99 cursors": "not measured",
};
const SHAPES = [10_000, 50_000, 100_000];

const cell = (result, text) => (result ? text(result) : "–");
const ms = (value) => (value === undefined ? "–" : `${Math.round(value)}`);
const rows = Object.entries(PEERS).map(([name, peers]) => {
  const cells = SHAPES.map((shapes) =>
    cell(newest.get(`${shapes} ${name}`), ({ fps, p50, p95 }) => `${Math.round(fps)} (${ms(p50)} / ${ms(p95)})`),
  );
  return `| ${name} | ${cells.join(" | ")} | ${peers} |`;
});
const extra = [
  ["pointer to second frame, dragging, p50 / p95", "drag one", (r) => `${ms(r.delayP50)} / ${ms(r.delayP95)}`, "26 / 35; 151 / 228"],
  ["pointer to second frame, ink, p50 / p95", "ink", (r) => `${ms(r.delayP50)} / ${ms(r.delayP95)}`, "24 / 27; 141 / 218"],
  ["the same, ink beside 99 cursors", "ink beside 99 cursors", (r) => `${ms(r.delayP50)} / ${ms(r.delayP95)}`, "–"],
  ["select all", "select all and move", (r) => ms(r.selectMs), "674; 991"],
  ["put all down, until exact", "select all and move", (r) => ms(r.dropMs), "–"],
  ["undo that, until exact", "select all and move", (r) => ms(r.undropMs), "–"],
  ["remove all, until exact", "remove all", (r) => ms(r.removeMs), "–"],
  ["undo that, until exact", "remove all", (r) => ms(r.undoMs), "–"],
  ["join: first shapes", "join", (r) => ms(r.firstMs), "–"],
  ["join: view painted", "join", (r) => ms(r.viewMs), "–"],
  ["join: all there", "join", (r) => ms(r.allMs), "–"],
  ["join: longest task", "join", (r) => ms(r.longestTask), "–"],
  ["join: tasks over 50 ms", "join", (r) => `${r.longTasks}`, "–"],
].map(([what, name, text, peers]) => {
  const cells = SHAPES.map((shapes) => cell(newest.get(`${shapes} ${name}`), text));
  return `| ${what} | ${cells.join(" | ")} | ${peers} |`;
});
const memory = SHAPES.map((shapes) => cell(newest.get(`${shapes} join`), (r) => ms(r.pssMb)));
const boot = newest.get("0 boot");

const section = `${BEGIN}
Frames drawn a second by the compositor, from a trace (interval p50 / p95 in ms):

| | ${SHAPES.map((shapes) => shapes.toLocaleString("en")).join(" | ")} | Excalidraw; tldraw at 10,000 |
| --- | --- | --- | --- | --- |
${rows.join("\n")}

Times in ms:

| | ${SHAPES.map((shapes) => shapes.toLocaleString("en")).join(" | ")} | Excalidraw; tldraw at 10,000 |
| --- | --- | --- | --- | --- |
${extra.join("\n")}
| memory of the tab (PSS), MB | ${memory.join(" | ")} | 603; 643 (at 50,000: 2,208; 2,502) |

Boot to an empty board: ${boot ? ms(boot.bootMs) : "–"} ms (Excalidraw 631, tldraw 989).
${END}`;

const before = await readFile(page, "utf8");
const [from, to] = [before.indexOf(BEGIN), before.indexOf(END)];
if (from < 0 || to < from) throw new Error(`${page} has no ${BEGIN} … ${END}`);
await writeFile(page, before.slice(0, from) + section + before.slice(to + END.length));
console.log(section);
