// A presentation that others are taken along to, and where people are on the map.

import assert from "node:assert/strict";

import { journey } from "../fixtures.mjs";
import { eventually } from "../pages/board.mjs";

const EVERYTHING = [[200, 150], [1000, 500]];

const settled = (board) => board.settled(...EVERYTHING);

/** The picture of an element: how often each colour is there, as "r,g,b", the most frequent first. */
async function colours(page, element) {
  const png = (await element.screenshot({ animations: "disabled" })).toString("base64");
  return page.evaluate(async (base64) => {
    const image = new Image();
    image.src = `data:image/png;base64,${base64}`;
    await image.decode();
    const canvas = Object.assign(document.createElement("canvas"), { width: image.width, height: image.height });
    const context = canvas.getContext("2d");
    context.drawImage(image, 0, 0);
    const { data } = context.getImageData(0, 0, image.width, image.height);
    const counts = new Map();
    for (let at = 0; at < data.length; at += 4) {
      const colour = data.slice(at, at + 3).join(",");
      counts.set(colour, (counts.get(colour) ?? 0) + 1);
    }
    return [...counts].sort(([, one], [, other]) => other - one).map(([colour]) => colour);
  }, png);
}

/** Looks at a place from so near that all else is out of view. */
async function closeUp(board, [x, y]) {
  await board.page.mouse.move(x, y);
  await board.page.keyboard.down("Control");
  for (let step = 0; step < 6; step += 1) await board.page.mouse.wheel(0, -200);
  await board.page.keyboard.up("Control");
}

async function showMap(board) {
  await board.page.getByTestId("zoom-menu").click();
  await board.page.locator(`.popover__panel [data-command="toggle-map"]`).click();
  await board.page.keyboard.press("Escape");
  const map = board.page.getByTestId("map");
  await map.waitFor();
  return map;
}

journey("a presenter takes everybody along, and what others have selected is not outlined there", async (it) => {
  const ada = await (await it.person("ada")).newBoard();
  await ada.draw("frame", [300, 200], [600, 400]);
  await ada.page.keyboard.press("Escape");
  await ada.draw("frame", [700, 200], [1000, 400]);
  await ada.page.keyboard.press("Escape");
  await ada.draw("ellipse", [800, 250], [900, 350]);
  await ada.page.keyboard.press("Escape");
  const ben = await (await it.person("ben", { scheme: "dark" })).open(await ada.invite());
  const cleo = await (await it.person("cleo", { device: "phone" })).open(await ada.invite("view"), { ready: false });
  await cleo.ready("read-only");
  const dora = await (await it.person("dora")).open(await ada.invite("view"), { ready: false });
  await dora.ready("read-only");
  for (const board of [ben, cleo, dora]) await board.shapes(3);
  await ada.people(4);

  // Dora does not present: she sees that Ben selects, and so Ada has heard of it, too.
  const unselected = await settled(dora);
  await ben.page.keyboard.press("Control+a");
  await dora.differs(unselected, ...EVERYTHING);
  await ada.page.keyboard.press("Alt+Shift+P");
  const bar = ada.page.getByTestId("presentation");
  await bar.getByText("1 of 2").waitFor();
  const presented = await settled(ada);
  const selected = await settled(dora);
  await ben.page.keyboard.press("Escape");
  await dora.differs(selected, ...EVERYTHING);
  assert(presented.equals(await settled(ada)), "nothing of it was to be seen in the presentation");
  await it.picture("presented");

  await ada.page.getByTestId("spotlight").click();
  for (const board of [ben, cleo, dora]) await board.page.getByTestId("following").waitFor();
  const first = await settled(ben);
  await ada.page.keyboard.press("ArrowRight");
  await bar.getByText("2 of 2").waitFor();
  await ben.differs(first, ...EVERYTHING);
  await it.picture("spotlight");
  await ada.page.getByTestId("spotlight").click();
  for (const board of [ben, cleo, dora]) await board.page.getByTestId("following").waitFor({ state: "detached" });
  await ada.page.keyboard.press("Escape");
  await bar.waitFor({ state: "detached" });
});

journey("the map shows what others have in view, and keeps its colours where all is in view", async (it) => {
  const ada = await (await it.person("ada")).newBoard();
  await ada.draw("rectangle", [300, 250], [480, 380]);
  await ada.draw("ellipse", [900, 500], [1050, 650]);
  await ada.page.keyboard.press("Escape");
  const map = await showMap(ada);
  await eventually(async () => assert((await colours(ada.page, map)).length > 3, "the board is on the map"));
  await it.picture("all in view");
  const [paper] = await colours(ada.page, map);
  await closeUp(ada, [400, 300]);
  await eventually(async () => {
    const [most, next] = await colours(ada.page, map);
    assert([most, next].includes(paper), "the map has the same paper around a small view");
    assert.notEqual(most, next);
  });

  const ben = await (await it.person("ben", { scheme: "dark" })).open(await ada.invite());
  // A colour that nothing else on the map has.
  await ben.page.evaluate((red) => localStorage.setItem("boardwalk.cursor", red), "1");
  const address = ben.page.url();
  await ben.page.goto("about:blank");
  await ada.people(1);
  await ben.page.goto(address);
  await ben.ready();
  await ben.shapes(2);
  await ada.people(2);
  await closeUp(ben, [1000, 600]);
  const colour = await ada.page.locator(`[data-testid="people"] [data-self="false"]`).evaluate((avatar) => {
    return getComputedStyle(avatar).getPropertyValue("--avatar");
  });
  const [red, green, blue] = [1, 3, 5].map((at) => Number.parseInt(colour.trim().slice(at, at + 2), 16));
  const isNear = (other) => {
    const [r, g, b] = other.split(",").map(Number);
    return Math.hypot(r - red, g - green, b - blue) < 90;
  };
  const outline = async () => (await colours(ada.page, map)).filter(isNear).length;
  await eventually(async () => assert((await outline()) > 0, `an outline in ${colour}`));
  await it.picture("others on the map");
  await ben.page.close();
  await ada.people(1);
  await eventually(async () => assert.equal(await outline(), 0, "who has gone looks at nothing"));
});
