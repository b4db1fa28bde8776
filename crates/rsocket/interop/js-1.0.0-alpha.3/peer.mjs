// rsocket-js 1.0.0-alpha.3, as scenarios.mjs wants it. It cannot push metadata and a server of it grants no leases.

import net from "node:net";
import { createRequire } from "node:module";
import { Echo, FRAGMENT_BYTES, KEEPALIVE_MS, LIFETIME_MS, Numbers, PENDING_WITHOUT_LEASE, Queue } from "../scenarios.mjs";
import { main } from "../scenarios.mjs";

const require = createRequire(import.meta.url);
const { RSocketConnector, RSocketServer } = require("rsocket-core");
const { TcpClientTransport } = require("rsocket-tcp-client");
const { TcpServerTransport } = require("rsocket-tcp-server");
const { WebsocketClientTransport } = require("rsocket-websocket-client");
const { WebsocketServerTransport } = require("rsocket-websocket-server");
const mime = require("rsocket-composite-metadata");
const ws = require("ws");

const HOST = "127.0.0.1";
const COMPOSITE = "message/x.rsocket.composite-metadata.v0";
const SESSION_MS = 10_000;

const composite = {
  encode() {
    return mime.encodeCompositeMetadata([
      [mime.WellKnownMimeType.MESSAGE_RSOCKET_ROUTING, mime.encodeRoutes("boards.open", "now")],
      [mime.WellKnownMimeType.MESSAGE_RSOCKET_AUTHENTICATION, mime.encodeBearerAuthMetadata("a token")],
      ["application/x.custom", Buffer.from("custom")],
    ]);
  },

  describe(metadata) {
    const parts = [...new mime.CompositeMetadata(metadata)].map((entry) => {
      const name = entry.mimeType ?? entry.type;
      if (name.includes("routing")) return `route ${[...mime.decodeRoutes(entry.content)]}`;
      if (!name.includes("authentication")) return `${name} ${entry.content}`;
      const { type, payload } = mime.decodeAuthMetadata(entry.content);
      return `${type.string} ${payload}`;
    });
    return { data: Buffer.from(parts.join("; ")), metadata: composite.encode() };
  },
};

function responder(echo) {
  const ignored = { cancel() {}, onExtension() {} };
  return {
    requestResponse(payload, back) {
      try {
        back.onNext(echo.answer(payload, composite), true);
      } catch (error) {
        back.onError(error);
      }
      return ignored;
    },
    fireAndForget(payload) {
      echo.forget(payload);
      return ignored;
    },
    requestStream(payload, credit, back) {
      const numbers = new Numbers(Number(payload.data), (message, isLast) => back.onNext(message, isLast));
      numbers.request(credit);
      return { request: (n) => numbers.request(n), cancel: () => numbers.cancel(), onExtension() {} };
    },
    requestChannel(first, credit, isComplete, back) {
      const queue = new Queue((message, isLast) => (message ? back.onNext(message, isLast) : back.onComplete()));
      queue.request(credit);
      queue.push(first, isComplete);
      if (!isComplete) back.request(1);
      return {
        onNext(payload, isLast) {
          queue.push(payload, isLast);
          if (!isLast) back.request(1);
        },
        onComplete: () => queue.push(undefined, true),
        onError() {},
        request: (n) => queue.request(n),
        ...ignored,
      };
    },
  };
}

function serverTransport(link, found) {
  const announce = (server) => server.on("listening", () => found(server.address().port));
  return link === "tcp"
    ? new TcpServerTransport({
        listenOptions: { host: HOST, port: 0 },
        socketCreator: (options) => announce(net.createServer(options)),
      })
    : new WebsocketServerTransport({
        host: HOST,
        port: 0,
        wsCreator: (options) => announce(new ws.Server(options)),
      });
}

async function serve({ link, scenario }) {
  return new Promise((found) => {
    const server = new RSocketServer({
      transport: serverTransport(link, found),
      acceptor: { accept: async () => responder(new Echo()) },
      serverSideKeepAlive: scenario === "basics",
      resume: scenario === "resume" ? { sessionTimeout: SESSION_MS } : undefined,
    });
    server.bind();
  });
}

function clientTransport(link, port) {
  return link === "tcp"
    ? new TcpClientTransport({ connectionOptions: { host: HOST, port } })
    : new WebsocketClientTransport({ url: `ws://${HOST}:${port}/`, wsCreator: (url) => new ws.WebSocket(url) });
}

async function connect({ link, scenario, port }) {
  const connector = new RSocketConnector({
    transport: clientTransport(link, port),
    setup: { keepAlive: KEEPALIVE_MS, lifetime: LIFETIME_MS, metadataMimeType: COMPOSITE },
    fragmentation: { maxOutboundFragmentSize: FRAGMENT_BYTES },
    responder: responder(new Echo()),
    lease: scenario === "lease" ? { maxPendingRequests: PENDING_WITHOUT_LEASE } : undefined,
    resume:
      scenario === "resume"
        ? { tokenGenerator: () => Buffer.from("a token of js"), reconnectFunction: async () => {} }
        : undefined,
  });
  return new Requester(await connector.connect());
}

class Requester {
  queues = true;

  constructor(rsocket) {
    this.rsocket = rsocket;
    // The lease comes right after the connection; requests made before it would only queue.
    this.leased = new Promise((resolve) => setTimeout(resolve, KEEPALIVE_MS));
  }

  requestResponse(payload) {
    return new Promise((resolve, reject) => {
      const onNext = (answer) => resolve(answer);
      this.rsocket.requestResponse(payload, { onNext, onError: reject, onComplete() {}, onExtension() {} });
    });
  }

  fireAndForget(payload) {
    this.rsocket.fireAndForget(payload, { onError() {}, onComplete() {} });
  }

  stream(payload, credit) {
    const items = [];
    let handle;
    const ended = new Promise((resolve, reject) => {
      handle = this.rsocket.requestStream(payload, credit, {
        onNext(item, isLast) {
          items.push(item.data.toString());
          if (isLast) resolve();
        },
        onComplete: resolve,
        onError: reject,
        onExtension() {},
      });
    });
    return { items, ended, request: (n) => handle.request(n), cancel: () => handle.cancel() };
  }

  channel(texts, window) {
    const messages = texts.map((text) => ({ data: Buffer.from(text) }));
    const heard = [];
    return new Promise((resolve, reject) => {
      let queue = [];
      const handle = this.rsocket.requestChannel(messages.shift(), window, false, {
        onNext(item, isLast) {
          heard.push(item.data.toString());
          if (isLast) resolve(heard);
          else handle.request(1);
        },
        onComplete: () => resolve(heard),
        onError: reject,
        request: (n) => queue.request(n),
        cancel() {},
        onExtension() {},
      });
      queue = new Queue((message, isLast) => handle.onNext(message, isLast));
      messages.forEach((message, at) => queue.push(message, at === messages.length - 1));
    });
  }
}

await main({ serve, connect, composite });
