// Arrows that hold shapes, frames, notes, and lines through points.

import { journey } from "../fixtures.mjs";

journey("arrows follow what they hold, on both screens", async (it) => {
  const ada = await (await it.person("ada")).newBoard();
  const ben = await (await it.person("ben")).open(await ada.invite());
  await ada.draw("rectangle", [160, 200], [300, 290]);
  await ada.draw("ellipse", [620, 200], [760, 300]);
  await ada.draw("arrow", [298, 246], [622, 250]);
  await ada.style("route", "elbow");
  await ada.page.keyboard.press("Escape");
  await ben.shapes(3);
  const [place, size] = [[330, 180], [270, 240]];
  const before = await ben.pixels(place, size);
  // By its outline, as it is not filled.
  await ada.down([640, 290]);
  await ada.moveTo([640, 470]);
  await it.picture("moving");
  await ada.up();
  await ben.differs(before, place, size);
  await it.picture("moved");
  await ada.undo();
});

journey("a frame carries what lies in it, and the next node grows by keys", async (it) => {
  const ada = await (await it.person("ada", { scheme: "dark" })).newBoard();
  await ada.draw("rectangle", [240, 240], [380, 320]);
  await ada.page.keyboard.press("Control+ArrowRight");
  await ada.page.keyboard.press("Control+ArrowDown");
  await ada.shapes(5);
  await ada.draw("frame", [200, 160], [760, 620]);
  await ada.page.keyboard.type("Plan");
  await ada.page.keyboard.press("Escape");
  await ada.page.keyboard.press("Escape");
  const [place, size] = [[240, 240], [140, 80]];
  const before = await ada.pixels(place, size);
  await ada.down([200, 400]);
  await ada.moveTo([280, 460]);
  await ada.up();
  await ada.differs(before, place, size);
  await it.picture("framed");
});

journey("notes are written one after the other", async (it) => {
  const ada = await (await it.person("ada")).newBoard();
  const ben = await (await it.person("ben", { device: "phone" })).open(await ada.invite());
  await ada.tool("note");
  await ada.down([300, 300]);
  await ada.up();
  await ada.page.keyboard.type("One thing");
  await ada.page.keyboard.press("Tab");
  await ada.page.keyboard.type("Another");
  await ada.page.keyboard.press("Control+Enter");
  await ada.page.keyboard.type("And one below it, with more words than fit at first");
  await ada.page.keyboard.press("Escape");
  await ben.shapes(3);
  await it.picture("written");
});

journey("a polygon by clicks, a corner more, a label", async (it) => {
  const ada = await (await it.person("ada")).newBoard();
  await ada.tool("polygon");
  for (const point of [[300, 300], [600, 260], [660, 480], [340, 520]]) {
    await ada.down(point);
    await ada.up();
  }
  await ada.page.keyboard.press("Enter");
  await ada.shapes(1);
  await ada.style("fill", "teal");
  await ada.down([450, 280]);
  await ada.moveTo([460, 200]);
  await ada.up();
  await ada.page.keyboard.press("Enter");
  await ada.page.keyboard.type("Field");
  await ada.page.keyboard.press("Escape");
  await it.picture("done");
});
