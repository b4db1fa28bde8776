// Two people on one board.

import { journey } from "../fixtures.mjs";

/** Ada with a new board, and Ben, who came by her invite. */
async function two(it) {
  const ada = await (await it.person("ada")).newBoard();
  const ben = await (await it.person("ben")).open(await ada.invite());
  await ada.people(2);
  await ben.people(2);
  return [ada, ben];
}

journey("what one draws the other sees", async (it) => {
  const [ada, ben] = await two(it);
  await ada.draw("rectangle", [300, 250], [480, 380]);
  await ben.shapes(1);
  await ben.draw("ellipse", [600, 250], [760, 380]);
  await ada.shapes(2);
  await ada.draw("arrow", [490, 320], [590, 320]);
  await ben.shapes(3);
  await ada.status("saved");
  await ben.status("saved");
  await it.picture("done");
});

journey("a stroke grows while it is drawn", async (it) => {
  const [ada, ben] = await two(it);
  const [first, second, size] = [[330, 280], [630, 280], [80, 120]];
  const before = [await ben.pixels(first, size), await ben.pixels(second, size)];
  await ada.tool("ink");
  await ada.down([300, 300]);
  await ada.moveTo([450, 380]);
  await ada.moveTo([550, 320]);
  await ben.differs(before[0], first, size);
  await ada.moveTo([750, 380]);
  await ada.moveTo([850, 320]);
  await ben.differs(before[1], second, size);
  await it.picture("before release");
  await ada.up();
  await ben.shapes(1);
});

journey("a shape moves while it is dragged", async (it) => {
  const [ada, ben] = await two(it);
  await ada.draw("rectangle", [300, 300], [400, 400]);
  await ben.shapes(1);
  const [corner, size] = [[590, 290], [60, 60]];
  const before = await ben.pixels(corner, size);
  await ada.tool("select");
  await ada.down([300, 350]);
  await ada.moveTo([600, 350]);
  await ben.differs(before, corner, size);
  await it.picture("before release");
  await ada.up();
  await ada.status("saved");
});

journey("undo takes back one's own changes only", async (it) => {
  const [ada, ben] = await two(it);
  await ada.draw("rectangle", [300, 250], [480, 380]);
  await ben.shapes(1);
  await ben.draw("ellipse", [600, 250], [760, 380]);
  await ada.shapes(2);
  await ada.undo();
  await ada.shapes(1);
  await ben.shapes(1);
  await ada.redo();
  await ben.shapes(2);
  await ben.undo();
  await ada.shapes(1);
  await ben.shapes(1);
});
