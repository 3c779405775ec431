import { setImmediate as nextTurn } from 'node:timers/promises';

const TURN_MS = 10;

/** Lets long work share its thread: `breathe` gives the event loop a turn when the last was over 10 ms ago. */
export class TurnTaker {
  #since = performance.now();

  async breathe(): Promise<void> {
    if (performance.now() - this.#since < TURN_MS) return;
    await nextTurn();
    this.#since = performance.now();
  }
}
