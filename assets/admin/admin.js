// The administration page: shows what /api/admin tells, and asks it for what is pressed. What people wrote goes into the
// page as text, never as markup. The token stays in this tab, and is gone with it.

const TOKEN = "boardwalk.admin-token";
const PAGE = 50;
const SEARCH_PAUSE_MS = 250;
const REFRESH_MS = 15_000;

const byId = (id) => document.getElementById(id);
const [notice, door, rooms, leave, more, ask, bounds] = ["notice", "door", "rooms", "leave", "more", "ask", "bounds"].map(byId);

const theme = read(localStorage, "boardwalk.theme");
if (theme) document.documentElement.dataset.theme = theme;
const chosen = read(localStorage, "boardwalk.language") ?? navigator.language;
const language = chosen.startsWith("de") ? "de" : "en";
const words = await (await fetch(`/admin/words.${language}.json`)).json();

let shown = 0;
/** Counts lists: an answer that comes after a newer question is of no use. */
let lists = 0;

document.documentElement.lang = language;
for (const element of document.querySelectorAll("[data-word]")) element.textContent = words[element.dataset.word];
document.title = `${words.title} · Boardwalk`;
byId("search").placeholder = words.search;

door.addEventListener("submit", (event) => {
  event.preventDefault();
  write(byId("token").value.trim());
  byId("token").value = "";
  void enter();
});
leave.addEventListener("click", () => {
  write("");
  showDoor();
});
more.addEventListener("click", () => void list(true));
byId("bound").addEventListener("click", () => void showBounds());
byId("bounds-cancel").addEventListener("click", () => bounds.close());
byId("bounds-form").addEventListener("submit", (event) => {
  event.preventDefault();
  void saveBounds();
});
let pause;
byId("search").addEventListener("input", () => {
  clearTimeout(pause);
  pause = setTimeout(() => void list(false), SEARCH_PAUSE_MS);
});
for (const id of ["bin", "sort"]) byId(id).addEventListener("change", () => void list(false));
setInterval(() => {
  if (!document.hidden && !rooms.hidden) void figures();
}, REFRESH_MS);
await enter();

/** Asks the server; says on the page why it refused. */
async function api(method, path, { body, says = notice } = {}) {
  const headers = { authorization: `Bearer ${read(sessionStorage, TOKEN)}` };
  if (body) headers["content-type"] = "application/json";
  const answer = await fetch(`/api/admin/${path}`, { method, headers, body: body && JSON.stringify(body) }).catch(() => undefined);
  if (answer?.ok) {
    says.hidden = true;
    return answer.status === 204 ? {} : answer.json();
  }
  const problem = await answer?.json().catch(() => undefined);
  if (problem?.code === "wrong-token") showDoor();
  says.textContent = words[`problem_${problem?.code}`] ?? (answer ? problem?.title : undefined) ?? words.unreachable;
  says.hidden = false;
  return undefined;
}

function showDoor() {
  rooms.hidden = true;
  leave.hidden = true;
  door.hidden = false;
  byId("token").focus();
}

async function enter() {
  if (!read(sessionStorage, TOKEN)) return showDoor();
  if (!(await figures())) return;
  door.hidden = true;
  rooms.hidden = false;
  leave.hidden = false;
  await list(false);
}

async function figures() {
  const view = await api("GET", "instance");
  if (!view) return false;
  const { quotas } = view;
  byId("figures").replaceChildren(
    figure("boards", whole(view.boards), view.boards, quotas.boards, whole),
    figure("in_bin", whole(view.boards_in_bin)),
    figure("images", bytes(view.asset_bytes), view.asset_bytes, quotas.asset_bytes, bytes),
    figure("online", `${whole(view.people_online)}`, undefined, undefined, undefined, fill("boards_open", whole(view.boards_open))),
    figure("board_bound", quotas.board_bytes === null ? words.unbounded : bytes(quotas.board_bytes)),
    figure("release", view.version, undefined, undefined, undefined, fill("up_for", duration(view.uptime_ms))),
  );
  return true;
}

const boundFields = () => [...bounds.querySelectorAll("[data-bound]")];

/** Asks how much there may be; what a field leaves empty is as the server was started. */
async function showBounds() {
  const view = await api("GET", "instance");
  if (!view) return;
  const { most, ...now } = view.quotas;
  for (const field of boundFields()) {
    const { bound, unit } = field.dataset;
    const format = unit === "1" ? whole : bytes;
    const isSet = now[bound] !== null && now[bound] !== most[bound];
    field.value = isSet ? now[bound] / unit : "";
    if (most[bound] !== null) field.max = most[bound] / unit;
    field.placeholder = most[bound] === null ? words.unbounded : format(most[bound]);
    field.nextElementSibling.textContent = most[bound] === null ? words.most_none : fill("most", format(most[bound]));
  }
  byId("bounds-notice").hidden = true;
  bounds.showModal();
}

async function saveBounds() {
  const said = boundFields().map(({ value, dataset }) => [dataset.bound, value === "" ? null : Math.round(Number(value) * dataset.unit)]);
  const saved = await api("PUT", "quotas", { body: Object.fromEntries(said), says: byId("bounds-notice") });
  if (!saved) return;
  bounds.close();
  await figures();
}

function figure(word, value, amount, most, format, aside) {
  const parts = [make("dt", words[word]), make("dd", value, "admin__value")];
  if (typeof most === "number") {
    const meter = make("meter");
    Object.assign(meter, { min: 0, max: Math.max(most, 1), high: most * 0.9, optimum: 0, value: amount });
    meter.setAttribute("aria-label", `${words[word]}: ${format(amount)} ${fill("of", format(most))}`);
    parts.push(make("dd", [meter, make("span", fill("of", format(most)))], "admin__aside"));
  } else if (format || aside) {
    parts.push(make("dd", aside ?? words.unbounded, "admin__aside"));
  }
  return make("div", parts, "panel admin__figure");
}

async function list(goesOn) {
  const number = ++lists;
  const query = new URLSearchParams({
    query: byId("search").value,
    sort: byId("sort").value,
    offset: goesOn ? shown : 0,
    limit: PAGE,
  });
  if (byId("bin").value) query.set("bin", byId("bin").value);
  const answer = await api("GET", `boards?${query}`);
  if (!answer || number !== lists) return;
  const rows = answer.boards.map(row);
  if (goesOn) byId("boards").append(...rows);
  else byId("boards").replaceChildren(...rows);
  shown = (goesOn ? shown : 0) + rows.length;
  byId("count").textContent = fill(answer.total === 1 ? "count_one" : "count_many", whole(answer.total));
  more.hidden = shown >= answer.total;
}

function row(board) {
  const title = make("span", board.title || words.untitled, board.title ? "admin__title" : "admin__title admin__title--none");
  const face = [title, make("code", board.id, "admin__id")];
  if (board.owner !== null) face.push(make("span", fill("owner", board.owner), "admin__owner"));
  if (board.deleted_at_ms !== null) face.push(make("span", fill("in_bin_since", date(board.deleted_at_ms)), "admin__in-bin"));
  const element = make("tr", [
    make("th", face),
    cell("edited", board.edited_at_ms === null ? words.never : date(board.edited_at_ms)),
    cell("size", bytes(board.size_bytes), true),
    cell("versions", whole(board.versions), true),
    cell("images", bytes(board.asset_bytes), true),
    cell("people", whole(board.people), true),
    make("td", [action(board)], "admin__action"),
  ]);
  element.firstChild.scope = "row";
  element.dataset.board = board.id;
  return element;
}

function cell(word, text, isNumber = false) {
  const element = make("td", text, isNumber ? "admin__number" : "");
  element.dataset.label = words[word];
  return element;
}

function action(board) {
  const isInBin = board.deleted_at_ms !== null;
  const button = make("button", words[isInBin ? "restore" : "delete"], "button button--quiet");
  button.type = "button";
  button.setAttribute("aria-label", `${button.textContent}: ${board.title || board.id}`);
  button.addEventListener("click", async () => {
    if (!isInBin && !(await confirmed(board))) return;
    button.disabled = true;
    const done = await (isInBin ? api("POST", `boards/${board.id}/restore`) : api("DELETE", `boards/${board.id}`));
    button.disabled = false;
    if (done) await Promise.all([list(false), figures()]);
  });
  return button;
}

function confirmed(board) {
  byId("ask-text").textContent = fill(board.people ? "delete_text_people" : "delete_text", board.title || board.id, whole(board.people));
  ask.returnValue = "no";
  ask.showModal();
  return new Promise((resolve) => ask.addEventListener("close", () => resolve(ask.returnValue === "yes"), { once: true }));
}

function make(tag, content = "", className = "") {
  const element = document.createElement(tag);
  element.append(...(Array.isArray(content) ? content : [content]));
  if (className) element.className = className;
  return element;
}

function fill(word, ...values) {
  return values.reduce((text, value, index) => text.replace(`{${index}}`, () => value), words[word]);
}

function whole(number) {
  return number.toLocaleString(language);
}

function bytes(number) {
  // As the bounds are given: in MiB and GiB, of which the browser knows no words.
  const units = ["B", "KiB", "MiB", "GiB", "TiB"];
  const step = Math.min(units.length - 1, number < 1024 ? 0 : Math.floor(Math.log2(number) / 10));
  return `${(number / 1024 ** step).toLocaleString(language, { maximumSignificantDigits: 3 })}\u00a0${units[step]}`;
}

function date(timeMs) {
  return new Date(timeMs).toLocaleString(language, { dateStyle: "medium", timeStyle: "short" });
}

function duration(ms) {
  const [unit, length] = [["day", 86_400_000], ["hour", 3_600_000], ["minute", 60_000]].find(([, length]) => ms >= length) ?? ["second", 1000];
  return new Intl.NumberFormat(language, { style: "unit", unit, unitDisplay: "long" }).format(Math.floor(ms / length));
}

/** What a browser's store holds; none where it has no store for this page. */
function read(store, key) {
  try {
    return store.getItem(key) ?? undefined;
  } catch {
    return undefined;
  }
}

function write(token) {
  sessionStorage.setItem(TOKEN, token);
}
