// WebKit's own small browser on a screen that nobody sees, driven by WebDriver. Knows nothing of boards.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync } from "node:fs";
import path from "node:path";
import { setTimeout as pause } from "node:timers/promises";

import { freePort } from "../server.mjs";

const LIBRARIES = "/usr/lib";
const BROWSER = "webkit2gtk-4.1/MiniBrowser";
const READY_TRIES_MAX = 200;

export class WebKit {
  #screen;
  #driver;
  #address;
  #session;

  static name = "WebKit";

  static async start() {
    const webkit = new WebKit();
    const [screen, display] = await virtualScreen();
    webkit.#screen = screen;
    const port = await freePort();
    // Its sandbox needs rights that containers do not give.
    const env = { ...process.env, DISPLAY: display, WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS: "1" };
    webkit.#driver = spawn("WebKitWebDriver", [`--port=${port}`], { stdio: "ignore", env });
    webkit.#address = `http://127.0.0.1:${port}`;
    const options = { binary: process.env.WEBKIT ?? browser(), args: ["--automation"] };
    const capabilities = { alwaysMatch: { "webkitgtk:browserOptions": options } };
    await webkit.#ready();
    const { sessionId } = await webkit.#ask("POST", "/session", { capabilities });
    webkit.#session = `/session/${sessionId}`;
    await webkit.#ask("POST", `${webkit.#session}/window/rect`, { width: 1440, height: 900 });
    return webkit;
  }

  async open(url) {
    await this.#ask("POST", `${this.#session}/url`, { url });
  }

  async reload() {
    await this.#ask("POST", `${this.#session}/refresh`, {});
  }

  /** What an expression is in the page; plain values only. */
  evaluate(expression) {
    return this.#ask("POST", `${this.#session}/execute/sync`, { script: `return ${expression}`, args: [] });
  }

  /** Sources of actions as WebDriver describes them. */
  async perform(actions) {
    await this.#ask("POST", `${this.#session}/actions`, { actions });
  }

  /** What the page shows, as PNG. */
  async picture() {
    return Buffer.from(await this.#ask("GET", `${this.#session}/screenshot`), "base64");
  }

  async close() {
    if (this.#session) await this.#ask("DELETE", this.#session).catch(() => {});
    for (const child of [this.#driver, this.#screen]) {
      if (!child || child.exitCode !== null || child.signalCode !== null) continue;
      const exit = once(child, "exit");
      child.kill("SIGKILL");
      await exit;
    }
  }

  async #ready() {
    for (let tries = 0; tries < READY_TRIES_MAX; tries += 1) {
      const status = await this.#ask("GET", "/status").catch(() => undefined);
      if (status?.ready) return;
      await pause(50);
    }
    throw new Error("WebKitWebDriver does not answer");
  }

  async #ask(method, at, body) {
    const answer = await fetch(this.#address + at, { method, body: body && JSON.stringify(body) });
    const { value } = await answer.json();
    if (value?.error) throw new Error(`${at}: ${value.error}: ${value.message}`);
    return value;
  }
}

function browser() {
  // In a folder that is named after the machine.
  const found = readdirSync(LIBRARIES).map((machine) => path.join(LIBRARIES, machine, BROWSER)).find(existsSync);
  if (!found) throw new Error(`there is no ${BROWSER} in ${LIBRARIES}`);
  return found;
}

/** Starts a screen in memory; its process, and what `DISPLAY` says to use it. */
async function virtualScreen() {
  const screen = spawn("Xvfb", ["-displayfd", "1", "-screen", "0", "1500x1000x24", "-nolisten", "tcp"], {
    stdio: ["ignore", "pipe", "ignore"],
  });
  const [number] = await once(screen.stdout.setEncoding("utf8"), "data");
  return [screen, `:${number.trim()}`];
}
