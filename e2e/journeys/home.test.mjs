// The boards of one browser: found again, named, copied, thrown away and brought to another device.

import assert from "node:assert/strict";

import { journey, moment } from "../fixtures.mjs";
import { eventually } from "../pages/board.mjs";

/** Makes a board with something on it, calls it so, and goes home. */
async function boardCalled(board, title) {
  await board.page.getByTestId("rename").click();
  await board.page.getByTestId("title-field").fill(title);
  await board.page.keyboard.press("Enter");
  // The field makes room once the server has the name.
  await board.page.getByTestId("rename").filter({ hasText: title }).waitFor();
  await board.draw("rectangle", [300, 250], [520, 400]);
  await board.ready();
}

const card = (page, title) => page.getByTestId("board-card").filter({ hasText: title });

async function cardCount(page, count) {
  await eventually(async () => assert.equal(await page.getByTestId("board-card").count(), count, "cards"));
}

/** Opens a card's menu and presses an entry. */
async function choose(page, title, entry) {
  await card(page, title).hover();
  await card(page, title).getByTestId("board-menu").click();
  await page.getByTestId(entry).click();
}

journey("boards are found, starred, named, copied, thrown away and taken out again", async (it) => {
  const ada = await it.person("ada");
  const board = await ada.newBoard();
  await boardCalled(board, "Roadmap");
  const { page } = await ada.home();
  await card(page, "Roadmap").locator("img").waitFor();
  await it.picture("cards");

  await choose(page, "Roadmap", "rename-board");
  await page.getByTestId("card-name").fill("Roadmap 2027");
  // A menu that is open when the server answers stays open.
  const opened = moment();
  await page.route("**/api/boards/*", async (route) => {
    if (route.request().method() === "PATCH") await opened.reached;
    await route.continue();
  });
  await page.keyboard.press("Enter");
  await card(page, "Roadmap").hover();
  await card(page, "Roadmap").getByTestId("board-menu").click();
  await page.getByTestId("rename-board").focus();
  opened.reach();
  await card(page, "Roadmap 2027").waitFor();
  await page.locator(`[data-testid="rename-board"]:focus`).waitFor();
  await page.keyboard.press("Escape");
  await page.getByTestId("rename-board").waitFor({ state: "detached" });
  await eventually(async () => assert.equal(await board.page.getByTestId("board-title").innerText(), "Roadmap 2027"));

  await choose(page, "Roadmap 2027", "duplicate-board");
  const copy = card(page, "Copy of Roadmap 2027");
  await copy.locator("img").waitFor();
  await copy.hover();
  await copy.getByTestId("star-board").click();
  await page.getByRole("button", { name: "Starred" }).click();
  await card(page, "Roadmap 2027").nth(1).waitFor({ state: "detached" });
  await cardCount(page, 1);
  await page.getByRole("button", { name: "All", exact: true }).click();

  await choose(page, "Copy of", "folder-board");
  await page.getByTestId("card-name").fill("Work");
  await page.keyboard.press("Enter");
  await page.getByRole("button", { name: "Work" }).waitFor();
  await page.getByTestId("search-boards").fill("copy");
  await cardCount(page, 1);
  await page.getByTestId("search-boards").fill("no such board");
  await page.locator(".empty").waitFor();
  await it.picture("nothing found");
  await page.getByTestId("search-boards").fill("");

  await choose(page, "Copy of", "delete-board");
  await page.getByTestId("confirm-card").click();
  await cardCount(page, 1);
  await page.getByRole("button", { name: "Bin" }).click();
  await card(page, "Copy of").waitFor();
  await it.picture("bin");
  await choose(page, "Copy of", "restore-board");
  await card(page, "Copy of").waitFor({ state: "detached" });
  await page.getByRole("button", { name: "All", exact: true }).click();
  await choose(page, "Copy of", "delete-board");
  await page.getByTestId("confirm-card").click();
  await page.getByRole("button", { name: "Bin" }).click();
  await choose(page, "Copy of", "purge-board");
  await page.getByTestId("confirm-card").click();
  await page.locator(".empty").waitFor();
});

journey("a recovery link brings the boards to another device, and ends when it is withdrawn", async (it) => {
  const ada = await it.person("ada");
  await boardCalled(await ada.newBoard(), "Garden");
  const { page } = await ada.home();
  await page.getByTestId("move-away").click();
  await page.getByTestId("make-recovery").click();
  const field = page.getByTestId("invite-link");
  await eventually(async () => assert.match(await field.inputValue(), /#key=./, "a recovery link"));
  const link = await field.inputValue();
  await it.picture("recovery link");

  const phone = await it.person("phone", { device: "phone", scheme: "dark" });
  const { page: other } = await phone.home();
  await other.goto(link);
  await other.getByTestId("adopt-boards").waitFor();
  await eventually(() => assert.ok(!other.url().includes("key="), "the secret has left the address"));
  await it.picture("recover");
  await other.getByTestId("adopt-boards").click();
  await card(other, "Garden").locator("img").waitFor();
  await it.picture("recovered");
  const role = () => card(other, "Garden").locator(".badge").getAttribute("data-role");
  await eventually(async () => assert.equal(await role(), "owner"));

  await page.getByTestId("withdraw-recovery").click();
  await page.getByTestId("make-recovery").waitFor();
  const { page: late } = await (await it.person("late")).home();
  await late.goto(link);
  await late.getByText("opens nothing").waitFor();
});
