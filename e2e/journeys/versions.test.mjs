// What the board looked like before: kept, looked at, gone back to, copied.

import assert from "node:assert/strict";

import { journey } from "../fixtures.mjs";

journey("a version is kept, looked at and gone back to, and undo takes that back", async (it) => {
  const ada = await (await it.person("ada")).newBoard();
  const { page } = ada;
  await ada.draw("rectangle", [300, 250], [480, 380]);
  await ada.draw("ellipse", [300, 450], [480, 580]);
  await ada.ready();
  await page.getByTestId("menu").click();
  await page.getByTestId("show-versions").click();
  await page.getByTestId("keep-version").getByRole("textbox").fill("Two shapes");
  await page.keyboard.press("Enter");
  const named = page.getByTestId("version").filter({ hasText: "Two shapes" });
  await named.locator("img").waitFor();
  await page.getByTestId("versions").getByRole("button", { name: "Close" }).click();

  const ben = await (await it.person("ben", { scheme: "dark" })).open(await ada.invite("edit"));
  await page.keyboard.press("Escape");
  await ada.draw("diamond", [600, 250], [760, 380]);
  await ada.shapes(3);
  await page.getByTestId("menu").click();
  await page.getByTestId("show-versions").click();
  await page.getByTestId("keep-version").getByRole("textbox").fill("Three shapes");
  await page.keyboard.press("Enter");
  await page.getByTestId("version").filter({ hasText: "Three shapes" }).click();
  await page.getByTestId("preview").waitFor();
  assert.match(await page.getByTestId("changes").innerText(), /1 added, 0 changed, 0 removed/);
  await named.click();
  await page.getByTestId("preview").getByText("Two shapes").waitFor();
  await it.picture("preview");
  await page.getByTestId("replay").click();
  await page.getByTestId("preview").getByText("Three shapes").waitFor();
  await named.click();
  await page.getByTestId("preview").getByText("Two shapes").waitFor();
  await page.getByTestId("restore-version").click();
  await ada.shapes(2);
  await ben.shapes(2);
  await page.getByTestId("versions").getByRole("button", { name: "Close" }).click();
  await ada.undo();
  await ada.shapes(3);
  await ben.shapes(3);

  await page.getByTestId("menu").click();
  await page.getByTestId("show-versions").click();
  await named.click();
  await page.getByTestId("copy-version").click();
  await page.locator(".toast").first().waitFor();
  await ben.page.getByTestId("menu").click();
  await ben.page.getByTestId("show-versions").click();
  await ben.page.getByTestId("version").first().locator("img").waitFor();
  await it.picture("history");
});

journey("who may only look sees no history", async (it) => {
  const ada = await (await it.person("ada")).newBoard();
  const ben = await (await it.person("ben")).open(await ada.invite("view"), { ready: false });
  await ben.ready("read-only");
  await ben.page.getByTestId("menu").click();
  await ben.page.getByTestId("help").waitFor();
  assert.equal(await ben.page.getByTestId("show-versions").count(), 0);
});
