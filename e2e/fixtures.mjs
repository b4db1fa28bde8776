// One journey: a server of its own, a browser, people on boards; pictures of every page when it fails.
// Knows how to start and stop things, not what a board looks like (that is pages/).

import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";

import { Link } from "./link.mjs";
import { BoardPage } from "./pages/board.mjs";
import { HomePage } from "./pages/home.mjs";
import { Server } from "./server.mjs";

const RESULTS = fileURLToPath(new URL("test-results/", import.meta.url));
const JOURNEY_LIMIT_MS = 60_000;
const ERROR_CHARS_MAX = 400;
/** What the browser itself puts on the console: broken connections, and headers that plain http cannot honour. */
const NO_FAULT_OF_THE_PAGE = /Failed to load resource|WebSocket connection|net::ERR_|Cross-Origin-Opener-Policy header/;
/** A name that is not localhost: browsers withhold secure-context APIs there. */
export const PLAIN_HTTP_NAME = "board.test";

const FLAGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  `--host-resolver-rules=MAP ${PLAIN_HTTP_NAME} 127.0.0.1`,
];

const DEVICES = {
  desktop: { viewport: { width: 1440, height: 900 } },
  phone: { viewport: { width: 390, height: 844 }, deviceScaleFactor: 3, isMobile: true, hasTouch: true },
};

const EXECUTABLE = process.env.CHROMIUM ?? "/usr/bin/chromium";

let browser;

async function theBrowser() {
  browser ??= await chromium.launch({ executablePath: EXECUTABLE, args: FLAGS });
  return browser;
}

function look(device, scheme, language = "en-GB") {
  return { ...DEVICES[device], colorScheme: scheme, locale: language };
}

after(async () => browser?.close());

/**
 * Declares a journey. `body` gets a `Journey`; options are those of node:test plus `host`, the name that the browser
 * uses for the server, and `env`, what the server's environment has besides.
 */
export function journey(name, options, body) {
  if (typeof options === "function") [options, body] = [{}, options];
  const { host, env, ...rest } = options;
  test(name, { timeout: JOURNEY_LIMIT_MS, ...rest }, async () => {
    const it = new Journey(name, { host, env });
    try {
      await it.start();
      await body(it);
      it.checkErrors();
    } catch (error) {
      await it.picture("failed");
      console.error(it.log());
      throw error;
    } finally {
      await it.stop();
    }
  });
}

/** Something that is waited for, by `reached`, until the journey calls `reach`. */
export function moment() {
  let reach;
  const reached = new Promise((resolve) => (reach = resolve));
  return { reached, reach };
}

class Journey {
  #name;
  #options;
  #contexts = [];
  #profiles = [];
  #links = [];
  #pages = [];
  #errors = new Set();
  #serverLog = () => "";
  /** The server, if it is the journey's own; journeys against a given one must not stop it. */
  server;
  /** Where the server is, for a browser. */
  url;

  constructor(name, options) {
    this.#name = name;
    this.#options = options;
  }

  async start() {
    await mkdir(RESULTS, { recursive: true });
    this.url = process.env.BOARDWALK_URL;
    if (this.url) return;
    this.server = await Server.start(this.#options);
    this.#serverLog = () => this.server.log();
    this.url = this.server.url;
  }

  /** A new person: a browser context of their own, with a name. `device` is desktop or phone; `origin`
   * another door to the same boards. */
  async person(name, { device = "desktop", scheme = "light", link, origin, language = "en-GB" } = {}) {
    const context = await (await theBrowser()).newContext(look(device, scheme, language));
    this.#contexts.push(context);
    return new Person(this, name, context, link?.url ?? origin ?? this.url);
  }

  /** A person whose browser can be closed and started again. */
  async personAtHome(name, { device = "desktop", scheme = "light" } = {}) {
    const profile = await mkdtemp(path.join(os.tmpdir(), "boardwalk-profile-"));
    this.#profiles.push(profile);
    const begin = async () => {
      const options = { ...look(device, scheme), executablePath: EXECUTABLE, args: FLAGS };
      const context = await chromium.launchPersistentContext(profile, options);
      this.#contexts.push(context);
      return context;
    };
    return new Person(this, name, await begin(), this.url, begin);
  }

  /** A line between one person and the server that the journey can cut. */
  async link() {
    const link = await Link.to(this.url);
    this.#links.push(link);
    return link;
  }

  watch(who, page) {
    this.#pages.push([who, page]);
    page.on("pageerror", (error) => this.#errors.add(`${who}: ${String(error.stack ?? error).slice(0, ERROR_CHARS_MAX)}`));
    page.on("console", (message) => {
      const text = message.text();
      if (message.type() === "error" && !NO_FAULT_OF_THE_PAGE.test(text)) {
        this.#errors.add(`${who}: ${text.slice(0, ERROR_CHARS_MAX)}`);
      }
    });
  }

  checkErrors() {
    assert.deepEqual([...this.#errors], [], "the pages reported errors");
  }

  log() {
    return [`--- errors of the pages`, ...this.#errors, `--- the server's log`, this.#serverLog()].join("\n");
  }

  /** A picture of every open page, in test-results/. */
  async picture(what) {
    for (const [who, page] of this.#pages) {
      if (page.isClosed()) continue;
      const file = `${this.#name}-${what}-${who}.png`.toLowerCase().replaceAll(/[^a-z0-9.]+/g, "-");
      await page.screenshot({ path: path.join(RESULTS, file) }).catch(() => {});
    }
  }

  async stop() {
    for (const context of this.#contexts) await context.close().catch(() => {});
    for (const profile of this.#profiles) await rm(profile, { recursive: true, force: true, maxRetries: 5 });
    for (const link of this.#links) await link.close();
    await this.server?.remove();
  }
}

class Person {
  #journey;
  #context;
  #origin;
  #begin;
  name;

  constructor(journey, name, context, origin, begin) {
    this.#begin = begin;
    this.#journey = journey;
    this.#context = context;
    this.#origin = origin;
    this.name = name;
  }

  /** Closes this person's browser and starts it again. */
  async restartBrowser() {
    await this.#context.close();
    this.#context = await this.#begin();
  }

  async #newPage() {
    const page = await this.#context.newPage();
    page.setDefaultTimeout(15_000);
    this.#journey.watch(this.name, page);
    return page;
  }

  /** Opens any page of the server. */
  async page(address) {
    const page = await this.#newPage();
    await page.goto(new URL(address, this.#origin).href);
    return page;
  }

  /** Opens the home page. */
  async home() {
    const page = await this.#newPage();
    await page.goto(this.#origin);
    await page.getByTestId("new-board").waitFor();
    return new HomePage(page);
  }

  /** Opens the home page and makes a board. */
  async newBoard() {
    const board = await (await this.home()).newBoard();
    await board.ready();
    return board;
  }

  /** Opens an address of a board over this person's own line; waits until it is ready to use unless `ready` is false. */
  async open(address, { ready = true } = {}) {
    const url = new URL(address, this.#origin);
    const own = new URL(url.pathname + url.search + url.hash, this.#origin);
    const page = await this.#newPage();
    await page.goto(own.href);
    const board = new BoardPage(page);
    if (ready) await board.ready();
    return board;
  }
}
