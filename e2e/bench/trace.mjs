// What the compositor really drew, and how long the page's thread was busy, from a trace of Chromium. Ticks of
// requestAnimationFrame are no frames: they go on while painting is queued behind them.

const CATEGORIES = [
  "devtools.timeline",
  "disabled-by-default-devtools.timeline",
  "disabled-by-default-devtools.timeline.frame",
  "blink.user_timing",
];
const BEGIN = "bench-begin";
const END = "bench-end";
/** A task that keeps the page from answering. */
const LONG_TASK_MS = 50;

/** Runs `action` under a trace; returns frames, intervals and tasks between its beginning and its end. */
export async function traced(browser, page, action) {
  const session = await browser.newBrowserCDPSession();
  const events = [];
  session.on("Tracing.dataCollected", ({ value }) => events.push(...value));
  await session.send("Tracing.start", {
    transferMode: "ReportEvents",
    traceConfig: { includedCategories: CATEGORIES, recordMode: "recordUntilFull" },
  });
  await mark(page, BEGIN);
  const result = await action();
  await mark(page, END);
  const complete = new Promise((resolve) => session.once("Tracing.tracingComplete", resolve));
  await session.send("Tracing.end");
  await complete;
  await session.detach();
  return { ...summary(events), result };
}

const mark = (page, name) => page.evaluate((name) => void performance.mark(name), name);

function summary(events) {
  const marked = (name) => events.find((event) => event.name === name);
  const [begin, end] = [marked(BEGIN), marked(END)];
  // The last mark is in the process that the page is in after a navigation.
  const inside = (event) => event.ts >= begin.ts && event.ts <= end.ts;
  const drawn = events.filter((event) => event.name === "DrawFrame" && inside(event)).map((event) => event.ts / 1000);
  drawn.sort((a, b) => a - b);
  const intervals = drawn.slice(1).map((at, index) => at - drawn[index]);
  const tasks = events
    .filter((event) => event.name === "RunTask" && event.pid === end.pid && event.tid === end.tid && inside(event))
    .map((event) => event.dur / 1000);
  const seconds = (end.ts - begin.ts) / 1e6;
  return {
    seconds,
    fps: drawn.length / seconds,
    p50: percentile(intervals, 50),
    p95: percentile(intervals, 95),
    longestTask: Math.max(0, ...tasks),
    longTasks: tasks.filter((task) => task > LONG_TASK_MS).length,
    busy: tasks.reduce((sum, task) => sum + task, 0) / (seconds * 1000),
  };
}

export function percentile(values, share) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor((sorted.length * share) / 100))] ?? 0;
}
