// The topology of docker-compose.yml with a second gateway: two document services on PostgreSQL, the gateways given by
// BOARDWALK_URL and BOARDWALK_OTHER_URL.

import assert from "node:assert/strict";

import { journey } from "../fixtures.mjs";
import { eventually } from "../pages/board.mjs";

journey("several boards, two people each, on a cluster", async (it) => {
  const boards = [];
  for (const number of [1, 2, 3]) {
    const ada = await (await it.person(`ada ${number}`)).newBoard();
    const ben = await (await it.person(`ben ${number}`)).open(await ada.invite());
    boards.push([ada, ben]);
  }
  for (const [ada, ben] of boards) {
    await ada.draw("rectangle", [300, 250], [480, 380]);
    await ben.shapes(1);
    await ben.draw("ink", [600, 250], [760, 380]);
    await ada.shapes(2);
    await ben.undo();
    await ada.shapes(1);
    await ada.status("saved");
    await ada.reload();
    await ada.shapes(1);
  }
  await it.picture("done");
});

journey("who is here is known behind either gateway, and who is locked out at one is sent away from the other", async (it) => {
  const other = process.env.BOARDWALK_OTHER_URL;
  const ada = await (await it.person("ada")).newBoard();
  const ben = await (await it.person("ben", { origin: other })).open(await ada.invite());
  await ben.draw("rectangle", [300, 250], [480, 380]);
  await ada.shapes(1);
  assert.equal(new URL(ben.page.url()).origin, new URL(other).origin, "ben came by the other gateway");
  await ada.page.getByTestId("invite").click();
  const present = ada.page.getByTestId("present-person");
  await eventually(async () => assert.equal(await present.count(), 2, "people here"));
  await it.picture("here");
  await ada.page.getByTestId("lock-person").click();
  await ada.page.getByTestId("confirm-lock").click();
  await ben.problem("locked-out");
  await eventually(async () => assert.equal(await present.count(), 1, "people left"));
});
