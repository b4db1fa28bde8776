// rsocket-js 0.0.27, as scenarios.mjs wants it. It sends no fragments and knows no metadata library.

import net from "node:net";
import { createRequire } from "node:module";
import { Echo, KEEPALIVE_MS, LEASE, LIFETIME_MS, Numbers, Queue, main } from "../scenarios.mjs";

const require = createRequire(import.meta.url);
const core = require("rsocket-core");
const { Flowable, Single } = require("rsocket-flowable");
const { default: TcpClient } = require("rsocket-tcp-client");
const { default: TcpServer } = require("rsocket-tcp-server");
const { default: WebSocketClient } = require("rsocket-websocket-client");
const { default: WebSocketServer } = require("rsocket-websocket-server");
const ws = require("ws");

const HOST = "127.0.0.1";
const SESSION_S = 10;
const RESUME_BYTES = 100_000;

const composite = {
  encode() {
    return core.encodeCompositeMetadata([
      [core.MESSAGE_RSOCKET_ROUTING, core.encodeRoutes("boards.open", "now")],
      [core.MESSAGE_RSOCKET_AUTHENTICATION, core.encodeBearerAuthMetadata("a token")],
      ["application/x.custom", Buffer.from("custom")],
    ]);
  },

  describe(metadata) {
    const parts = [...new core.CompositeMetadata(metadata)].map((entry) => {
      const name = entry.mimeType ?? entry.type;
      if (name.includes("routing")) return `route ${[...core.decodeRoutes(entry.content)]}`;
      if (!name.includes("authentication")) return `${name} ${entry.content}`;
      const { type, payload } = core.decodeAuthMetadata(entry.content);
      return `${type.string} ${payload}`;
    });
    return { data: Buffer.from(parts.join("; ")), metadata: composite.encode() };
  },
};

/** A flow of numbers, by the credit of its subscriber. */
function flow(count) {
  return new Flowable((subscriber) => {
    const numbers = new Numbers(count, (message, isLast) => {
      subscriber.onNext(message);
      if (isLast) subscriber.onComplete();
    });
    subscriber.onSubscribe({ request: (n) => numbers.request(n), cancel: () => numbers.cancel() });
  });
}

/** What comes in goes back, one by one. */
function echoed(payloads) {
  return new Flowable((subscriber) => {
    const queue = new Queue((message) => (message ? subscriber.onNext(message) : subscriber.onComplete()));
    let incoming;
    subscriber.onSubscribe({ request: (n) => queue.request(n), cancel: () => incoming.cancel() });
    payloads.subscribe({
      onSubscribe(subscription) {
        incoming = subscription;
        incoming.request(1);
      },
      onNext(payload) {
        queue.push(payload);
        incoming.request(1);
      },
      onComplete: () => queue.push(undefined),
      onError: (error) => subscriber.onError(error),
    });
  });
}

function responder(echo) {
  return {
    requestResponse(payload) {
      try {
        return Single.of(echo.answer(payload, composite));
      } catch (error) {
        return Single.error(error);
      }
    },
    fireAndForget: (payload) => echo.forget(payload),
    requestStream: (payload) => flow(Number(payload.data)),
    requestChannel: echoed,
    metadataPush(payload) {
      echo.pushed = payload.metadata;
      return Single.of(undefined);
    },
  };
}

/** One grant, and none before there is somebody to hear it. */
function leases(received) {
  const granted = new Flowable((subscriber) => {
    const grant = () => subscriber.onNext(new core.Lease(LEASE.ttlMs, LEASE.requests));
    subscriber.onSubscribe({ request: () => setTimeout(grant), cancel() {} });
  });
  const hear = { onSubscribe: (it) => it.request(100), onNext: received, onComplete() {}, onError() {} };
  return new core.Leases().sender(() => granted).receiver((incoming) => incoming.subscribe(hear));
}

function serve({ link, scenario }) {
  return new Promise((found) => {
    const announce = (server) => server.on("listening", () => found(server.address().port));
    const create = net.createServer;
    if (link === "tcp") net.createServer = (...options) => announce(create(...options));
    const options = { host: HOST, port: 0 };
    const transport =
      link === "tcp"
        ? new TcpServer(options, core.BufferEncoders)
        : new WebSocketServer(options, core.BufferEncoders, (it) => announce(new ws.Server(it)));
    const server = new core.RSocketServer({
      transport,
      getRequestHandler: () => responder(new Echo()),
      leases: scenario === "lease" ? () => leases(() => {}) : undefined,
    });
    server.start();
  });
}

function clientTransport(link, port) {
  return link === "tcp"
    ? new TcpClient({ host: HOST, port }, core.BufferEncoders)
    : new WebSocketClient(
        { url: `ws://${HOST}:${port}/`, wsCreator: (url) => new ws.WebSocket(url) },
        core.BufferEncoders,
      );
}

function resumable(link, port) {
  const options = { bufferSize: RESUME_BYTES, resumeToken: Buffer.from("a token of js"), sessionDurationSeconds: SESSION_S };
  const transport = new core.RSocketResumableTransport(() => clientTransport(link, port), options, core.BufferEncoders);
  // It does not dial again by itself.
  let wasConnected = false;
  transport.connectionStatus().subscribe({
    onSubscribe: (subscription) => subscription.request(Number.MAX_SAFE_INTEGER),
    onNext({ kind }) {
      wasConnected ||= kind === "CONNECTED";
      if (wasConnected && kind === "NOT_CONNECTED") setTimeout(() => transport.connect(), 100);
    },
  });
  return transport;
}

async function connect({ link, scenario, port }) {
  let hear;
  const leased = new Promise((resolve) => (hear = resolve));
  const client = new core.RSocketClient({
    transport: scenario === "resume" ? resumable(link, port) : clientTransport(link, port),
    setup: {
      keepAlive: KEEPALIVE_MS,
      lifetime: LIFETIME_MS,
      dataMimeType: "application/octet-stream",
      metadataMimeType: "message/x.rsocket.composite-metadata.v0",
    },
    responder: responder(new Echo()),
    leases: scenario === "lease" ? () => leases(hear) : undefined,
  });
  return new Requester(await settled(client.connect()), leased);
}

class Requester {
  queues = false;

  constructor(rsocket, leased) {
    Object.assign(this, { rsocket, leased });
  }

  requestResponse(payload) {
    return settled(this.rsocket.requestResponse(payload));
  }

  fireAndForget(payload) {
    this.rsocket.fireAndForget(payload);
  }

  pushMetadata(metadata) {
    return settled(this.rsocket.metadataPush({ metadata }));
  }

  stream(payload, credit) {
    return subscribed(this.rsocket.requestStream(payload), credit);
  }

  async channel(texts, window) {
    const messages = texts.map((text) => ({ data: Buffer.from(text) }));
    const sent = new Flowable((subscriber) => {
      const queue = new Queue((message) => (message ? subscriber.onNext(message) : subscriber.onComplete()));
      [...messages, undefined].forEach((message) => queue.push(message));
      subscriber.onSubscribe({ request: (n) => queue.request(n), cancel() {} });
    });
    const heard = subscribed(this.rsocket.requestChannel(sent), window, true);
    await heard.ended;
    return heard.items;
  }
}

/** A Single is no promise. */
function settled(single) {
  return new Promise((resolve, reject) =>
    single.subscribe({ onSubscribe() {}, onComplete: resolve, onError: reject }),
  );
}

/** Reads a flow by `credit`, and where `renewed` by one more for each that comes. */
function subscribed(flowable, credit, renewed = false) {
  const items = [];
  let handle;
  const ended = new Promise((resolve, reject) =>
    flowable.subscribe({
      onSubscribe(subscription) {
        handle = subscription;
        handle.request(credit);
      },
      onNext(item) {
        items.push(item.data.toString());
        if (renewed) handle.request(1);
      },
      onComplete: resolve,
      onError: reject,
    }),
  );
  return { items, ended, request: (n) => handle.request(n), cancel: () => handle.cancel() };
}

await main({ serve, connect, composite });
