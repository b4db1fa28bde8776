// Without a network: boards open whole, the page starts, and what was drawn meanwhile is merged on return.

import assert from "node:assert/strict";

import { journey } from "../fixtures.mjs";
import { eventually } from "../pages/board.mjs";
import { bring, picture, png } from "../pages/files.mjs";

journey("a board opens whole without a server, over reloads and a restart of the browser", { timeout: 120_000 }, async (it) => {
  const person = await it.personAtHome("ada");
  const ada = await person.newBoard();
  const address = ada.page.url();
  const ben = await (await it.person("ben")).open(await ada.invite());
  await ada.draw("rectangle", [300, 250], [480, 380]);
  await ada.draw("ellipse", [600, 250], [760, 380]);
  await ada.copied(2);
  await ben.draw("diamond", [600, 450], [760, 580]);
  await ada.shapes(3);
  await ada.copied(3);
  await ada.shell();

  await it.server.stop("SIGKILL");
  await ada.status("offline");
  await ada.draw("line", [300, 450], [480, 580]);
  await ada.kept(1);
  await ada.reload("offline");
  await ada.shapes(4);
  await ada.draw("ink", [850, 250], [990, 380]);
  await ada.kept(2);
  await it.picture("offline");

  await person.restartBrowser();
  const home = await person.home();
  await home.page.locator("[data-testid='board-card']").first().waitFor();
  await home.page.close();
  const again = await person.open(address, { ready: false });
  await again.ready("offline");
  await again.shapes(5);
  await again.draw("triangle", [850, 450], [990, 580]);
  await again.kept(3);

  await it.server.resume();
  await again.status("saved");
  await again.shapes(6);
  await ben.shapes(6);
  await again.reload();
  await again.shapes(6);
});

journey("two tabs that drew apart offline lose nothing and double nothing", async (it) => {
  const person = await it.person("ada");
  const one = await person.newBoard();
  const two = await person.open(one.page.url());
  await one.draw("rectangle", [300, 250], [480, 380]);
  await two.shapes(1);
  await one.copied(1);
  await one.shell();
  await it.server.stop("SIGKILL");
  for (const tab of [one, two]) await tab.status("offline");
  await one.draw("ellipse", [600, 250], [760, 380]);
  await two.draw("diamond", [600, 450], [760, 580]);
  for (const tab of [one, two]) await tab.kept(1);
  await one.reload("offline");
  await one.shapes(3);
  await one.draw("line", [300, 450], [480, 580]);
  await one.kept(3);
  await it.server.resume();
  for (const tab of [one, two]) {
    await tab.status("saved");
    await tab.shapes(4);
  }
  await two.reload();
  await two.shapes(4);
});

journey("who comes back to a board is sent only what is new", async (it) => {
  const ada = await (await it.person("ada")).newBoard();
  for (let row = 0; row < 6; row += 1) await ada.draw("ink", [300, 200 + row * 70], [900, 240 + row * 70]);
  await ada.status("saved");
  const whole = await ada.copied(6);
  const received = [];
  ada.page.on("websocket", (socket) => socket.on("framereceived", ({ payload }) => received.push(payload.length)));
  await ada.reload();
  await ada.shapes(6);
  const largest = Math.max(...received);
  assert(largest < whole.bytes / 4, `a message of ${largest} bytes came, of a board of ${whole.bytes}`);
});

journey("a withdrawn link leaves no copy behind", async (it) => {
  const api = async (method, path, key) => {
    const answer = await fetch(new URL(path, it.url), { method, headers: key && { authorization: `Bearer ${key}` } });
    assert(answer.ok, `${method} ${path}: ${answer.status}`);
    return answer.status === 204 ? undefined : answer.json();
  };
  const { id, links } = await api("POST", "/api/boards");
  const [owner, edit] = ["owner", "edit"].map((role) => links.find((link) => link.role === role));
  const ben = await (await it.person("ben")).open(edit.url);
  await ben.draw("rectangle", [300, 250], [480, 380]);
  await ben.status("saved");
  await ben.copied(1);
  await api("DELETE", `/api/boards/${id}/links/${edit.id}`, owner.key);
  await ben.problem("revoked");
  await eventually(async () => assert.deepEqual(await ben.copy(), { rows: 0, bytes: 0 }, "nothing is kept"));
});

journey("the page can be installed, and keeps nothing but itself", async (it) => {
  const ada = await (await it.person("ada")).newBoard();
  await ada.draw("rectangle", [300, 250], [480, 380]);
  await ada.shell();
  const answer = async (path) => {
    const response = await fetch(new URL(path, it.url));
    assert.equal(response.status, 200, path);
    return response;
  };
  const manifest = await answer("/app.webmanifest");
  assert.match(manifest.headers.get("content-type"), /^application\/manifest\+json/);
  const { start_url: start, display, icons } = await manifest.json();
  assert.deepEqual([start, display], ["/", "standalone"]);
  for (const { src, type } of icons) {
    assert.equal((await answer(src)).headers.get("content-type"), type, src);
  }
  assert(icons.some(({ sizes }) => sizes === "512x512") && icons.some(({ purpose }) => purpose === "maskable"));
  const worker = await answer("/service-worker.js");
  assert.match(worker.headers.get("content-type"), /javascript/);
  assert.equal(worker.headers.get("cache-control"), "no-cache");
  const kept = await ada.page.evaluate(async () => {
    const caches = await Promise.all((await self.caches.keys()).map((name) => self.caches.open(name)));
    const requests = await Promise.all(caches.map((cache) => cache.keys()));
    return requests.flat().map(({ url }) => new URL(url).pathname);
  });
  assert(kept.includes("/") && kept.some((path) => path.endsWith(".wasm")), "the page itself is kept");
  for (const path of kept) assert.match(path, /^\/($|static\/|fonts\/|icons\/|app\.webmanifest)/, path);
});

/** Waits until the middle of the board is red. */
async function showsRed(board) {
  await eventually(async () => {
    const bytes = await board.pixels([696, 446], [8, 8]);
    const [red, green, blue] = await board.page.evaluate(async (base64) => {
      const image = new Image();
      image.src = `data:image/png;base64,${base64}`;
      await image.decode();
      const canvas = Object.assign(document.createElement("canvas"), { width: 8, height: 8 });
      const context = canvas.getContext("2d");
      context.drawImage(image, 0, 0);
      return [...context.getImageData(4, 4, 1, 1).data];
    }, bytes.toString("base64"));
    assert(red > 160 && green < 110 && blue < 110, `red, not ${[red, green, blue]}`);
  });
}

journey("what a board shows is there without a server: images, and comments to be read", { timeout: 120_000 }, async (it) => {
  const ada = await (await it.person("ada")).newBoard();
  const person = await it.personAtHome("ben");
  const address = await ada.invite();
  const ben = await person.open(address);
  await bring(ada.page, "drop", [png(await picture(ada.page, 400, 300, ["#d33"]))]);
  await ada.shapes(1);
  await ada.page.getByTestId("uploads").waitFor({ state: "detached" });
  await ada.page.keyboard.press("Escape");
  await ada.comment([300, 300], "As red as that?");
  await showsRed(ben);
  await ben.page.getByTestId("pin").waitFor();
  await ben.copied(1);
  await ben.shell();
  const kept = await ben.page.evaluate(() => navigator.storage.persisted());
  assert.equal(typeof kept, "boolean", "the browser was asked, and decides");
  // Comments are kept a moment after they came.
  await eventually(async () => {
    const count = await ben.page.evaluate(async () => {
      const answer = (request) => new Promise((resolve, reject) => Object.assign(request, { onsuccess: () => resolve(request.result), onerror: () => reject(request.error) }));
      const database = await answer(indexedDB.open("boardwalk-belongings"));
      const counts = await Promise.all(["images", "comments"].map((name) => answer(database.transaction(name).objectStore(name).count())));
      database.close();
      return counts;
    });
    assert.deepEqual(count, [1, 1], "an image and the comments are kept");
  });

  await it.server.stop("SIGKILL");
  await person.restartBrowser();
  const again = await person.open(address, { ready: false });
  await again.ready("offline");
  await again.shapes(1);
  await showsRed(again);
  await again.page.getByTestId("pin").click();
  await again.page.getByTestId("thread").getByText("As red as that?").waitFor();
  await again.page.getByTestId("comments-offline").waitFor();
  await again.page.getByTestId("comment-text").fill("Redder");
  assert(await again.page.getByTestId("send-comment").isDisabled(), "it is kept until somebody can be told");
  await it.picture("image offline");
  await it.server.resume();
  await again.status("saved");
  await again.page.getByTestId("send-comment").click();
  await again.page.getByTestId("thread").getByText("Redder").waitFor();
});
