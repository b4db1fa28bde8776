// Who is here, and who may not be: what an owner sees of people and does about them.

import assert from "node:assert/strict";

import { journey } from "../fixtures.mjs";
import { eventually } from "../pages/board.mjs";
import { asAwareness, connect } from "../raw-client.mjs";

journey("an owner locks somebody out, whatever link they have, and lets them in again", async (it) => {
  const ada = await (await it.person("ada")).newBoard();
  const [edit, view] = [await ada.invite("edit"), await ada.invite("view")];
  const mallory = await it.person("mallory", { scheme: "dark" });
  const guest = await mallory.open(edit);
  await guest.draw("rectangle", [300, 250], [480, 380]);
  await ada.shapes(1);
  await ada.page.getByTestId("invite").click();
  const present = ada.page.getByTestId("present-person");
  await eventually(async () => assert.equal(await present.count(), 2, "people here"));
  await it.picture("here now");
  await ada.page.getByTestId("lock-person").click();
  await ada.page.getByTestId("confirm-lock").click();
  await guest.problem("locked-out");
  await ada.page.getByTestId("locked-person").waitFor();
  await it.picture("locked out");
  const again = await mallory.open(view, { ready: false });
  await again.problem("locked-out");
  const ben = await (await it.person("ben")).open(edit);
  await ben.shapes(1);
  await ada.page.getByTestId("locked-person").getByRole("button").click();
  await ada.page.getByTestId("locked-person").waitFor({ state: "detached" });
  await (await mallory.open(edit)).shapes(1);
});

journey("who has said goodbye leaves the open list once their connection has ended", async (it) => {
  const ada = await (await it.person("ada")).newBoard();
  const link = new URL(await ada.invite("edit"));
  await ada.page.getByTestId("invite").click();
  const others = ada.page.getByTestId("present-person").filter({ hasNotText: "You" }).locator(".links__name");
  const here = (expected) => eventually(async () => assert.deepEqual(await others.allInnerTexts(), expected));
  await here([]);
  const guest = await connect(it.url, ada.id, link.hash.replace("#key=", ""));
  guest.send(asAwareness(7, 1, { user: { name: "Bo" } }));
  await here(["Bo"]);
  guest.send(asAwareness(7, 2, null));
  await here(["Somebody without a name"]);
  guest.close();
  await here([]);
});

journey("a person in two windows, by two links, has a name in both rows of the list", async (it) => {
  const ada = await (await it.person("ada")).newBoard();
  const [edit, view] = [await ada.invite("edit"), await ada.invite("view")];
  const ben = await it.person("ben");
  // The stronger link is kept: who opened it first would come by it again.
  await (await ben.open(view, { ready: false })).ready("read-only");
  await ben.open(edit);
  await ada.page.getByTestId("invite").click();
  const names = ada.page.getByTestId("present-person").filter({ hasNotText: "You" }).locator(".links__name");
  await eventually(async () => {
    const [first, second, ...more] = await names.allInnerTexts();
    assert(first === second && more.length === 0 && first !== "Somebody without a name", "one name in two rows");
  });
  await ada.people(2);
});

journey("a link is shown as a code, and one just made can be copied from the list at once", async (it) => {
  const ada = await (await it.person("ada", { device: "phone", scheme: "dark" })).newBoard();
  const { page } = ada;
  await page.getByTestId("invite").click();
  await page.getByTestId("show-qr").first().click();
  await page.locator(".qr").waitFor();
  await it.picture("qr");
  await page.getByTestId("new-link").click();
  await page.getByTestId("link-label").fill("Guests");
  await page.getByTestId("create-link").click();
  const row = page.locator(".links__row").filter({ hasText: "Guests" });
  await row.getByRole("button", { name: "Copy" }).waitFor();
  await page.keyboard.press("Escape");
  await page.getByTestId("invite").click();
  await row.getByRole("button", { name: "Copy" }).waitFor();
});
