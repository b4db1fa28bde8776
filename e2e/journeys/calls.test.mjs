// Comments that call somebody, and what is pinned being put elsewhere: pins, private notes, and their last words.

import assert from "node:assert/strict";

import { journey } from "../fixtures.mjs";
import { eventually } from "../pages/board.mjs";

/** Waits until comments can call somebody: they say who they are a moment after they have come. */
async function offered(board, name) {
  await board.page.keyboard.press("c");
  await board.down([600, 500]);
  await board.up();
  const field = board.page.getByTestId("comment-text");
  await eventually(async () => {
    await field.fill("@");
    assert.deepEqual(await board.page.getByTestId("suggestion").allInnerTexts(), [`@${name}`]);
  });
  await field.press("Escape");
  await field.waitFor({ state: "detached" });
}

journey("who is mentioned is told so, on the board and on their home page, until they have read it", async (it) => {
  const ada = await (await it.person("ada")).newBoard();
  await ada.draw("rectangle", [500, 300], [700, 450]);
  const person = await it.person("ben", { scheme: "dark" });
  const ben = await person.open(await ada.invite());
  await ben.shapes(1);
  const name = await ben.page.locator(`[data-testid="people"] [data-self="true"]`).getAttribute("data-person");
  await ada.people(2);
  await offered(ada, name);
  await ada.comment([600, 300], `Is this right, @${name}?`);

  const show = ben.page.getByTestId("toast-action");
  await show.waitFor();
  await ben.page.getByTestId("unread").waitFor();
  await it.picture("mentioned");
  const home = await person.home();
  const calls = home.page.getByTestId("board-calls");
  await calls.getByText("1 mention").waitFor();
  await it.picture("home");
  await show.click();
  await ben.page.getByTestId("thread").getByText("Is this right").waitFor();
  await ben.page.getByTestId("unread").waitFor({ state: "detached" });
  await calls.waitFor({ state: "detached" });
  assert.equal(await show.count(), 0, "the notice has gone");

  // Read in one tab is read in the other, and stays read.
  await ben.page.getByTestId("comment-text").fill("Yes");
  await ben.page.getByTestId("send-comment").click();
  await ada.page.getByTestId("thread").getByText("Yes").waitFor();
  assert.equal(await ada.page.getByTestId("toast-action").count(), 0, "nobody was called");
  await ben.page.keyboard.press("Escape");
  const again = await person.open(ben.page.url());
  await again.page.getByTestId("pin").waitFor();
  assert.equal(await again.page.getByTestId("unread").count(), 0);
  await ada.page.getByTestId("comment-text").fill(`Thanks @${name}`);
  await ada.page.getByTestId("send-comment").click();
  for (const board of [ben, again]) await board.page.getByTestId("unread").waitFor();
  await again.page.getByTestId("pin").click();
  for (const board of [ben, again]) await board.page.getByTestId("unread").waitFor({ state: "detached" });
});

/** Where a pin's tip is, from the page's corner. */
async function tipOf(board) {
  const { x, y, height } = await board.page.getByTestId("pin").boundingBox();
  return [x, y + height];
}

journey("a pin is dragged elsewhere, and goes along with what it lies on then", async (it) => {
  const ada = await (await it.person("ada")).newBoard();
  await ada.draw("rectangle", [300, 300], [450, 420]);
  await ada.draw("ellipse", [700, 300], [850, 420]);
  const asked = ada.page.waitForRequest((request) => request.method() === "POST" && request.url().endsWith("/comments"));
  await ada.comment([375, 300], "Here?");
  const { authorization, "boardwalk-person": person } = await (await asked).allHeaders();
  // The reply's field has the keys as soon as it is there.
  await ada.page.locator('textarea[data-testid="comment-text"]:focus').waitFor();
  await ada.page.keyboard.press("Escape");
  await ada.page.getByTestId("thread").waitFor({ state: "detached" });
  const ben = await (await it.person("ben", { device: "phone" })).open(await ada.invite("view"), { ready: false });
  await ben.ready("read-only");
  await ben.page.getByTestId("pin").waitFor();
  const movable = () => ben.page.getByTestId("pin").getAttribute("data-movable");
  await eventually(async () => assert.equal(await movable(), "false", "who may only look moves nothing"));

  const [x, y] = await tipOf(ada);
  const benBefore = await tipOf(ben);
  const pin = await ada.page.getByTestId("pin").boundingBox();
  const [left, top] = [pin.x + pin.width / 2, pin.y + pin.height / 2];
  await ada.page.mouse.move(left, top);
  await ada.page.mouse.down();
  await ada.page.mouse.move(left + 200, top, { steps: 4 });
  // It is answered while it is in the hand, where it stays.
  const thread = await ada.page.getByTestId("pin").getAttribute("data-thread");
  const answer = await fetch(`${it.url}/api/boards/${ada.id}/comments/${thread}`, {
    method: "POST",
    headers: { authorization, "boardwalk-person": person, "content-type": "application/json" },
    body: JSON.stringify({ text: "There!" }),
  });
  assert.ok(answer.ok, await answer.text());
  await ada.page.getByTestId("pin").getByText("2").waitFor();
  await ada.page.mouse.move(left + 400, top, { steps: 4 });
  await ada.page.mouse.up();
  await eventually(async () => assert.deepEqual((await tipOf(ada)).map(Math.round), [x + 400, y].map(Math.round)));
  assert.equal(await ada.page.getByTestId("thread").count(), 0, "a drag opens nothing");
  await eventually(async () => assert((await tipOf(ben))[0] > benBefore[0] + 100, "others see it there"));
  await it.picture("moved");
  // It lies on the ellipse's edge now, by which, between its handles, that is moved.
  await ada.down([828, 318]);
  await ada.moveTo([828, 438]);
  await ada.up();
  await eventually(async () => assert((await tipOf(ada))[1] > y + 100, "the pin follows its new shape"));
  await ada.page.getByTestId("pin").focus();
  const before = await tipOf(ada);
  for (const steps of [1, 2]) {
    const told = ada.page.waitForResponse((answer) => answer.request().method() === "PATCH");
    await ada.page.keyboard.press("ArrowLeft");
    const far = Math.round(before[0] - steps * 16);
    await eventually(async () => assert.equal(Math.round((await tipOf(ada))[0]), far, "by keyboard, again and again"));
    await told;
  }
  await ada.reload();
  await eventually(async () => assert.equal(Math.round((await tipOf(ada))[0]), Math.round(before[0] - 32)));
});

journey("a private note is dragged, and who types on it while somebody else reveals goes on in its shape", async (it) => {
  const ada = await (await it.person("ada")).newBoard();
  const ben = await (await it.person("ben", { scheme: "dark" })).open(await ada.invite());
  await ada.page.getByTestId("facilitate").click();
  await ada.page.getByTestId("begin-private").click();
  await ben.page.getByTestId("private-round").waitFor();
  await ben.page.keyboard.press("n");
  await ben.down([500, 300]);
  await ben.up();
  const note = ben.page.getByTestId("private-note");
  await note.locator("textarea").fill("First");
  const hidden = ada.page.getByTestId("hidden-note");
  await hidden.waitFor();
  const before = await hidden.boundingBox();
  await ben.drag(ben.page.getByTestId("move-private-note"), [300, 120]);
  await eventually(async () => {
    const after = await hidden.boundingBox();
    assert.deepEqual([after.x - before.x, after.y - before.y].map(Math.round), [300, 120], "others see where it is");
  });
  await it.picture("dragged");

  // No rest between typing and revealing: what is typed was never sent when somebody else reveals.
  await note.locator("textarea").focus();
  await ben.page.keyboard.press("End");
  await ben.page.keyboard.type(" and a half");
  await ada.page.getByTestId("reveal").click();
  // Who types meanwhile goes on typing: on the card first, then on the shape that takes its place.
  let typed = "";
  const going = ben.page.getByTestId("text-field");
  for (const word of " and rest".repeat(40).match(/ \w+/g)) {
    if (await going.isVisible()) break;
    await ben.page.keyboard.type(word, { delay: 20 });
    typed += word;
  }
  await going.waitFor();
  await ben.page.keyboard.type(" at last");
  await ben.page.getByTestId("private-round").waitFor({ state: "detached" });
  await it.picture("going on");
  await ben.page.keyboard.press("Escape");
  for (const board of [ada, ben]) await board.shapes(1);
  await it.picture("revealed");
  const text = async (board) => {
    await board.canvas.dblclick({ position: { x: 800, y: 420 }, force: true });
    const field = board.page.getByTestId("text-field");
    await field.waitFor();
    const value = await field.innerText();
    await board.page.keyboard.press("Escape");
    return value.trim();
  };
  for (const board of [ada, ben]) await eventually(async () => assert.equal(await text(board), `First and a half${typed} at last`));
});
