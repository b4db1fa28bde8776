// Whoever runs the server looks at its boards, deletes one and takes it back; on a desk and on a phone.

import assert from "node:assert/strict";

import { journey } from "../fixtures.mjs";
import { eventually } from "../pages/board.mjs";

const TOKEN = "correct horse battery";
const env = { BOARDWALK_ADMIN_TOKEN: TOKEN, BOARDWALK_MAX_BOARDS: "40", BOARDWALK_BOARD_MIB: "64" };

/** Opens the administration and shows it the token. */
async function administration(person, token = TOKEN) {
  const page = await person.page("/admin");
  await page.getByTestId("admin-token").fill(token);
  await page.keyboard.press("Enter");
  return page;
}

for (const device of ["desktop", "phone"]) {
  for (const scheme of ["light", "dark"]) {
    journey(`boards are administered on a ${device} in the ${scheme}`, { env }, async (it) => {
      const ada = await (await it.person("ada")).newBoard();
      await ada.draw("rectangle", [300, 250], [480, 380]);
      await ada.status("saved");
      const titles = ["Roadmap 2027", "<b>Retro</b>", "Kitchen of a very long title that has to be broken somewhere"];
      for (const title of [...titles, ""]) {
        const made = await fetch(new URL("/api/boards", it.url), {
          method: "POST",
          headers: { "content-type": "application/json" },
          body: JSON.stringify({ title }),
        });
        assert.equal(made.status, 201);
      }
      const page = await administration(await it.person("root", { device, scheme }));
      const rows = page.locator("[data-board]");
      await eventually(async () => assert.equal(await rows.count(), 5));
      await page.getByTestId("admin-token").waitFor({ state: "hidden" });
      await it.picture("list");
      const width = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      assert(width <= 0, `the page is ${width} pixels wider than the screen`);

      await page.getByTestId("search").fill("retro");
      await eventually(async () => assert.equal(await rows.count(), 1));
      await eventually(async () => assert.match(await rows.first().innerText(), /<b>Retro<\/b>/, "a title is text"));
      await page.getByTestId("search").fill("");
      await eventually(async () => assert.equal(await rows.count(), 5));
      // Another order makes the rows anew: what is pressed is one of them.
      const former = await rows.first().elementHandle();
      await page.getByTestId("sort").selectOption("people");
      await former.waitForElementState("hidden");
      await eventually(async () => assert.match(await rows.first().innerText(), new RegExp(ada.id)));

      await rows.first().getByRole("button").click();
      await it.picture("asking");
      await page.getByTestId("confirm").click();
      await ada.status("refused");
      await eventually(async () => assert.equal(await rows.count(), 4));
      await page.getByTestId("bin").selectOption("true");
      await eventually(async () => assert.equal(await rows.count(), 1));
      await rows.first().getByRole("button").click();
      await eventually(async () => assert.equal(await rows.count(), 0));
      await ada.page.reload();
      await ada.ready();
      await ada.shapes(1);
    });
  }
}

for (const [device, scheme] of [["desktop", "light"], ["phone", "dark"]]) {
  journey(`limits are changed on a ${device}, within those of the flags`, { env }, async (it) => {
    const page = await administration(await it.person("root", { device, scheme }));
    await page.getByTestId("bound").click();
    const field = (name) => page.locator(`[data-bound="${name}"]`);
    await page.locator("#bounds").waitFor();
    assert.equal(await field("boards").inputValue(), "", "as the server was started");
    await it.picture("limits");
    await field("boards").fill("41");
    await page.getByTestId("save-bounds").click();
    assert(await field("boards").evaluate((input) => !input.validity.valid), "beyond the flag");
    await field("boards").fill("1");
    await field("board_bytes").fill("0.5");
    await page.getByTestId("save-bounds").click();
    await page.locator("#bounds").waitFor({ state: "hidden" });
    await eventually(async () => assert.match(await page.getByTestId("figures").innerText(), /512\s*KiB/));
    await it.picture("limited");
    const make = () => fetch(new URL("/api/boards", it.url), { method: "POST" });
    assert.equal((await make()).status, 201);
    assert.equal((await make()).status, 507, "no second board");
    await page.getByTestId("bound").click();
    await page.locator("#bounds").waitFor();
    assert.equal(await field("board_bytes").inputValue(), "0.5");
    await field("boards").fill("");
    await page.getByTestId("save-bounds").click();
    await page.locator("#bounds").waitFor({ state: "hidden" });
    assert.equal((await make()).status, 201);
  });
}

journey("a wrong token opens nothing, and every word is in both languages", { env }, async (it) => {
  const page = await administration(await it.person("mallory"), "wrong horse battery");
  await page.getByTestId("notice").waitFor();
  await page.getByTestId("notice").filter({ hasText: "not this server's admin token" }).waitFor();
  assert.equal(await page.locator("[data-board]").count(), 0);
  const words = async (language) => {
    const answer = await fetch(new URL(`/admin/words.${language}.json`, it.url));
    return answer.json();
  };
  const [english, german] = [await words("en"), await words("de")];
  assert.deepEqual(Object.keys(english).sort(), Object.keys(german).sort());
  const used = await page.locator("[data-word]").evaluateAll((all) => all.map(({ dataset }) => dataset.word));
  for (const word of used) assert(english[word], word);
});
