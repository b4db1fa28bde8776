// What an owner does with links and the name, and what people on the board feel of it.

import assert from "node:assert/strict";

import { journey } from "../fixtures.mjs";
import { eventually } from "../pages/board.mjs";

/** Time enough to open a link and to draw, and less than is waited for its end. */
const LINK_LIVES_MS = 12_000;

/** Makes a link in the owner's dialog and gives its address. */
async function newLink(board, { role = "edit", label = "", password = "" } = {}) {
  const page = board.page;
  await page.getByTestId("invite").click();
  await page.getByTestId("new-link").click();
  const form = page.locator(".links__form");
  await page.getByTestId("link-label").fill(label);
  await form.locator("select").first().selectOption(role);
  await page.getByTestId("link-password").fill(password);
  await page.getByTestId("create-link").click();
  const field = page.getByTestId("links").getByTestId("invite-link");
  await field.waitFor();
  const link = await field.inputValue();
  await page.keyboard.press("Escape");
  await field.waitFor({ state: "hidden" });
  return link;
}

/** The row of a link in the dialog, which it opens. */
async function rowOf(board, label) {
  await board.page.getByTestId("invite").click();
  const row = board.page.getByTestId("links").locator(".links__row").filter({ hasText: label });
  await row.waitFor();
  return row;
}

journey("a withdrawn link sends its people away at once", async (it) => {
  const ada = await (await it.person("ada")).newBoard();
  await ada.draw("rectangle", [300, 250], [480, 380]);
  const ben = await (await it.person("ben")).open(await newLink(ada, { label: "Guests" }));
  await ben.shapes(1);
  const row = await rowOf(ada, "Guests");
  await it.picture("links");
  await row.getByTestId("revoke-link").click();
  await ada.page.getByTestId("confirm-link").click();
  await ben.problem("revoked");
  await row.waitFor({ state: "detached" });
  await ada.page.keyboard.press("Escape");
  await ada.draw("ellipse", [600, 250], [760, 380]);
  await ada.shapes(2);
});

journey("another role is felt without a reload", async (it) => {
  const ada = await (await it.person("ada")).newBoard();
  const ben = await (await it.person("ben")).open(await newLink(ada, { label: "Guests" }));
  await ben.draw("rectangle", [300, 250], [480, 380]);
  await ada.shapes(1);
  const row = await rowOf(ada, "Guests");
  await row.locator("select").selectOption("view");
  await ben.status("read-only");
  await ben.page.locator(".toast", { hasText: "Can view" }).waitFor();
  await eventually(async () => assert.equal(await ben.page.locator(`[data-tool="rectangle"]`).count(), 0, "no tools"));
  await row.locator("select").selectOption("comment");
  await ben.page.getByTestId("status").getByText("Comments only").waitFor();
  await row.locator("select").selectOption("edit");
  await ben.status("saved");
});

journey("links are managed by keys alone, and what fails is said over the dialog", async (it) => {
  const ada = await (await it.person("ada")).newBoard();
  const { page } = ada;
  await newLink(ada, { label: "Guests" });
  const row = await rowOf(ada, "Guests");
  const focused = (selector) => eventually(async () => assert(await page.locator(`${selector}:focus`).count(), selector));
  await row.locator("select").focus();
  await row.locator("select").selectOption("view");
  await focused(".links__row select");
  await row.getByTestId("revoke-link").press("Enter");
  await focused("[role=alertdialog] button");
  await page.keyboard.press("Escape");
  await page.getByRole("alertdialog").waitFor({ state: "detached" });
  await focused(`[data-testid="revoke-link"]`);
  await page.keyboard.press("Enter");
  await focused("[role=alertdialog] button");
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await row.waitFor({ state: "detached" });
  await focused(`[data-testid="links"]`);

  await page.route("**/api/boards/*/links", (route) => route.abort());
  await page.getByTestId("new-link").click();
  await page.getByTestId("create-link").click();
  await page.locator(".toaster:popover-open .toast").waitFor();
  await it.picture("failed");
  await page.keyboard.press("Escape");
  await page.locator("dialog[open]").waitFor({ state: "detached" });
  await focused(`[data-testid="invite"]`);
});

journey("a link with a password opens for who knows it, and stays open for them", async (it) => {
  const ada = await (await it.person("ada")).newBoard();
  await ada.draw("rectangle", [300, 250], [480, 380]);
  const link = await newLink(ada, { label: "Board room", password: "correct horse" });
  const ben = await (await it.person("ben")).open(link, { ready: false });
  await ben.page.getByTestId("unlock").waitFor();
  await it.picture("unlock");
  await ben.page.getByTestId("password").fill("wrong");
  await ben.page.keyboard.press("Enter");
  await eventually(async () => assert.notEqual(await ben.page.getByRole("alert").innerText(), "", "it says so"));
  await ben.page.getByTestId("password").fill("correct horse");
  await ben.page.keyboard.press("Enter");
  await ben.ready();
  await ben.shapes(1);
  await ben.reload();
  await ben.shapes(1);
});

journey("a link that ends says so, to its people and to its owner", async (it) => {
  const ada = await (await it.person("ada")).newBoard();
  // The dialog offers an hour at least: the journey makes it seconds.
  await ada.page.route("**/api/boards/*/links", async (route) => {
    if (route.request().method() !== "POST") return route.continue();
    const wish = { ...route.request().postDataJSON(), expires_at_ms: Date.now() + LINK_LIVES_MS };
    return route.continue({ postData: JSON.stringify(wish) });
  });
  const link = await newLink(ada, { label: "For today" });
  const ben = await (await it.person("ben")).open(link);
  await ben.draw("rectangle", [300, 250], [480, 380]);
  await ada.shapes(1);
  await ben.problem("expired");
  await it.picture("ended");
  await ben.page.reload();
  await ben.problem("expired");
  const row = await rowOf(ada, "For today");
  await row.getByText("Ended").waitFor();
});

journey("a new name is seen by everybody", async (it) => {
  const ada = await (await it.person("ada")).newBoard();
  const ben = await (await it.person("ben")).open(await ada.invite("view"), { ready: false });
  await ben.ready("read-only");
  await ada.page.getByTestId("rename").click();
  await ada.page.getByTestId("title-field").fill("Roadmap 2027");
  await ada.page.keyboard.press("Enter");
  for (const board of [ada, ben]) {
    await eventually(async () => assert.equal(await board.page.getByTestId("board-title").innerText(), "Roadmap 2027"));
  }
  assert.equal(await ben.page.getByTestId("rename").count(), 0, "who only views does not rename");
});

journey("the rows of links stay beside their texts on a phone", async (it) => {
  const ada = await (await it.person("ada", { device: "phone" })).newBoard();
  await ada.page.getByTestId("invite").click();
  await ada.page.getByTestId("links").locator(".links__row").first().waitFor();
  await ada.page.getByTestId("present-person").waitFor();
  await it.picture("share");
  // No two texts or controls of the dialog lie over each other, wherever it is scrolled to.
  const covered = await ada.page.evaluate(() => {
    const dialog = document.querySelector("dialog[open]");
    const leaves = [...dialog.querySelectorAll("h2, h3, p, button, input, select, .links__name, .links__meta, .badge, .avatar")];
    const boxes = leaves.filter((leaf) => leaf.checkVisibility()).map((leaf) => [leaf, leaf.getBoundingClientRect()]);
    const overlap = (one, other) => {
      const across = Math.min(one.right, other.right) - Math.max(one.left, other.left);
      const down = Math.min(one.bottom, other.bottom) - Math.max(one.top, other.top);
      return across > 1 && down > 1;
    };
    const found = [];
    boxes.forEach(([leaf, box], at) => {
      for (const [other, otherBox] of boxes.slice(at + 1)) {
        const isInside = leaf.contains(other) || other.contains(leaf);
        if (!isInside && overlap(box, otherBox)) found.push(`${leaf.outerHTML.slice(0, 80)} / ${other.outerHTML.slice(0, 80)}`);
      }
    });
    return found;
  });
  assert.deepEqual(covered, [], "nothing is covered");
});
