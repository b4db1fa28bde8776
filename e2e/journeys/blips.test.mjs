// What people say and choose while the server is away for a moment, or in two tabs at once: nothing is lost, or said twice.

import assert from "node:assert/strict";

import { journey } from "../fixtures.mjs";
import { eventually } from "../pages/board.mjs";

const own = (board) => board.page.getByTestId("private-note").locator("textarea");

journey("comments that are being written outlive the server's absence, and are said once", async (it) => {
  const ada = await (await it.person("ada")).newBoard();
  await ada.comment([500, 350], "First");
  const field = ada.page.getByTestId("comment-text");
  await field.fill("half a thought");
  await it.server.stop("SIGKILL");
  await ada.page.getByTestId("comments-offline").waitFor();
  await field.press("Enter");
  assert.equal(await field.inputValue(), "half a thought", "it waits where it was written");
  await ada.page.keyboard.press("Escape");

  // A thread can be begun, too; the press of the moment in which nobody noticed yet is no different.
  await ada.page.keyboard.press("c");
  await ada.down([800, 500]);
  await ada.up();
  await field.fill("another thread");
  await it.picture("offline");
  await it.server.resume();
  await ada.status("saved");
  await ada.page.route("**/comments", (route) => (route.request().method() === "POST" ? route.abort() : route.continue()));
  await field.press("Enter");
  await eventually(async () => assert.equal(await field.inputValue(), "another thread", "what was not sent is back"));
  await ada.page.unroute("**/comments");
  await field.press("Enter");
  await ada.page.getByTestId("comment").getByText("another thread").waitFor();
  await ada.page.keyboard.press("Escape");

  // What arrived though nobody answered is not offered again.
  await ada.page.getByTestId("pin").first().click();
  await eventually(async () => assert.equal(await field.inputValue(), "half a thought", "a closed card keeps what was written"));
  await ada.page.route("**/comments/*", async (route) => {
    if (route.request().method() !== "POST") return route.continue();
    await route.fetch();
    return route.abort();
  });
  await field.press("Enter");
  await ada.page.getByTestId("comment").getByText("half a thought").waitFor();
  await eventually(async () => assert.equal(await field.inputValue(), "", "it is said already"));
  assert.equal(await ada.page.getByTestId("comment").count(), 2);
});

journey("private notes keep what is typed while the server is away", async (it) => {
  const ada = await (await it.person("ada")).newBoard();
  const ben = await (await it.person("ben", { scheme: "dark" })).open(await ada.invite("edit"));
  await ada.page.getByTestId("facilitate").click();
  await ada.page.getByTestId("begin-private").click();
  await ben.page.getByTestId("private-round").waitFor();
  await ben.page.keyboard.press("n");
  await ben.down([800, 300]);
  await ben.up();
  await own(ben).fill("Before");
  await ada.page.getByTestId("hidden-note").waitFor();
  await it.server.stop("SIGKILL");
  await own(ben).fill("Before, and after");
  await ben.page.locator(".toast").first().waitFor();
  await it.server.resume();
  for (const board of [ada, ben]) await board.status("saved");
  assert.equal(await own(ben).inputValue(), "Before, and after");
  await ada.page.getByTestId("reveal").click();
  for (const board of [ada, ben]) await board.shapes(1);
  await ada.page.keyboard.press("Control+f");
  await ada.page.getByTestId("find").fill("and after");
  await eventually(async () => assert.match(await ada.page.getByTestId("find-count").innerText(), /1 of 1/));
});

journey("somebody's votes are the same in their two tabs, and a shape that goes takes its mark along", async (it) => {
  const ada = await (await it.person("ada")).newBoard();
  await ada.draw("rectangle", [300, 300], [450, 420]);
  await ada.draw("ellipse", [600, 300], [750, 420]);
  const again = await ada.page.context().newPage();
  await again.goto(ada.page.url());
  await again.locator(`[data-testid="status"][data-status="saved"]`).waitFor({ state: "attached" });
  await ada.page.bringToFront();
  await ada.page.keyboard.press("Control+a");
  await ada.page.getByTestId("facilitate").click();
  await ada.page.locator(`[data-budget="3"]`).click();
  const votes = async (page, expected) =>
    eventually(async () => assert.deepEqual(await page.getByTestId("mark").allInnerTexts(), expected));
  await votes(again, ["0", "0"]);
  await ada.page.getByTestId("mark").first().click();
  for (const page of [ada.page, again]) await votes(page, ["1", "0"]);
  await again.getByTestId("mark").last().click();
  for (const page of [ada.page, again]) await votes(page, ["1", "1"]);

  await ada.page.keyboard.press("Escape");
  await ada.page.keyboard.press("Escape");
  await ada.down([300, 360]);
  await ada.up();
  await ada.page.keyboard.press("Delete");
  await ada.shapes(1);
  await eventually(async () => assert.equal(await ada.page.locator(".vote-mark:visible").count(), 1, "one mark"));
  await it.picture("votes");
});
