// Fifty tabs on one board, one of which stops reading: the others hear everything meanwhile, the server's memory stays
// bounded, and the slow tab has the same board as everybody once it reads again.

import assert from "node:assert/strict";

import { journey } from "../fixtures.mjs";
import { eventually } from "../pages/board.mjs";
import { StockClient } from "../stock-client.mjs";

const TABS = 50;
/** Enough to fill both kernels' buffers of one socket and the board's ring. */
const EDITS = 320;
const EDIT_BYTES = 60_000;
const SHAPE = "much-edited";
/** What a stuck tab may cost the server: the board's ring, its copies in flight, and an allocator's slack. */
const MEMORY_MAX_BYTES = 96 * 1024 * 1024;

// Each stock client hears of the end of the process.
process.setMaxListeners(2 * TABS);

journey("one tab that does not read holds up nobody", async (it) => {
  const answer = await fetch(`${it.url}/api/boards`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: "{}",
  });
  const { id, links } = await answer.json();
  const invite = `${it.url}/b/${id}#key=${links.find(({ role }) => role === "edit").key}`;
  const tabs = await Promise.all(
    Array.from({ length: TABS }, (_, at) => StockClient.join(it.url, invite, `tab ${at}`)),
  );
  const [writer, slow, ...others] = tabs;
  try {
    writer.add(SHAPE, { kind: "rectangle", pos: [0, 0], size: [10, 10] });
    await heardBy([slow, ...others], () => true);
    const quick = await delays(writer, others, 40);

    slow.stopReading();
    const before = it.server.residentBytes();
    const meanwhile = await delays(writer, others, EDITS);
    const grown = it.server.residentBytes() - before;
    assert.notEqual(slow.shapes.get(SHAPE).get("edit"), EDITS - 1, "the slow tab was never slow");
    console.log(`an edit reached all of ${others.length} others: median ${median(quick)} ms without, ${median(meanwhile)} ms`
      + ` beside a stuck tab; the server grew by ${Math.round(grown / 1024)} KiB`);
    assert.ok(grown < MEMORY_MAX_BYTES, `${grown} bytes more`);

    slow.goOnReading();
    await eventually(() => assert.deepEqual(slow.shapes.toJSON(), writer.shapes.toJSON()));
  } finally {
    tabs.forEach((tab) => tab.leave());
  }
});

/** Makes `count` edits, each when all `readers` have the one before; says how long each took, in milliseconds. */
async function delays(writer, readers, count) {
  const taken = [];
  for (let edit = 0; edit < count; edit += 1) {
    const since = performance.now();
    const heard = heardBy(readers, (shape) => shape.get("edit") === edit);
    const text = `${edit}`.padEnd(EDIT_BYTES, "x");
    const shape = writer.shapes.get(SHAPE);
    writer.doc.transact(() => {
      shape.set("edit", edit);
      shape.set("text", text);
    });
    await heard;
    taken.push(performance.now() - since);
  }
  return taken;
}

/** Resolves when `holds` of the shape at all of `readers`. */
function heardBy(readers, holds) {
  const heard = ({ doc, shapes }) =>
    new Promise((resolve) => {
      const look = () => {
        if (!shapes.has(SHAPE) || !holds(shapes.get(SHAPE))) return;
        doc.off("update", look);
        resolve();
      };
      doc.on("update", look);
      look();
    });
  return Promise.all(readers.map(heard));
}

function median(numbers) {
  return numbers.toSorted((one, next) => one - next)[numbers.length >> 1].toFixed(1);
}
