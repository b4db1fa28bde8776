// A board's page, as a person uses it: tools, gestures, what the chrome says. The canvas itself says only how many shapes
// it shows (`data-shapes`); everything else about the picture is read from its pixels.
// Points are in CSS pixels from the canvas' top left corner.

import assert from "node:assert/strict";
import * as Y from "yjs";

const STEPS = 8;

export class BoardPage {
  constructor(page) {
    this.page = page;
    this.canvas = page.getByTestId("board-canvas");
  }

  /** The board's id, as its address says it. */
  get id() {
    return new URL(this.page.url()).pathname.split("/").at(-1);
  }

  /** Waits until the board is joined; `status` is what it then says. */
  async ready(status = "saved") {
    await this.canvas.waitFor();
    await this.status(status);
  }

  /** Waits for a status: saved, saving, offline, not-saved, read-only, refused. */
  async status(id) {
    await this.page.locator(`[data-testid="status"][data-status="${id}"]`).waitFor({ state: "attached" });
  }

  /** Waits until the status says that this many changes are kept in the browser. */
  async kept(count) {
    await this.page.getByTestId("status").getByText(new RegExp(`\\b${count} change`)).waitFor({ state: "attached" });
  }

  /** Waits until exactly this many shapes are shown. */
  async shapes(count) {
    await this.page.locator(`[data-testid="board-canvas"][data-shapes="${count}"]`).waitFor({ state: "attached" });
  }

  /** How many shapes are shown now. */
  async shapeCount() {
    return Number(await this.canvas.getAttribute("data-shapes"));
  }

  /** Takes a tool from the toolbar. */
  async tool(id) {
    const button = this.page.locator(`[data-tool="${id}"]`);
    if (!(await button.isVisible())) await this.page.getByTestId("more-tools").click();
    await button.click();
  }

  /** Chooses an option of the style panel, such as `fill`, `red`. */
  async style(name, option) {
    await this.page.locator(`[data-style="${name}.${option}"]`).first().click();
  }

  /** Draws with a tool from one point to another. */
  async draw(tool, from, to) {
    await this.tool(tool);
    await this.down(from);
    await this.moveTo(to);
    await this.up();
  }

  async down(point) {
    const { x, y } = await this.#onPage(point);
    await this.page.mouse.move(x, y);
    await this.page.mouse.down();
  }

  async moveTo(point) {
    const { x, y } = await this.#onPage(point);
    await this.page.mouse.move(x, y, { steps: STEPS });
  }

  async up() {
    await this.page.mouse.up();
  }

  async #onPage([x, y]) {
    const box = await this.canvas.boundingBox();
    assert(box, "the canvas has a size");
    return { x: box.x + x, y: box.y + y };
  }

  /** Draws with one finger. */
  async swipe(tool, from, to) {
    await this.tool(tool);
    const touch = await this.page.context().newCDPSession(this.page);
    const [start, end] = [await this.#onPage(from), await this.#onPage(to)];
    const send = (type, touchPoints) => touch.send("Input.dispatchTouchEvent", { type, touchPoints });
    await send("touchStart", [start]);
    for (let step = 1; step <= STEPS; step += 1) {
      const part = step / STEPS;
      await send("touchMove", [{ x: start.x + (end.x - start.x) * part, y: start.y + (end.y - start.y) * part }]);
    }
    await send("touchEnd", []);
  }

  /** The pixels of a part of the canvas, for comparing. */
  async pixels([x, y], [width, height]) {
    const at = await this.#onPage([x, y]);
    return this.page.screenshot({ clip: { ...at, width, height }, animations: "disabled" });
  }

  /** The same once they no longer change by themselves. */
  async settled(at, size) {
    return eventually(async () => {
      const [before, after] = [await this.pixels(at, size), await this.pixels(at, size)];
      assert(before.equals(after), "the picture rests");
      return after;
    });
  }

  /** Waits until a part of the canvas looks different from `before`. */
  async differs(before, at, size) {
    await eventually(async () => assert(!before.equals(await this.pixels(at, size)), "the picture has changed"));
  }

  async undo() {
    await this.#command("undo");
  }

  async redo() {
    await this.#command("redo");
  }

  async #command(id) {
    await this.page.locator(`[data-command="${id}"]`).click();
  }

  /** Waits until this many people are on the board, oneself among them. */
  async people(count) {
    const people = this.page.locator(`[data-testid="people"] [data-person]`);
    await eventually(async () => assert.equal(await people.count(), count, "people on the board"));
  }

  /** The link that "Invite" offers for a role: edit or view. */
  async invite(role = "edit") {
    await this.page.getByTestId("invite").click();
    await this.page.locator(`button[data-role="${role}"]`).click();
    const field = this.page.getByTestId("invite-link");
    await eventually(async () => assert.match(await field.inputValue(), /#key=./, "an invite link"));
    const link = await field.inputValue();
    await this.page.keyboard.press("Escape");
    await field.waitFor({ state: "hidden" });
    return link;
  }

  /** Writes a comment where the board is pressed. */
  async comment(at, text) {
    await this.page.keyboard.press("c");
    await this.down(at);
    await this.up();
    await this.page.getByTestId("comment-text").fill(text);
    await this.page.getByTestId("send-comment").click();
    await this.page.getByTestId("thread").getByText(text).waitFor();
  }

  /** Drags what an element shows by so many CSS pixels. */
  async drag(element, [across, down]) {
    const box = await element.boundingBox();
    assert(box, "it is to be seen");
    const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
    await this.page.mouse.move(x, y);
    await this.page.mouse.down();
    await this.page.mouse.move(x + across, y + down, { steps: STEPS });
    await this.page.mouse.up();
  }

  /** Puts this on the clipboard as a program would, by media type, and pastes it; `plain` as Shift has it. */
  async paste(types, { plain = false } = {}) {
    if (plain) await this.page.keyboard.down("Shift");
    await this.page.evaluate((types) => {
      const data = new DataTransfer();
      for (const [type, value] of Object.entries(types)) data.setData(type, value);
      const event = new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true });
      (document.activeElement ?? document.body).dispatchEvent(event);
    }, types);
    if (plain) await this.page.keyboard.up("Shift");
  }

  /** Waits for the page that says why there is no board; `id` names the reason. */
  async problem(id) {
    await this.page.locator(`[data-testid="problem"][data-problem="${id}"]`).waitFor();
  }

  async reload(status) {
    await this.page.reload();
    await this.ready(status);
  }

  /** How much of the board this browser keeps for when there is no network: rows and bytes, nothing of another board. */
  async copy() {
    const rows = await this.#copied();
    return { rows: rows.length, bytes: rows.flat().reduce((sum, update) => sum + update.length, 0) };
  }

  /** Waits until the copy holds so many shapes and all that they are made of, and gives it. */
  async copied(shapes) {
    return eventually(async () => {
      const doc = new Y.Doc();
      for (const update of (await this.#copied()).flat()) Y.applyUpdate(doc, Uint8Array.from(update));
      assert.equal(doc.getMap("shapes").size, shapes, "shapes of the copy");
      assert(!doc.store.pendingStructs, "nothing that they build on is missing");
      return this.copy();
    });
  }

  /** The updates of each row of the copy. */
  async #copied() {
    return this.page.evaluate(async (id) => {
      const names = (await indexedDB.databases()).map(({ name }) => name);
      if (!names.includes("boardwalk-copies")) return [];
      const answer = (request) =>
        new Promise((resolve, reject) => {
          request.onsuccess = () => resolve(request.result);
          request.onerror = () => reject(request.error);
        });
      const database = await answer(indexedDB.open("boardwalk-copies"));
      const rows = await answer(database.transaction("rows").objectStore("rows").index("board").getAll(id));
      database.close();
      return rows.map(({ updates }) => updates.map((update) => [...update]));
    }, this.id);
  }

  /** Waits until the page can be opened without a network. */
  async shell() {
    await eventually(async () =>
      assert(
        await this.page.evaluate(async () => Boolean((await navigator.serviceWorker.getRegistration())?.active)),
        "a service worker",
      ),
    );
  }

  /** The tab dies: no unload handler gets to run. */
  async kill() {
    const crashed = this.page.waitForEvent("crash");
    const session = await this.page.context().newCDPSession(this.page);
    session.send("Page.crash").catch(() => {});
    await crashed;
    await this.page.close();
  }
}

/** Repeats `check` until it no longer throws; gives up with its last error. */
export async function eventually(check, limitMs = 15_000) {
  const end = performance.now() + limitMs;
  for (;;) {
    try {
      return await check();
    } catch (error) {
      if (performance.now() > end) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
