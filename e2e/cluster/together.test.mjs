// The topology of docker-compose.yml: a gateway and two document services on PostgreSQL, given by BOARDWALK_URL.

import { journey } from "../fixtures.mjs";

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
