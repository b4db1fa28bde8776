// A Firefox without a window, driven by WebDriver BiDi over its own socket. Knows nothing of boards.

import { spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { once } from "node:events";
import WebSocket from "ws";

const LISTENING = /WebDriver BiDi listening on (\S+)/;

export class Firefox {
  #process;
  #profile;
  #socket;
  #context;
  #asked = new Map();

  static name = "Firefox";

  static async start() {
    const firefox = new Firefox();
    firefox.#profile = await mkdtemp(path.join(os.tmpdir(), "boardwalk-firefox-"));
    const flags = ["--headless", "--no-remote", "--profile", firefox.#profile, "--remote-debugging-port", "0"];
    firefox.#process = spawn(process.env.FIREFOX ?? "firefox-esr", flags, { stdio: ["ignore", "ignore", "pipe"] });
    const address = await listening(firefox.#process);
    firefox.#socket = new WebSocket(`${address}/session`);
    await once(firefox.#socket, "open");
    firefox.#socket.on("message", (bytes) => firefox.#answered(JSON.parse(bytes)));
    await firefox.#ask("session.new", { capabilities: {} });
    const { contexts } = await firefox.#ask("browsingContext.getTree", {});
    firefox.#context = contexts[0].context;
    const viewport = { width: 1440, height: 900 };
    await firefox.#ask("browsingContext.setViewport", { context: firefox.#context, viewport });
    return firefox;
  }

  async open(url) {
    await this.#ask("browsingContext.navigate", { context: this.#context, url, wait: "complete" });
  }

  async reload() {
    await this.#ask("browsingContext.reload", { context: this.#context, wait: "complete" });
  }

  /** What an expression is in the page; plain values only. */
  async evaluate(expression) {
    const target = { context: this.#context };
    const said = await this.#ask("script.evaluate", { expression, target, awaitPromise: true });
    if (said.type === "exception") throw new Error(said.exceptionDetails.text);
    return said.result.value;
  }

  /** Sources of actions as WebDriver describes them. */
  async perform(actions) {
    await this.#ask("input.performActions", { context: this.#context, actions });
  }

  /** What the page shows, as PNG. */
  async picture() {
    const { data } = await this.#ask("browsingContext.captureScreenshot", { context: this.#context });
    return Buffer.from(data, "base64");
  }

  async close() {
    this.#socket?.close();
    await ended(this.#process);
    await rm(this.#profile, { recursive: true, force: true });
  }

  #ask(method, params) {
    const id = this.#asked.size + 1;
    this.#socket.send(JSON.stringify({ id, method, params }));
    return new Promise((resolve, reject) => this.#asked.set(id, { resolve, reject, method }));
  }

  #answered({ id, type, result, error, message }) {
    const asked = this.#asked.get(id);
    if (!asked) return;
    if (type === "success") asked.resolve(result);
    else asked.reject(new Error(`${asked.method}: ${error}: ${message}`));
  }
}

/** Where it listens, once it says so. */
function listening(child) {
  return new Promise((resolve, reject) => {
    let said = "";
    child.once("error", reject);
    child.once("exit", () => reject(new Error(`Firefox ended by itself\n${said}`)));
    child.stderr.setEncoding("utf8").on("data", (text) => {
      said += text;
      const found = said.match(LISTENING);
      if (found) resolve(found[1]);
    });
  });
}

async function ended(child) {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = once(child, "exit");
  child.kill("SIGKILL");
  await exit;
}
