/** Text that arrives faster than it is wanted: a reader gets the newest line, never a backlog. */
export class LatestText implements AsyncIterable<string> {
  private latest: string | undefined;
  private ended = false;
  private wake: (() => void) | undefined;

  push(text: string): void {
    const line = text
      .split(/[\r\n]/)
      .map((part) => part.trim())
      .filter(Boolean)
      .at(-1);
    if (!line) return;
    this.latest = line.slice(0, 200);
    this.wake?.();
  }

  end(): void {
    this.ended = true;
    this.wake?.();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<string> {
    for (;;) {
      if (this.latest !== undefined) {
        const text = this.latest;
        this.latest = undefined;
        yield text;
      } else if (this.ended) return;
      else
        await new Promise<void>((resolve) => {
          this.wake = resolve;
        });
    }
  }
}
