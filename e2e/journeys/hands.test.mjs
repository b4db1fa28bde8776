// What one hand does: tools, menus, keys, finding one's way.

import assert from "node:assert/strict";

import { journey } from "../fixtures.mjs";
import { eventually } from "../pages/board.mjs";

journey("a right press opens a menu of what can be done, with its keys", async (it) => {
  const ada = await (await it.person("ada")).newBoard();
  await ada.draw("rectangle", [300, 250], [480, 380]);
  await ada.shapes(1);
  await ada.page.mouse.click(300, 300, { button: "right" });
  const menu = ada.page.getByTestId("context-menu");
  await menu.waitFor();
  await it.picture("menu");
  await menu.locator(`[data-command="duplicate"]`).filter({ hasText: "Ctrl+D" }).waitFor();
  await menu.locator(`[data-command="duplicate"]`).click();
  await menu.waitFor({ state: "detached" });
  await ada.shapes(2);
  // The empty board has a menu of its own, for the keyboard too.
  await ada.page.mouse.click(900, 600, { button: "right" });
  await menu.waitFor();
  await ada.page.keyboard.press("ArrowDown");
  await ada.page.keyboard.press("Escape");
  await menu.waitFor({ state: "detached" });
});

journey("locked shapes stay until they are unlocked", async (it) => {
  const ada = await (await it.person("ada")).newBoard();
  await ada.draw("rectangle", [300, 250], [480, 380]);
  await ada.page.keyboard.press("Control+Shift+L");
  await ada.page.keyboard.press("Escape");
  await ada.page.keyboard.press("Control+A");
  await ada.page.keyboard.press("Delete");
  await ada.shapes(1);
  await ada.page.mouse.click(300, 300, { button: "right" });
  await ada.page.getByTestId("context-menu").locator(`[data-command="lock"]`).click();
  await ada.page.keyboard.press("Delete");
  await ada.shapes(0);
});

journey("the help opens by its key, is searched, and changes keys", async (it) => {
  const ada = await (await it.person("ada")).newBoard();
  await ada.page.keyboard.press("?");
  const search = ada.page.getByTestId("help-search");
  await search.waitFor();
  await it.picture("help");
  await search.fill("ellipse");
  const keys = ada.page.locator(`[data-keys="ellipse"]`);
  await keys.click();
  await ada.page.keyboard.press("w");
  await eventually(async () => assert.match(await keys.innerText(), /W/));
  await ada.page.keyboard.press("Escape");
  await search.waitFor({ state: "hidden" });
  await ada.page.keyboard.press("w");
  await ada.down([300, 250]);
  await ada.moveTo([420, 330]);
  await ada.up();
  await ada.shapes(1);
});

journey("the palette runs commands by their names", async (it) => {
  const ada = await (await it.person("ada")).newBoard();
  await ada.draw("rectangle", [300, 250], [480, 380]);
  await ada.page.keyboard.press("Control+/");
  await ada.page.getByTestId("palette").fill("dupl");
  await it.picture("palette");
  await ada.page.keyboard.press("Enter");
  await ada.shapes(2);
});

journey("text is found, and who is lost finds the way back", async (it) => {
  const ada = await (await it.person("ada")).newBoard();
  await ada.tool("text");
  await ada.page.mouse.click(400, 300);
  await ada.page.keyboard.type("a needle");
  await ada.page.keyboard.press("Escape");
  await ada.shapes(1);
  await ada.page.keyboard.press("Escape");
  for (let step = 0; step < 12; step += 1) await ada.page.mouse.wheel(0, 400);
  await ada.page.getByTestId("zoom-fit").waitFor();
  await it.picture("lost");
  await ada.page.keyboard.press("Control+F");
  await ada.page.getByTestId("find").fill("needle");
  await eventually(async () => assert.match(await ada.page.getByTestId("find-count").innerText(), /1 of 1/));
  await ada.page.getByTestId("zoom-fit").waitFor({ state: "detached" });
  await it.picture("found");
});

journey("a rubber cuts a stroke in two and undo makes it whole", async (it) => {
  const ada = await (await it.person("ada")).newBoard();
  await ada.draw("ink", [300, 300], [700, 300]);
  await ada.shapes(1);
  await ada.page.keyboard.press("Shift+E");
  await ada.down([500, 200]);
  await ada.moveTo([500, 400]);
  await ada.up();
  await ada.shapes(2);
  await it.picture("cut");
  await ada.undo();
  await ada.shapes(1);
});

journey("a lasso, a group and the numbers of what it holds", async (it) => {
  const ada = await (await it.person("ada")).newBoard();
  await ada.draw("rectangle", [300, 250], [400, 350]);
  await ada.draw("ellipse", [500, 250], [600, 350]);
  await ada.draw("diamond", [900, 600], [1000, 700]);
  await ada.page.keyboard.press("Escape");
  await ada.tool("lasso");
  await ada.down([250, 200]);
  for (const at of [[250, 400], [650, 400], [650, 200], [260, 200]]) await ada.moveTo(at);
  await it.picture("loop");
  await ada.up();
  await ada.page.keyboard.press("v");
  await ada.page.keyboard.press("Control+G");
  await ada.page.keyboard.press("Alt+/");
  const numbers = ada.page.locator(".geometry input");
  await numbers.first().waitFor();
  await numbers.first().fill("100");
  await numbers.first().press("Enter");
  await it.picture("numbers");
  await ada.page.mouse.click(150, 300);
  await ada.page.keyboard.press("Escape");
  await ada.page.keyboard.press("Control+A");
  await ada.page.keyboard.press("Delete");
  await ada.shapes(0);
});

journey("a laser is seen by others and leaves nothing", async (it) => {
  const ada = await (await it.person("ada")).newBoard();
  const ben = await (await it.person("ben")).open(await ada.invite());
  await ada.people(2);
  const before = await ben.pixels([280, 280], [60, 60]);
  await ada.page.keyboard.press("k");
  await ada.down([300, 300]);
  await ada.moveTo([500, 300]);
  await ben.differs(before, [280, 280], [60, 60]);
  await ada.up();
  await ada.shapes(0);
});

journey("a wrong address looks like the product", async (it) => {
  const ada = await (await it.person("ada")).open("/foo/bar", { ready: false });
  await ada.problem("no-page");
  await it.picture("no page");
});

journey("a map shows the whole board and leads to where it is pressed", async (it) => {
  const ada = await (await it.person("ada")).newBoard();
  await ada.draw("rectangle", [300, 250], [480, 380]);
  await ada.draw("ellipse", [900, 500], [1050, 650]);
  await ada.page.keyboard.press("Escape");
  await ada.page.getByTestId("zoom-menu").click();
  await it.picture("zoom menu");
  await ada.page.locator(`.popover__panel [data-command="toggle-map"]`).click();
  const map = ada.page.getByTestId("map");
  await map.waitFor();
  // A wheel over the map would be the map's.
  await ada.page.mouse.move(720, 300);
  for (let step = 0; step < 12; step += 1) await ada.page.mouse.wheel(0, 400);
  await ada.page.getByTestId("zoom-fit").waitFor();
  await it.picture("lost");
  const box = await map.boundingBox();
  await ada.page.mouse.click(box.x + box.width / 2, box.y + box.height / 2);
  await ada.page.getByTestId("zoom-fit").waitFor({ state: "detached" });
  await it.picture("found by the map");
});

journey("a link leads others to a shape, and to a view", async (it) => {
  const ada = await (await it.person("ada")).newBoard();
  const ben = await (await it.person("ben")).open(await ada.invite());
  await ada.draw("rectangle", [300, 250], [480, 380]);
  await ben.shapes(1);
  const address = new URL(ben.page.url());
  await ben.page.goto("about:blank");
  address.hash = "#view=90000,-50000,0.5";
  await ben.page.goto(address.href);
  await ben.ready();
  await ben.page.getByTestId("zoom-fit").waitFor();
  await eventually(async () => assert.match(await ben.page.getByTestId("zoom-menu").innerText(), /50%/));
  await ben.page.goto("about:blank");
  address.hash = "#at=nobody";
  await ben.page.goto(address.href);
  await ben.page.getByText("is not on the board any more").waitFor();
});

journey("the panels of a phone stay within it, in the dark", async (it) => {
  const ada = await (await it.person("ada", { device: "phone", scheme: "dark" })).newBoard();
  await ada.swipe("rectangle", [80, 300], [260, 450]);
  await ada.shapes(1);
  await ada.page.keyboard.press("Alt+/");
  await it.picture("numbers");
  await ada.page.keyboard.press("Alt+/");
  await ada.page.keyboard.press("Alt+m");
  await ada.page.getByTestId("map").waitFor();
  await it.picture("map");
  await ada.page.keyboard.press("Alt+f");
  await ada.page.getByTestId("slides").waitFor();
  await it.picture("frames");
  await ada.page.keyboard.press("Alt+f");
  await ada.page.keyboard.press("Control+/");
  await ada.page.getByTestId("palette").waitFor();
  await it.picture("palette");
  await ada.page.keyboard.press("Escape");
  await ada.page.keyboard.press("Control+f");
  await ada.page.getByTestId("find").waitFor();
  await it.picture("find");
});

for (const device of ["desktop", "phone"]) {
  journey(`frames are put in another order by keys and by hand, on a ${device}`, async (it) => {
    const ada = await (await it.person("ada", { device, scheme: device === "phone" ? "dark" : "light" })).newBoard();
    const ben = await (await it.person("ben")).open(await ada.invite("view"), { ready: false });
    for (const [at, name] of ["One", "Two", "Three"].entries()) {
      await ada.draw("frame", [40 + at * 110, 330], [130 + at * 110, 400]);
      await ada.page.keyboard.type(name);
      await ada.page.keyboard.press("Escape");
      await ada.page.keyboard.press("Escape");
    }
    await ben.shapes(3);
    await ben.page.keyboard.press("Alt+f");
    await ada.page.keyboard.press("Alt+f");
    const names = (who) => who.page.locator(".slides__name").allTextContents();
    const order = async (expected) => {
      await eventually(async () => assert.deepEqual(await names(ada), expected));
      await eventually(async () => assert.deepEqual(await names(ben), expected));
    };
    await order(["One", "Two", "Three"]);
    await ada.page.locator(`[data-slide="3"]`).focus();
    // Twice at once: the row that is moved keeps the keys.
    await ada.page.evaluate(async () => {
      for (let press = 0; press < 2; press += 1) {
        const event = new KeyboardEvent("keydown", { key: "ArrowUp", altKey: true, bubbles: true, cancelable: true });
        document.activeElement.dispatchEvent(event);
        await new Promise((resolve) => setTimeout(resolve));
      }
    });
    await order(["Three", "One", "Two"]);
    await ada.page.locator(`[data-slide="1"]:focus`).waitFor();
    const grip = ada.page.getByTestId("slide-grip");
    const [from, to] = [await grip.nth(0).boundingBox(), await grip.nth(2).boundingBox()];
    await ada.page.mouse.move(from.x + from.width / 2, from.y + from.height / 2);
    await ada.page.mouse.down();
    await ada.page.mouse.move(to.x + to.width / 2, to.y + to.height / 2, { steps: 4 });
    await it.picture("dragged");
    await ada.page.mouse.up();
    await order(["One", "Two", "Three"]);
    assert.equal(await ben.page.getByTestId("slide-grip").count(), 0, "who only looks on changes no order");
    await ada.undo();
    await order(["Three", "One", "Two"]);
    await it.picture("ordered");
  });
}

journey("frames are listed in their order and presented, to who may only view too", async (it) => {
  const ada = await (await it.person("ada")).newBoard();
  await ada.draw("frame", [250, 200], [600, 420]);
  await ada.page.keyboard.press("Escape");
  await ada.draw("frame", [700, 200], [1050, 420]);
  await ada.page.keyboard.press("Escape");
  await ada.shapes(2);
  await ada.page.keyboard.press("Alt+f");
  await ada.page.locator(`[data-slide="2"]`).waitFor();
  await it.picture("list");
  const ben = await (await it.person("ben")).open(await ada.invite("view"), { ready: false });
  await ben.ready("read-only");
  await ben.shapes(2);
  await ben.page.keyboard.press("Alt+Shift+P");
  const bar = ben.page.getByTestId("presentation");
  await bar.getByText("1 of 2").waitFor();
  await ben.page.keyboard.press("ArrowRight");
  await bar.getByText("2 of 2").waitFor();
  await ben.page.keyboard.press("ArrowRight");
  await bar.getByText("2 of 2").waitFor();
  await it.picture("presented");
  await ben.page.keyboard.press("Escape");
  await bar.waitFor({ state: "detached" });
});

journey("a tool that is locked stays in the hand, and the bar says so", async (it) => {
  const ada = await (await it.person("ada")).newBoard();
  await ada.page.getByTestId("more-tools").click();
  await ada.page.locator(`[data-command="toggle-tool-lock"]`).click();
  await ada.page.locator(`.toolbar[data-locked="true"]`).waitFor();
  await it.picture("locked");
  await ada.tool("ellipse");
  for (const [at, left] of [200, 400].entries()) {
    await ada.down([left, 200]);
    await ada.moveTo([left + 100, 300]);
    await ada.up();
    await ada.shapes(at + 1);
  }
  await ada.page.keyboard.press("q");
  await ada.page.locator(`.toolbar[data-locked="false"]`).waitFor();
});
