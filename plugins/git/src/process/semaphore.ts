interface Waiting {
  readonly cause: string | undefined;
  readonly take: () => void;
}

/**
 * At most `capacity` holders; the rest wait in order and leave when their signal aborts. One cause, such as a person, holds at most half: whoever asks
 * for a hundred slow things at once leaves room for the others, who are not made to wait behind.
 */
export class Semaphore {
  private free: number;
  private readonly each: number;
  private readonly held = new Map<string, number>();
  private readonly waiting: Waiting[] = [];

  constructor(capacity: number) {
    this.free = capacity;
    this.each = Math.ceil(capacity / 2);
  }

  get queued(): number {
    return this.waiting.length;
  }

  /** Resolves to the release, which may be called once. */
  async acquire(signal?: AbortSignal, cause?: string): Promise<() => void> {
    signal?.throwIfAborted();
    if (this.may(cause)) this.take(cause);
    else await this.turn(signal, cause);
    let held = true;
    return () => {
      if (!held) return;
      held = false;
      this.give(cause);
      const next = this.waiting.findIndex((entry) => this.may(entry.cause));
      if (next !== -1) this.waiting.splice(next, 1)[0]!.take();
    };
  }

  private may(cause: string | undefined): boolean {
    return this.free > 0 && (cause === undefined || (this.held.get(cause) ?? 0) < this.each);
  }

  private take(cause: string | undefined): void {
    this.free--;
    if (cause !== undefined) this.held.set(cause, (this.held.get(cause) ?? 0) + 1);
  }

  private give(cause: string | undefined): void {
    this.free++;
    if (cause === undefined) return;
    const rest = (this.held.get(cause) ?? 0) - 1;
    if (rest > 0) this.held.set(cause, rest);
    else this.held.delete(cause);
  }

  private turn(signal: AbortSignal | undefined, cause: string | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      const entry: Waiting = {
        cause,
        take: () => {
          signal?.removeEventListener('abort', leave);
          this.take(cause);
          resolve();
        },
      };
      const leave = () => {
        this.waiting.splice(this.waiting.indexOf(entry), 1);
        reject(signal?.reason);
      };
      signal?.addEventListener('abort', leave, { once: true });
      this.waiting.push(entry);
    });
  }
}
