// Files that a person drops on a board, or pastes.

/** Stripes, drawn by the browser itself: a PNG of this size in base64. */
export async function picture(page, width, height, colours = ["#d33", "#3a3", "#36d", "#fb0"]) {
  return page.evaluate(
    async ([width, height, colours]) => {
      const canvas = Object.assign(document.createElement("canvas"), { width, height });
      const context = canvas.getContext("2d");
      const stripe = width / colours.length;
      colours.forEach((colour, at) => {
        context.fillStyle = colour;
        context.fillRect(at * stripe, 0, stripe, height);
      });
      return canvas.toDataURL("image/png").split(",")[1];
    },
    [width, height, colours],
  );
}

/** Drops, or pastes, files on the board. */
export async function bring(page, kind, files) {
  await page.evaluate(
    ([kind, files]) => {
      const data = new DataTransfer();
      for (const { name, type, base64 } of files) {
        const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
        data.items.add(new File([bytes], name, { type }));
      }
      const host = document.getElementById("board-host");
      const init = { bubbles: true, cancelable: true, clientX: 700, clientY: 450 };
      const event = kind === "drop" ? new DragEvent("drop", { ...init, dataTransfer: data }) : new ClipboardEvent("paste", { ...init, clipboardData: data });
      host.dispatchEvent(event);
    },
    [kind, files],
  );
}

/** A picture as a file. */
export const png = (base64, name = "stripes.png") => ({ name, type: "image/png", base64 });
