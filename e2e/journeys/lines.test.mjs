// Elbows around what is in their way, kinds that are changed in place, large selections that are stretched and turned.

import assert from "node:assert/strict";

import { journey } from "../fixtures.mjs";
import { eventually } from "../pages/board.mjs";

for (const scheme of ["light", "dark"]) {
  journey(`an elbow goes around what is put in its way, in the ${scheme}`, async (it) => {
    const ada = await (await it.person("ada", { scheme })).newBoard();
    const ben = await (await it.person("ben")).open(await ada.invite());
    await ada.draw("rectangle", [160, 300], [300, 390]);
    await ada.draw("rectangle", [820, 300], [960, 390]);
    await ada.draw("ellipse", [500, 520], [620, 620]);
    await ada.style("fill", "blue");
    await ada.draw("arrow", [230, 345], [890, 345]);
    await ada.style("route", "elbow");
    await ada.page.keyboard.press("Escape");
    await ben.shapes(4);
    const [place, size] = [[440, 220], [240, 130]];
    const before = await ben.pixels(place, size);
    await ada.down([560, 570]);
    await ada.moveTo([560, 450]);
    await ada.moveTo([560, 350]);
    await it.picture("in-the-way");
    await ada.up();
    await ben.differs(before, place, size);
    await it.picture("around");
    // Its first stretch steps aside.
    await ada.page.keyboard.press("Escape");
    await ada.down([400, 345]);
    await ada.up();
    await ada.moveTo([400, 345]);
    await ada.down([400, 345]);
    await ada.moveTo([400, 250]);
    await ada.up();
    await it.picture("stepped-aside");
    await ada.status("saved");
  });
}

/** What is in the hand is blended onto the board as a sheet, in steps of eight bits. */
const BLEND_LEVELS = 6;

journey("a polygon is opened, closed and becomes an arrow; a rectangle becomes a frame", async (it) => {
  const ada = await (await it.person("ada")).newBoard();
  await ada.tool("polygon");
  for (const point of [[300, 300], [600, 260], [660, 480], [340, 520]]) {
    await ada.down(point);
    await ada.up();
  }
  await ada.page.keyboard.press("Enter");
  await ada.shapes(1);
  const kinds = () => ada.page.locator(".kinds [data-kind]").evaluateAll((all) => all.map((one) => one.dataset.kind));
  const become = async (kind) => ada.page.locator(`.kinds [data-kind="${kind}"]`).click();
  await eventually(async () => assert.deepEqual(await kinds(), ["line", "arrow", "polygon"]));
  const [place, size] = [[300, 340], [60, 140]];
  const closed = await ada.settled(place, size);
  await become("arrow");
  await ada.differs(closed, place, size);
  await it.picture("opened");
  await ada.undo();
  await eventually(async () => assert(closed.equals(await ada.pixels(place, size)), "closed again"));
  await ada.page.keyboard.press("Escape");
  await ada.draw("ellipse", [760, 340], [860, 420]);
  await ada.style("fill", "teal");
  await ada.draw("rectangle", [720, 260], [980, 520]);
  await become("frame");
  await ada.status("saved");
  await it.picture("framed");
  await ada.page.keyboard.press("Alt+f");
  await ada.page.locator(`[data-slide="1"]`).waitFor();
});

for (const scheme of ["light", "dark"]) {
  journey(`a hundred shapes are stretched and turned in the hand, in the ${scheme}`, async (it) => {
    const ada = await (await it.person("ada", { scheme })).newBoard();
    const shapes = Array.from({ length: 120 }, (_, at) => ({
      kind: at % 3 ? "rectangle" : "ellipse",
      pos: [(at % 15) * 60, Math.floor(at / 15) * 60],
      size: [40, 40],
      text: at % 7 ? "" : "ab",
      style: { fill: ["red", "teal", "blue"][at % 3] },
    }));
    const text = JSON.stringify({ boardwalk: 1, shapes });
    await ada.paste({ "text/plain": text });
    await ada.shapes(120);
    // They lie in the middle of the view, selected.
    const { width, height } = await ada.canvas.boundingBox();
    const [x0, y0, x1, y1] = [width / 2 - 440, height / 2 - 230, width / 2 + 440, height / 2 + 230];
    await exact(ada);
    await it.picture("selected");
    await ada.down([x1, y1]);
    await ada.moveTo([x1 - 400, y1 - 40]);
    await exact(ada);
    await it.picture("stretched-in-the-hand");
    // Between the handles.
    const [place, size] = [[x0 + 10, y0 + 10], [200, 150]];
    const held = await ada.settled(place, size);
    await ada.up();
    await ada.status("saved");
    await exact(ada);
    await it.picture("stretched");
    await eventually(async () => {
      const apart = await farthestApart(ada.page, held, await ada.settled(place, size));
      assert(apart <= BLEND_LEVELS, `what was shown in the hand is what came of it, but for ${apart} levels`);
    });
    await ada.undo();
    await ada.down([width / 2, y0 - 24]);
    await ada.moveTo([width / 2 + 180, y0 - 10]);
    await it.picture("turning");
    await exact(ada);
    await ada.up();
    await ada.status("saved");
    await exact(ada);
    await it.picture("turned");
  });
}

/** By how many levels of a colour two pictures of one size differ where they do so most. */
async function farthestApart(page, ...pictures) {
  return page.evaluate(async (pictures) => {
    const levels = async (base64) => {
      const image = new Image();
      image.src = `data:image/png;base64,${base64}`;
      await image.decode();
      const canvas = new OffscreenCanvas(image.width, image.height).getContext("2d");
      canvas.drawImage(image, 0, 0);
      return canvas.getImageData(0, 0, image.width, image.height).data;
    };
    const [one, other] = await Promise.all(pictures.map(levels));
    return one.reduce((most, level, at) => Math.max(most, Math.abs(level - other[at])), 0);
  }, pictures.map((picture) => picture.toString("base64")));
}

/** Waits until every pixel is as the board is, or would be if the hand let go. */
async function exact(ada) {
  await ada.page.locator(`[data-testid="board-canvas"][data-picture="exact"]`).waitFor({ state: "attached" });
}
