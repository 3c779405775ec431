import type { Phase } from '../lifecycle/plugin-record.js';

/** Says what is still pending at 1, 2, 3, 5, 8 … seconds of a boot, so that a slow one names what it waits for. */
export class BootProgress {
  readonly #pending = new Map<string, { readonly phase: Phase; readonly since: number }>();
  #timer: NodeJS.Timeout | undefined;

  constructor(private readonly print: (line: string) => void) {}

  enter(plugin: string, phase: Phase | undefined): void {
    if (phase) this.#pending.set(plugin, { phase, since: performance.now() });
    else this.#pending.delete(plugin);
  }

  start(): void {
    const wait = (a: number, b: number): void => {
      this.#timer = setTimeout(() => {
        const parts = [...this.#pending].map(
          ([plugin, p]) => `${plugin} (${p.phase}, ${((performance.now() - p.since) / 1000).toFixed(1)} s)`,
        );
        if (parts.length > 0) this.print(`still starting: ${parts.join(', ')}`);
        wait(b, a + b);
      }, a * 1000);
      this.#timer.unref();
    };
    wait(1, 2);
  }

  stop(): void {
    clearTimeout(this.#timer);
  }
}
