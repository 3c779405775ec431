/** At most `capacity` holders; the rest wait in order and leave when their signal aborts. */
export class Semaphore {
  private free: number;
  private readonly waiting: { readonly take: () => void }[] = [];

  constructor(capacity: number) {
    this.free = capacity;
  }

  get queued(): number {
    return this.waiting.length;
  }

  /** Resolves to the release, which may be called once. */
  async acquire(signal?: AbortSignal): Promise<() => void> {
    signal?.throwIfAborted();
    if (this.free > 0) this.free--;
    else await this.turn(signal);
    let held = true;
    return () => {
      if (!held) return;
      held = false;
      const next = this.waiting.shift();
      if (next) next.take();
      else this.free++;
    };
  }

  private turn(signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      const entry = {
        take: () => {
          signal?.removeEventListener('abort', leave);
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
