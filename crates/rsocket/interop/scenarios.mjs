// What the JavaScript peers do, whatever their version: `peer.mjs server LINK SCENARIO` prints its port and serves
// until its input ends; `peer.mjs client LINK SCENARIO PORT` checks a Rust server and prints "ok". LINK is tcp or
// websocket. A version brings `serve` and `connect`; its differences stay there.

import assert from "node:assert/strict";
import { createInterface } from "node:readline";

const LONG = { data: Buffer.alloc(5_000, "d"), metadata: Buffer.alloc(1_000, "m") };
const PATIENCE_MS = 15_000;

/** Short periods, so that a test sees several. */
export const KEEPALIVE_MS = 100;
export const LIFETIME_MS = 400;
/** Small, so that the messages above are cut; for versions that can. */
export const FRAGMENT_BYTES = 100;
export const LEASE = { requests: 5, ttlMs: 30_000 };
export const PENDING_WITHOUT_LEASE = 2;

/** What a responder answers. Messages are `{ data, metadata }`, both of bytes. */
export class Echo {
  forgotten = [];
  pushed = Buffer.alloc(0);

  answer({ data, metadata }, composite) {
    switch (data.toString()) {
      case "fail":
        throw new Error("asked to");
      case "forgotten":
        return { data: Buffer.concat(this.forgotten) };
      case "pushed":
        return { data: this.pushed };
      case "describe":
        return composite.describe(metadata);
      default:
        return { data, metadata };
    }
  }

  forget({ data }) {
    this.forgotten.push(data);
  }
}

/** Sends `count` numbers as far as credit allows. `end` says whether the last one carries the end. */
export class Numbers {
  at = 0;
  credit = 0;

  constructor(count, send) {
    Object.assign(this, { count, send });
  }

  request(n) {
    this.credit += n;
    while (this.credit > 0 && this.at < this.count) {
      this.credit -= 1;
      this.at += 1;
      this.send({ data: Buffer.from(`${this.at - 1}`) }, this.at === this.count);
    }
  }

  cancel() {
    this.count = this.at;
  }
}

/** Messages that wait for credit. */
export class Queue {
  waiting = [];
  credit = 0;

  constructor(send) {
    this.send = send;
  }

  push(message, isLast) {
    this.waiting.push([message, isLast]);
    this.request(0);
  }

  request(n) {
    this.credit += n;
    while (this.waiting.length > 0 && (this.credit > 0 || this.waiting[0][0] === undefined)) {
      this.credit -= 1;
      this.send(...this.waiting.shift());
    }
  }
}

const scenarios = { basics, metadata, lease, resume };

async function basics(peer) {
  const echoed = await peer.requestResponse(LONG);
  assert.deepEqual(echoed.data, LONG.data);
  assert.deepEqual(echoed.metadata, LONG.metadata);
  await assert.rejects(ask(peer, "fail"), /asked to/);

  peer.fireAndForget({ data: Buffer.from("forget me") });
  assert.equal(await ask(peer, "forgotten"), "forget me");
  if (peer.pushMetadata) {
    await peer.pushMetadata(Buffer.from("pushed metadata"));
    assert.equal(await ask(peer, "pushed"), "pushed metadata");
  }

  // Exactly what was requested comes, and no more.
  const stream = peer.stream({ data: Buffer.from("10") }, 2);
  for (const [more, total] of [[0, 2], [3, 5], [100, 10]]) {
    if (more > 0) stream.request(more);
    await until(() => stream.items.length >= total);
    await ask(peer, "x");
    assert.deepEqual(stream.items, numbers(total));
  }
  await stream.ended;

  const endless = peer.stream({ data: Buffer.from("100000") }, 3);
  await until(() => endless.items.length === 3);
  endless.cancel();

  const heard = await peer.channel(["first", ...numbers(20)], 2);
  assert.deepEqual(heard, ["first", ...numbers(20)]);

  await new Promise((resolve) => setTimeout(resolve, 2 * LIFETIME_MS));
  assert.equal(await ask(peer, "alive"), "alive");
}

async function metadata(peer, composite) {
  const answer = await peer.requestResponse({ data: Buffer.from("describe"), metadata: composite.encode() });
  assert.deepEqual(composite.describe(composite.encode()).data, answer.data);
  assert.deepEqual(composite.describe(answer.metadata).data, answer.data);
}

/** The server grants 5 requests and waits for "spent"; it says when to go on, and grants 2 more. */
async function lease(peer) {
  await peer.leased;
  const settled = Array.from({ length: 8 }, (_, at) => state(ask(peer, `${at}`)));
  await until(() => settled.filter((it) => it.is === "answered").length === LEASE.requests);
  const failed = settled.filter((it) => it.is === "failed");
  assert.equal(failed.length, peer.queues ? 3 - PENDING_WITHOUT_LEASE : 3);
  assert.match(`${failed[0].error.message}`, /lease/i);
  console.log("spent");
  await new Promise((resolve) => process.stdin.once("data", resolve));
  if (peer.queues) {
    await until(() => settled.filter((it) => it.is === "answered").length === LEASE.requests + 2);
  }
}

/** The proxy between cuts the connection while this goes on. */
async function resume(peer) {
  const stream = peer.stream({ data: Buffer.from("20") }, 4);
  for (let total = 4; total <= 20; total += 4) {
    await until(() => stream.items.length >= total);
    assert.equal(await ask(peer, `${total}`), `${total}`);
    if (total < 20) stream.request(4);
  }
  await stream.ended;
  assert.deepEqual(stream.items, numbers(20));
}

function numbers(count) {
  return Array.from({ length: count }, (_, at) => `${at}`);
}

async function ask(peer, text) {
  return (await peer.requestResponse({ data: Buffer.from(text) })).data.toString();
}

function state(promise) {
  const it = { is: "pending" };
  promise.then(() => (it.is = "answered"), (error) => Object.assign(it, { is: "failed", error }));
  return it;
}

async function until(holds) {
  const deadline = Date.now() + PATIENCE_MS;
  while (!holds()) {
    assert.ok(Date.now() < deadline, `never: ${holds}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

export async function main({ serve, connect, composite }) {
  const [role, link, scenario, port] = process.argv.slice(2);
  if (role === "server") {
    console.log(await serve({ link, scenario }));
    createInterface({ input: process.stdin }).on("close", () => process.exit(0));
    return;
  }
  const peer = await connect({ link, scenario, port: Number(port) });
  await scenarios[scenario](peer, composite);
  console.log("ok");
  process.exit(0);
}
