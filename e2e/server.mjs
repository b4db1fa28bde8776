// A `boardwalk serve` of one's own: free port, temporary data folder, stopped and started at will.

import { spawn } from "node:child_process";
import { randomInt } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import net from "node:net";
import os from "node:os";
import path from "node:path";
import { once } from "node:events";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";

const READY_LIMIT_MS = 20_000;
const STOP_LIMIT_MS = 10_000;
const LOG_LINES_MAX = 400;
const PORTS = [10_000, 32_000];
const PORT_TRIES_MAX = 200;

function binary() {
  const target = fileURLToPath(new URL("../target/", import.meta.url));
  const candidates = [process.env.BOARDWALK_BIN, `${target}debug/boardwalk`, `${target}release/boardwalk`];
  const found = candidates.find((file) => file && existsSync(file));
  if (!found) throw new Error("no server: run `cargo build --package boardwalk`, or set BOARDWALK_BIN");
  return found;
}

/** A TCP port of loopback that nobody listened on a moment ago, below those that kernels hand out by themselves: while
 * the server is stopped, no connection of somebody else may take its place. */
export async function freePort() {
  for (let tries = 0; tries < PORT_TRIES_MAX; tries += 1) {
    const port = randomInt(...PORTS);
    const listener = net.createServer();
    const free = await new Promise((resolve) => {
      listener.once("error", () => resolve(false)).listen(port, "127.0.0.1", () => resolve(true));
    });
    if (!free) continue;
    listener.close();
    await once(listener, "close");
    return port;
  }
  throw new Error(`no free port in ${PORT_TRIES_MAX} tries`);
}

export class Server {
  #folder;
  #port;
  #process;
  #env;
  #lines = [];
  /** Where a browser finds it. */
  url;

  /** Starts one; `host` is the name that browsers use for it, `env` what its environment has besides ours. */
  static async start({ host = "127.0.0.1", env = {} } = {}) {
    const server = new Server();
    server.#env = env;
    server.#folder = await mkdtemp(path.join(os.tmpdir(), "boardwalk-"));
    server.#port = await freePort();
    server.url = `http://${host}:${server.#port}`;
    await server.resume();
    return server;
  }

  /** Starts it again after `stop`: same address, same data. */
  async resume() {
    const flags = ["serve", "--listen", `127.0.0.1:${this.#port}`, "--data-dir", this.#folder, "--public-url", this.url];
    this.#process = spawn(binary(), flags, {
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...process.env, ...this.#env },
    });
    for (const stream of [this.#process.stdout, this.#process.stderr]) {
      stream.setEncoding("utf8").on("data", (text) => {
        this.#lines.push(...text.trimEnd().split("\n"));
        this.#lines = this.#lines.slice(-LOG_LINES_MAX);
      });
    }
    await this.#ready();
  }

  async #ready() {
    const limit = AbortSignal.timeout(READY_LIMIT_MS);
    while (!limit.aborted) {
      if (this.#process.exitCode !== null) throw new Error(`the server ended by itself\n${this.log()}`);
      const answer = await fetch(`http://127.0.0.1:${this.#port}/health/ready`).catch(() => undefined);
      if (answer?.ok) return;
      await pause(50);
    }
    throw new Error(`the server is not ready after ${READY_LIMIT_MS} ms\n${this.log()}`);
  }

  /** Stops it; by default as an operator would, with `SIGKILL` as a power cut would. */
  async stop(signal = "SIGTERM") {
    const child = this.#process;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, "exit");
    child.kill(signal);
    const limit = setTimeout(() => child.kill("SIGKILL"), STOP_LIMIT_MS);
    await exited;
    clearTimeout(limit);
  }

  /** Stops it and removes its data. */
  async remove() {
    await this.stop();
    await rm(this.#folder, { recursive: true, force: true });
  }

  /** Memory that it holds; Linux only. */
  residentBytes() {
    const status = readFileSync(`/proc/${this.#process.pid}/status`, "utf8");
    return Number(status.match(/^VmRSS:\s+(\d+) kB/m)[1]) * 1024;
  }

  /** What it printed, the newest last. */
  log() {
    return this.#lines.join("\n");
  }
}
