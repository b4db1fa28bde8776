// Loads the program's files; the build puts the first's name and what each part needs in the places of STEM and PARTS, and
// adds a function for each part.
import { initSync } from "./STEM.js";
const parts = PARTS;
const loaded = new Map();
const later = new URL("later.wasm", import.meta.url);
let held;
let following;
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

// Asks for what was cut off. What failed is asked for again at the next need.
export function follow() {
  if (isWhole) return undefined;
  following ??= WebAssembly.compileStreaming(fetch(later)).then(arrive);
  following.catch(() => (following = undefined));
  return following;
}

// The program needs it now: the page waits.
export function late() {
  if (isWhole) return;
  const request = new XMLHttpRequest();
  request.open("GET", later, false);
  request.overrideMimeType("text/plain; charset=x-user-defined");
  request.send();
  if (request.status !== 200) throw new Error(`${later}: ${request.status}`);
  arrive(new WebAssembly.Module(Uint8Array.from(request.responseText, (byte) => byte.charCodeAt(0))));
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

async function load(part, callback, data) {
  let success = true;
  try {
    await Promise.all([part === held ? undefined : follow(), ...parts[part].map(need)]);
  } catch (error) {
    console.error(error);
    success = false;
  }
  initSync().__indirect_function_table.get(callback)(data, success);
}
