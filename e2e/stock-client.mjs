// A Yjs client as anybody may write it: npm's yjs and y-websocket, unmodified. Knows the board's public schema
// (docs/board-schema.md) and nothing else of Boardwalk.

import WebSocket from "ws";
import { WebsocketProvider } from "y-websocket";
import * as Y from "yjs";

export class StockClient {
  #provider;
  doc = new Y.Doc();
  /** Shape id to Y.Map. */
  shapes = this.doc.getMap("shapes");

  /** Joins the board that an invite link leads to. */
  static async join(serverUrl, inviteLink, name) {
    const link = new URL(inviteLink);
    const board = link.pathname.replace("/b/", "");
    const client = new StockClient();
    client.#provider = new WebsocketProvider(`${serverUrl.replace(/^http/, "ws")}/sync`, board, client.doc, {
      params: { key: link.hash.replace("#key=", "") },
      WebSocketPolyfill: WebSocket,
      disableBc: true,
    });
    client.#provider.awareness.setLocalStateField("user", { name, color: "#c2410c" });
    await new Promise((resolve) => client.#provider.once("sync", resolve));
    return client;
  }

  /** Adds a shape with these keys. */
  add(id, keys) {
    this.doc.transact(() => this.shapes.set(id, new Y.Map(Object.entries(keys))));
  }

  /** The shapes as plain objects. */
  read() {
    return Object.values(this.shapes.toJSON());
  }

  /** Leaves what the server sends in the socket, as a tab does that hangs. */
  stopReading() {
    this.#provider.ws.pause();
  }

  goOnReading() {
    this.#provider.ws.resume();
  }

  leave() {
    this.#provider.destroy();
    this.doc.destroy();
  }
}
