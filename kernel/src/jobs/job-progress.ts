const PROGRESS_EVERY = 1_000;

/** Keeps the newest text, and writes at most one a second. */
export class JobProgress {
  last: string | undefined;
  #timer: NodeJS.Timeout | undefined;
  #writtenAt = Number.NEGATIVE_INFINITY;

  constructor(private write: (text: string) => void) {}

  show(text: string): void {
    this.last = text;
    if (this.#timer !== undefined) return;
    this.#timer = setTimeout(
      () => {
        this.#timer = undefined;
        this.#writtenAt = performance.now();
        this.write(this.last!);
      },
      Math.max(0, this.#writtenAt + PROGRESS_EVERY - performance.now()),
    );
  }

  /** What was not written yet goes with the final record. */
  close(): void {
    clearTimeout(this.#timer);
    this.write = () => undefined;
  }
}
