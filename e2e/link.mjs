// A TCP line to the server that can be cut and mended, for one person.

import net from "node:net";
import { once } from "node:events";

export class Link {
  #listener;
  #sockets = new Set();
  #isCut = false;
  /** The server's address over this line. */
  url;

  static async to(serverUrl) {
    const target = new URL(serverUrl);
    const link = new Link();
    link.#listener = net.createServer((near) => link.#join(near, Number(target.port)));
    link.#listener.listen(0, "127.0.0.1");
    await once(link.#listener, "listening");
    link.url = `http://127.0.0.1:${link.#listener.address().port}`;
    return link;
  }

  #join(near, port) {
    if (this.#isCut) return void near.destroy();
    const far = net.connect(port, "127.0.0.1");
    for (const [socket, other] of [[near, far], [far, near]]) {
      this.#sockets.add(socket);
      socket.on("error", () => {});
      socket.on("close", () => {
        this.#sockets.delete(socket);
        other.destroy();
      });
      socket.pipe(other);
    }
  }

  /** Breaks every connection and refuses new ones. */
  cut() {
    this.#isCut = true;
    for (const socket of this.#sockets) socket.destroy();
  }

  /** Lets connections through again. */
  mend() {
    this.#isCut = false;
  }

  async close() {
    this.cut();
    this.#listener.close();
    await once(this.#listener, "close");
  }
}
