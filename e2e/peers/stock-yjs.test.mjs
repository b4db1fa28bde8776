// A stock Yjs client and a page on one board: each sees what the other does.

import assert from "node:assert/strict";

import { journey } from "../fixtures.mjs";
import { eventually } from "../pages/board.mjs";
import { StockClient } from "../stock-client.mjs";

journey("a stock Yjs client is a citizen", async (it) => {
  const ada = await (await it.person("ada")).newBoard();
  await ada.draw("rectangle", [300, 250], [480, 380]);
  await ada.status("saved");

  const script = await StockClient.join(it.url, await ada.invite(), "a script");
  try {
    const [rectangle] = script.read();
    console.log("read:", JSON.stringify(rectangle));
    assert.equal(rectangle.kind, "rectangle");
    assert.deepEqual(rectangle.size, [180, 130]);
    await ada.people(2);

    script.add("scripted-ellipse", { kind: "ellipse", pos: [600, 250], size: [160, 130] });
    await ada.shapes(2);
    await it.picture("both");

    await ada.draw("diamond", [300, 450], [480, 580]);
    await eventually(() => assert.equal(script.shapes.size, 3));
    await ada.status("saved");
  } finally {
    script.leave();
  }
  await ada.people(1);
  await ada.reload();
  await ada.shapes(3);
});
