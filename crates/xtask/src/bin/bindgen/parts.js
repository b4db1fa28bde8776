// Loads the program's files; the build puts the first's name and what each part needs in the places of STEM and PARTS, and
// adds a function for each part.
import { initSync } from "./STEM.js";
const parts = PARTS;
const loaded = new Map();
const later = new URL("later.wasm", import.meta.url);
// Styles of whatever a board's page does not begin with.
const panels = document.querySelector("link[rel=stylesheet][disabled]");
const AGAIN_MS = 1000;
const TRIES_MAX = 3;
/** A page that has lived no longer would only begin anew again and again. */
const LIFE_MIN_MS = 10_000;
let held;
let following;
let styled;
let isWhole = true;

// The page's first file holds a part, save what was cut off into the later one.
export function holds(part) {
  for (const file of parts[part]) loaded.set(file, Promise.resolve());
  held = part;
  isWhole = false;
}

function arrive(module) {
  if (!isWhole) new WebAssembly.Instance(module, { __wasm_split: initSync() });
  isWhole = true;
}

// Asks for what was cut off, until it is there.
export function follow() {
  following ??= bring();
  return following;
}

async function bring() {
  while (!isWhole) {
    try {
      arrive(await WebAssembly.compileStreaming(fetch(later)));
    } catch {
      await new Promise((again) => setTimeout(again, AGAIN_MS));
    }
  }
}

// The program needs it now: the page waits. It cannot go on without, and so begins anew where nothing comes.
export function late() {
  for (let tries = 0; !isWhole && tries < TRIES_MAX; tries += 1) {
    const bytes = loadNow(later);
    if (bytes) arrive(new WebAssembly.Module(bytes));
  }
  if (isWhole) return;
  if (performance.now() > LIFE_MIN_MS) location.reload();
  throw new Error(`${later} cannot be loaded`);
}

function loadNow(file) {
  const request = new XMLHttpRequest();
  request.open("GET", file, false);
  request.overrideMimeType("text/plain; charset=x-user-defined");
  try {
    request.send();
  } catch {
    return undefined;
  }
  if (request.status !== 200) return undefined;
  const text = request.responseText;
  const bytes = new Uint8Array(text.length);
  for (let at = 0; at < bytes.length; at += 1) bytes[at] = text.charCodeAt(at);
  return bytes;
}

// Switches the panels' styles on.
export function style() {
  styled ??= new Promise((resolve, reject) => {
    Object.assign(panels, { onload: resolve, onerror: reject, disabled: false });
  });
  styled.catch(() => {
    styled = undefined;
    panels.disabled = true;
  });
  return styled;
}

function need(file) {
  if (!loaded.has(file)) {
    const imports = { __wasm_split: initSync() };
    const loading = WebAssembly.instantiateStreaming(fetch(new URL(file, import.meta.url)), imports);
    loading.catch(() => loaded.delete(file));
    loaded.set(file, loading);
  }
  return loaded.get(file);
}

// What is words alone calls nothing and shows nothing.
const isAlone = (part) => part === held || part === "german";

async function load(part, callback, data) {
  let success = true;
  try {
    await Promise.all([...(isAlone(part) ? [] : [follow(), style()]), ...parts[part].map(need)]);
  } catch (error) {
    // Whoever asked says so, and asks again.
    console.warn(error);
    success = false;
  }
  initSync().__indirect_function_table.get(callback)(data, success);
}
