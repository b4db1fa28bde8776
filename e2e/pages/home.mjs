// The home page, as a person uses it.

import { BoardPage } from "./board.mjs";

export class HomePage {
  constructor(page) {
    this.page = page;
  }

  /** Presses "New board" and waits for its address. */
  async newBoard() {
    await this.page.getByTestId("new-board").click();
    await this.page.waitForURL(/\/b\/[^/]+/);
    return new BoardPage(this.page);
  }
}
