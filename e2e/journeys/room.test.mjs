// People on one board who do more than draw: comments.

import assert from "node:assert/strict";

import { journey, moment } from "../fixtures.mjs";
import { eventually } from "../pages/board.mjs";

/** Makes a link that may comment, through the owner's dialog. */
async function commentLink(board) {
  const page = board.page;
  await page.getByTestId("invite").click();
  await page.getByTestId("new-link").click();
  await page.locator(".links__form select").first().selectOption("comment");
  await page.getByTestId("create-link").click();
  const field = page.getByTestId("links").getByTestId("invite-link");
  await field.waitFor();
  const link = await field.inputValue();
  await page.keyboard.press("Escape");
  await field.waitFor({ state: "hidden" });
  return link;
}

async function pinAt(board) {
  return board.page.getByTestId("pin").boundingBox();
}

journey("comments are pinned, answered, followed and resolved, also by who may not draw", async (it) => {
  const ada = await (await it.person("ada")).newBoard();
  await ada.draw("rectangle", [500, 300], [700, 450]);
  const ben = await (await it.person("ben")).open(await commentLink(ada), { ready: false });
  await ben.ready("read-only");
  await ben.shapes(1);
  assert.equal(await ben.page.locator(`[data-tool="rectangle"]`).count(), 0, "no tools to draw with");

  await ben.comment([600, 300], "Wider? <b>bold</b>");
  await ada.page.getByTestId("unread").waitFor();
  await it.picture("comment");
  const before = await pinAt(ada);
  await ada.down([540, 300]);
  await ada.moveTo([540, 420]);
  await ada.up();
  for (const board of [ada, ben]) {
    await eventually(async () => assert((await pinAt(board)).y > before.y + 80, "the pin follows its shape"));
  }

  await ada.page.keyboard.press("Escape");
  await ada.page.getByTestId("comments").click();
  await ada.page.getByTestId("thread-row").click();
  await ada.page.getByTestId("thread").getByText("Wider? <b>bold</b>").waitFor();
  await ada.page.getByTestId("unread").waitFor({ state: "detached" });
  const field = ada.page.getByTestId("comment-text");
  await field.fill("Yes @");
  await ada.page.getByTestId("suggestion").first().click();
  await ada.page.getByTestId("send-comment").click();
  await ben.page.locator(".thread__call").waitFor();
  // Ben may hear it before she is answered.
  await ada.page.getByTestId("comment").nth(1).waitFor();
  await it.picture("thread");
  await eventually(async () => assert.equal(await ada.page.getByTestId("edit-comment").count(), 1, "one's own comment only"));
  await ada.page.getByTestId("edit-comment").click();
  const edited = ada.page.locator(".thread__comment .composer__text");
  await edited.fill("Yes, all of it");
  await ben.page.getByTestId("comment-text").fill("Then so be it.");
  await ben.page.getByTestId("send-comment").click();
  await ada.page.getByTestId("thread").getByText("Then so be it.").waitFor();
  assert.equal(await edited.evaluate((field) => document.activeElement === field && field.value), "Yes, all of it", "others do not disturb");
  await ada.page.keyboard.press("Escape");
  await ada.page.getByTestId("pin").click();
  for (let more = 0; more < 6; more += 1) {
    await ben.page.getByTestId("comment-text").fill(`More, number ${more}`);
    await ben.page.getByTestId("send-comment").click();
    await ada.page.getByTestId("thread").getByText(`number ${more}`).waitFor();
  }
  const last = ada.page.getByTestId("comment").last();
  await eventually(async () => {
    const [list, row] = [await ada.page.locator(".thread__comments").boundingBox(), await last.boundingBox()];
    assert(row.y + row.height <= list.y + list.height + 1, "the newest is in view");
  });
  await it.picture("thread-long");
  await ada.page.getByTestId("resolve").click();
  for (const board of [ada, ben]) {
    await eventually(async () => {
      const open = await board.page.locator(`[data-testid="pin"][data-resolved="false"]`).count();
      assert.equal(open, 0, "no open pins");
    });
  }
});

journey("the address of a thread opens it, and a deleted one is gone for all", async (it) => {
  const ada = await (await it.person("ada")).newBoard();
  await ada.comment([600, 400], "Here");
  const link = await ada.invite("view");
  const thread = await ada.page.getByTestId("pin").getAttribute("data-thread");
  const ben = await (await it.person("ben", { device: "phone", scheme: "dark" })).open(`${link}&thread=${thread}`, {
    ready: false,
  });
  await ben.ready("read-only");
  const pin = ben.page.getByTestId("pin");
  await ben.page.getByTestId("thread").getByText("Here").waitFor();
  await it.picture("thread-phone");
  assert.equal(await ben.page.getByTestId("comment-text").count(), 0, "who may only look writes nothing");
  await ada.page.getByTestId("delete-comment").click();
  await pin.waitFor({ state: "detached" });
});

/** Says how far a pin of the board is from the left edge: where the camera looks. */
async function pinX(board) {
  return (await pinAt(board)).x;
}

journey("people follow each other, are led, react and speak at their cursors", async (it) => {
  const ada = await (await it.person("ada")).newBoard();
  await ada.comment([600, 400], "Landmark");
  const name = await ada.page.getByTestId("comment").locator("strong").innerText();
  await ada.page.keyboard.press("Escape");
  const ben = await (await it.person("ben")).open(await ada.invite("edit"));
  const cleo = await (await it.person("cleo", { device: "phone" })).open(await ada.invite("view"), { ready: false });
  await cleo.ready("read-only");
  await ada.people(3);
  await ben.page.getByTestId("people").click();
  await ben.page.getByTestId("follow").first().waitFor();
  await it.picture("people-list");
  await ben.page.locator(".people-list__row", { hasText: name }).getByTestId("follow").click();
  await ben.page.getByTestId("following").waitFor();
  await ben.page.keyboard.press("Escape");
  const before = await pinX(ben);
  await ada.page.mouse.move(700, 500);
  await ada.page.mouse.wheel(300, 0);
  await eventually(async () => assert(Math.abs((await pinX(ben)) - before) > 200, "ben's view goes along"));
  await it.picture("following");
  await ben.page.mouse.move(700, 500);
  await ben.page.mouse.wheel(0, 50);
  await ben.page.getByTestId("following").waitFor({ state: "detached" });

  await ada.page.getByTestId("people").click();
  await ada.page.getByTestId("lead").click();
  for (const board of [ben, cleo]) await board.page.getByTestId("following").waitFor();
  await it.picture("led");
  // The press goes through: nothing lies over the button on a phone.
  await cleo.page.getByTestId("unfollow").click();
  await cleo.page.getByTestId("following").waitFor({ state: "detached" });
  await ada.page.getByTestId("lead-end").click();
  for (const board of [ben, cleo]) await board.page.getByTestId("following").waitFor({ state: "detached" });

  await cleo.page.getByTestId("reactions").click();
  await cleo.page.locator(`[data-reaction="heart"]`).click();
  await ada.page.getByTestId("float").waitFor({ state: "attached" });
  await ada.page.mouse.move(700, 500);
  await ada.page.keyboard.press("/");
  const blank = await ben.pixels([500, 300], [500, 400]);
  await ada.page.getByTestId("say").fill("Look at this");
  await ben.differs(blank, [500, 300], [500, 400]);
  await it.picture("speaking");
});

journey("whoever is followed is followed on when they come back, and said to have left when they do not", async (it) => {
  const ada = await (await it.person("ada")).newBoard();
  const ben = await (await it.person("ben")).open(await ada.invite("edit"));
  await ben.people(2);
  await ben.page.getByTestId("people").click();
  await ben.page.getByTestId("follow").click();
  await ben.page.getByTestId("following").waitFor();
  await ada.reload();
  await ben.people(2);
  await ben.page.getByTestId("following").waitFor();
  await ada.page.close();
  await ben.page.getByTestId("following").waitFor({ state: "detached" });
  await ben.page.locator(".toast", { hasText: "has left" }).waitFor();
});

journey("two windows of one person are one person", async (it) => {
  const ada = await it.person("ada");
  const board = await ada.newBoard();
  const ben = await (await it.person("ben")).open(await board.invite("edit"));
  await ben.people(2);
  const again = await board.page.context().newPage();
  await again.goto(board.page.url());
  await again.locator(`[data-testid="status"][data-status="saved"]`).waitFor({ state: "attached" });
  await board.page.bringToFront();
  await ben.people(2);
  await board.people(2);
});

journey("a timer runs for all, and votes are hidden until the end", async (it) => {
  const ada = await (await it.person("ada")).newBoard();
  await ada.draw("rectangle", [400, 300], [550, 420]);
  await ada.draw("ellipse", [700, 300], [850, 420]);
  const person = await it.person("ben", { scheme: "dark" });
  const ben = await person.open(await ada.invite("edit"));
  await ada.page.getByTestId("facilitate").click();
  await it.picture("facilitate");
  await ada.page.locator(`[data-minutes="5"]`).click();
  await ben.page.getByTestId("timer").getByText(/0[45]:\d\d/).waitFor();
  await ben.page.getByTestId("timer-pause").click();
  await ada.page.getByTestId("timer-resume").click();
  const late = await (await it.person("cleo", { device: "phone" })).open(await ada.invite("view"), { ready: false });
  await late.page.getByTestId("timer").getByText(/0[45]:\d\d/).waitFor();

  await ada.page.keyboard.press("Control+a");
  await ada.page.getByTestId("facilitate").click();
  await ada.page.locator(`[data-budget="3"]`).click();
  const marks = ben.page.getByTestId("mark");
  await eventually(async () => assert.equal(await marks.count(), 2, "a mark on each shape"));
  // The first vote is still on its way when the others are given.
  const given = moment();
  await ben.page.route("**/voting/ballot", async (route) => {
    await given.reached;
    await route.continue();
  });
  await marks.first().click();
  await marks.first().click();
  await marks.last().click();
  await eventually(async () => assert.deepEqual(await marks.allInnerTexts(), ["2", "1"], "seen at once"));
  given.reach();
  await ada.page.getByTestId("voting").getByText(/1 voted/).waitFor();
  assert.equal(await ada.page.getByTestId("mark").first().innerText(), "0", "nobody sees another's votes");
  await it.picture("voting");
  // The server has all three before it is over: another tab of Ben's is told them.
  const again = await person.open(ben.page.url());
  const votes = async () => (await again.page.getByTestId("mark").allInnerTexts()).map(Number);
  await eventually(async () => assert.deepEqual(await votes(), [2, 1], "one's own votes"));
  await again.page.close();
  await eventually(async () => assert.deepEqual(await marks.allInnerTexts(), ["2", "1"], "no answer takes a vote back"));
  await ada.page.getByTestId("end-voting").click();
  await eventually(async () => {
    const results = await late.page.getByTestId("mark").allInnerTexts();
    assert.deepEqual(results.map(Number).sort(), [1, 2], "everybody sees the results");
  });
  await it.picture("results");
});

journey("private notes are nobody else's until they are revealed", async (it) => {
  const ada = await (await it.person("ada")).newBoard();
  const ben = await (await it.person("ben", { scheme: "dark" })).open(await ada.invite("edit"));
  const cleo = await (await it.person("cleo", { device: "phone" })).open(await ada.invite("view"), { ready: false });
  await ada.page.getByTestId("facilitate").click();
  await ada.page.getByTestId("begin-private").click();
  for (const board of [ada, ben]) await board.page.getByTestId("private-round").waitFor();
  const write = async (board, at, text) => {
    await board.page.keyboard.press("n");
    await board.down(at);
    await board.up();
    await board.page.getByTestId("private-note").locator("textarea").last().fill(text);
    await board.page.keyboard.press("Escape");
  };
  await write(ada, [400, 300], "Ship it on Monday");
  await write(ben, [800, 300], "Not before the tests pass");
  for (const board of [ada, ben]) await board.page.getByTestId("hidden-note").waitFor();
  await eventually(async () => assert.equal(await cleo.page.getByTestId("hidden-note").count(), 2, "places, no texts"));
  assert(!(await ada.page.content()).includes("before the tests"), "the text is not in the page");
  await ada.shapes(0);
  await it.picture("private");
  await ben.page.reload();
  await eventually(async () => {
    const own = await ben.page.getByTestId("private-note").locator("textarea").inputValue();
    assert.equal(own, "Not before the tests pass", "one's own notes outlive a reload");
  });
  await ada.page.getByTestId("reveal").click();
  for (const board of [ada, ben, cleo]) {
    await board.shapes(2);
    await board.page.getByTestId("private-round").waitFor({ state: "detached" });
    await eventually(async () => assert.equal(await board.page.locator(".private-note").count(), 0, "no cards are left"));
  }
  await it.picture("revealed");
});
