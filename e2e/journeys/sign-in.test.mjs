// People sign in at a provider, and their boards are theirs on every device.

import assert from "node:assert/strict";
import { after } from "node:test";

import { journey, moment } from "../fixtures.mjs";
import { BoardPage, eventually } from "../pages/board.mjs";
import { HomePage } from "../pages/home.mjs";
import { Provider } from "../provider.mjs";

const provider = await Provider.start();
after(() => provider.stop());
const env = { ...provider.env, BOARDWALK_CREATE: "signed-in", BOARDWALK_ADMIN_TOKEN: "correct horse battery" };

/** Signs in on the provider's page, to which a link of the home page has led. */
async function atProvider(page, name) {
  await page.waitForURL((url) => url.origin === provider.issuer);
  await page.getByLabel("Name").fill(name);
  await page.getByRole("button", { name: "Continue" }).click();
  await page.getByTestId("account").waitFor();
}

/**
 * Makes a board that is among those that the home page brings in the same moment: before the server's answer to who makes it,
 * or after. It is gone to and has all of its links.
 */
async function boardAmongOwn({ page }, { comesLast }) {
  const [made, wanted, kept] = [moment(), moment(), moment()];
  await page.route("**/api/boards", async (route) => {
    const response = await route.fetch();
    made.reach();
    await (comesLast ? wanted : kept).reached;
    await route.fulfill({ response });
  });
  await page.route("**/api/session/boards", async (route) => {
    await made.reached;
    await route.continue();
  });
  await page.route("**/api/session/boards/*/key", async (route) => {
    wanted.reach();
    if (comesLast) await kept.reached;
    await route.continue();
  });
  await page.reload();
  await page.getByTestId("account").waitFor();
  await page.getByTestId("new-board").click();
  const board = new BoardPage(page);
  if (comesLast) {
    await board.ready();
    const brought = page.waitForResponse("**/api/session/boards/*/key");
    kept.reach();
    await (await brought).finished();
  } else {
    await cards(page).waitFor();
    kept.reach();
    await board.ready();
  }
  await page.unrouteAll({ behavior: "ignoreErrors" });
  await board.reload();
  await board.invite();
  return board;
}

const cards = (page) => page.getByTestId("board-card");

/** Waits until the home page knows which boards this browser keeps: what makes one stands beside them, or in their place. */
const shelved = (page) => page.getByTestId("new-board").waitFor();

journey("a board belongs to who is signed in, on every device until they sign out", { env, timeout: 120_000 }, async (it) => {
  const desk = await (await it.person("ada", { scheme: "light" })).home();
  await desk.page.getByTestId("sign-in").waitFor();
  await it.picture("signed-out");
  await desk.page.getByTestId("new-board").click();
  const offer = desk.page.getByRole("dialog", { name: "Sign in to make a board" });
  await offer.waitFor();
  await it.picture("refused");
  await offer.getByTestId("sign-in").click();
  await atProvider(desk.page, "Ada Lovelace");
  assert.equal(new URL(desk.page.url()).search, "", "neither code nor state stays in the address");

  const board = await boardAmongOwn(desk, { comesLast: true });
  await board.draw("rectangle", [300, 250], [480, 380]);
  await board.status("saved");
  await board.page.getByTestId("people").click();
  const own = board.page.getByTestId("own-name");
  await eventually(async () => assert.equal(await own.inputValue(), "Ada Lovelace", "her name is the one others see"));
  await board.page.keyboard.press("Escape");
  const invite = await board.invite();
  const ben = await (await it.person("ben")).open(invite);
  await ben.shapes(1);
  await board.page.getByTestId("invite").click();
  const here = board.page.getByTestId("present-person");
  await eventually(async () => assert.equal(await here.count(), 2));
  const marked = here.filter({ has: board.page.getByTestId("signed-in") });
  await eventually(async () => assert.equal(await marked.count(), 1, "who is signed in bears a mark, nobody else"));
  const says = () => marked.getByTestId("signed-in").getAttribute("aria-label");
  await eventually(async () => assert.equal(await says(), "Signed in as Ada Lovelace"));
  await it.picture("mark");
  await board.page.keyboard.press("Escape");

  // Everybody sees who is signed in, as long as they show that name.
  const mark = ben.page.locator(".people-list__others").getByTestId("signed-in");
  await ben.page.getByTestId("people").click();
  await mark.waitFor();
  await it.picture("mark for others");
  await board.comment([600, 300], "Mine");
  await board.page.getByTestId("people").click();
  const asked = ben.page.waitForResponse("**/people/signed-in");
  await board.page.getByTestId("own-name").fill("Bernoulli");
  await board.page.keyboard.press("Tab");
  await mark.waitFor({ state: "detached" });
  // The answer comes while the list is open.
  await asked;
  await board.page.getByTestId("own-name").fill("Ada Lovelace");
  await board.page.keyboard.press("Tab");
  await mark.waitFor();
  await ben.page.keyboard.press("Escape");
  await ben.page.getByTestId("pin").click();
  await ben.page.getByTestId("thread").getByTestId("signed-in").waitFor();
  await it.picture("mark of a comment");

  const phone = await (await it.person("phone", { device: "phone", scheme: "dark" })).home();
  await phone.page.getByTestId("sign-in").click();
  await atProvider(phone.page, "Ada Lovelace");
  await eventually(async () => assert.equal(await cards(phone.page).count(), 1));
  await it.picture("phone");
  await phone.page.getByTestId("account").click();
  await it.picture("menu");
  await phone.page.keyboard.press("Escape");
  await phone.page.getByTestId("recent-board").click();
  const second = new BoardPage(phone.page);
  await second.ready();
  await second.shapes(1);

  await phone.page.goto(it.url);
  await phone.page.getByTestId("account").click();
  await phone.page.getByTestId("sign-out").click();
  await phone.page.getByTestId("sign-in").waitFor();
  await eventually(async () => assert.equal(await cards(phone.page).count(), 0));
  await it.picture("left");
  await phone.page.reload();
  await phone.page.getByTestId("sign-in").waitFor();
  await shelved(phone.page);
  assert.equal(await cards(phone.page).count(), 0);
  await board.page.goto(it.url);
  await board.page.getByTestId("account").waitFor();
  await eventually(async () => assert.equal(await cards(board.page).count(), 1, "the other device stays signed in"));

  const admin = await (await it.person("root")).page("/admin");
  await admin.getByTestId("admin-token").fill("correct horse battery");
  await admin.keyboard.press("Enter");
  await eventually(async () => assert.match(await admin.locator("[data-board]").innerText(), /Owner: Ada Lovelace/));
  await it.picture("administration");
});

journey("a board of the account that was taken out of the list stays out until one signs in anew", { env }, async (it) => {
  const { page } = await (await it.person("ada")).home();
  await page.getByText("Guests need no account").waitFor();
  await page.getByTestId("sign-in").first().click();
  await atProvider(page, "Ada Lovelace");
  await boardAmongOwn(new HomePage(page), { comesLast: false });
  await page.goto(it.url);
  await page.getByTestId("board-menu").click();
  await page.getByTestId("forget-board").click();
  await page.getByText("It belongs to your account").waitFor();
  await it.picture("remove");
  await page.getByTestId("confirm-card").click();
  await eventually(async () => assert.equal(await cards(page).count(), 0));
  const told = page.waitForResponse("**/api/session/boards");
  await page.reload();
  assert.equal((await (await told).json()).boards.length, 1, "it is the account's still");
  await page.getByTestId("account").click();
  await shelved(page);
  assert.equal(await cards(page).count(), 0);
  await page.getByTestId("sign-out").click();
  await page.getByTestId("sign-in").first().click();
  await atProvider(page, "Ada Lovelace");
  await eventually(async () => assert.equal(await cards(page).count(), 1));
});

journey("where nobody signs in the page knows nothing of it", async (it) => {
  const person = await it.person("ada");
  const home = await person.home();
  const asked = [];
  home.page.on("request", (request) => asked.push(new URL(request.url()).pathname));
  await home.page.reload();
  await home.page.getByTestId("new-board").waitFor();
  await home.newBoard();
  assert.equal(await home.page.locator("meta[name=boardwalk-sign-in]").count(), 0);
  assert.deepEqual(asked.filter((path) => /session|sign-in|account/.test(path)), []);
});

journey("a sign-in that fails says so", { env }, async (it) => {
  const page = await (await it.person("ada")).page("/api/sign-in/callback?code=a&state=b");
  await page.getByText("The sign-in did not come to its end.").waitFor();
  assert.equal(new URL(page.url()).hash, "", "the reason does not stay in the address");
  await it.picture("failed-sign-in");
});
