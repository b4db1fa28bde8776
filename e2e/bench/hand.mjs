// Real input, 60 events a second, not waiting for the page: what a person's hand does.

const EVERY_MS = 1000 / 60;

export class Hand {
  #session;
  #page;

  static async on(page) {
    const hand = new Hand();
    hand.#page = page;
    hand.#session = await page.context().newCDPSession(page);
    return hand;
  }

  /** For so many seconds: `event(step, steps)` gives the parameters of each mouse event. */
  async keepGoing(seconds, event) {
    const steps = Math.round(seconds * 60);
    const start = performance.now();
    const sent = [];
    for (let step = 0; step < steps; step += 1) {
      const wait = start + step * EVERY_MS - performance.now();
      if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
      sent.push(this.#session.send("Input.dispatchMouseEvent", event(step, steps)).catch(() => {}));
    }
    // What the page has not answered yet does not count against it: the trace ends with the input.
    this.pending = Promise.all(sent);
  }

  async press(x, y) {
    await this.#session.send("Input.dispatchMouseEvent", { type: "mouseMoved", x, y, button: "none" });
    await this.#session.send("Input.dispatchMouseEvent", { type: "mousePressed", x, y, button: "left", buttons: 1, clickCount: 1 });
  }

  async release(x, y) {
    await this.#session.send("Input.dispatchMouseEvent", { type: "mouseReleased", x, y, button: "left", clickCount: 1 });
  }

  /** Drags along a path of points (0..1 → [x, y]). */
  async drag(seconds, path) {
    const [fromX, fromY] = path(0);
    await this.press(fromX, fromY);
    await this.keepGoing(seconds, (step, steps) => {
      const [x, y] = path((step + 1) / steps);
      return { type: "mouseMoved", x, y, button: "left", buttons: 1 };
    });
  }

  /** Wheels: `delta(0..1)` gives [x, y]; with `zoom`, Control is held. */
  async wheel(seconds, [x, y], delta, { zoom = false } = {}) {
    await this.keepGoing(seconds, (step, steps) => {
      const [deltaX, deltaY] = delta(step / steps);
      return { type: "mouseWheel", x, y, deltaX, deltaY, modifiers: zoom ? 2 : 0 };
    });
  }

  async key(keys) {
    await this.#page.keyboard.press(keys);
  }
}

/** Measures, in the page, from each pointermove's timestamp to the second frame after it. */
export function watchPointer(page) {
  return page.evaluate(() => {
    const delays = [];
    const listen = (event) => {
      const begin = event.timeStamp;
      requestAnimationFrame(() => requestAnimationFrame(() => delays.push(performance.now() - begin)));
    };
    document.addEventListener("pointermove", listen, { passive: true });
    window.benchDelays = delays;
  });
}

export const pointerDelays = (page) => page.evaluate(() => window.benchDelays ?? []);
