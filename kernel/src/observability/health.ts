import type { HealthProbe } from '@sextant/sdk';
import type { Boundary } from '../boundary/boundary.js';

const PROBE_TIMEOUT = 10_000;

interface Probe {
  readonly plugin: string;
  readonly name: string;
  readonly critical: boolean;
  latest: HealthProbe;
}

/** A plugin in plain JavaScript may answer anything. @throws what its reason then says */
function refuseMalformed(answer: HealthProbe | undefined): HealthProbe {
  const { status, reason } = (answer ?? {}) as { readonly status?: unknown; readonly reason?: unknown };
  if (status === 'up' || ((status === 'degraded' || status === 'down') && typeof reason === 'string')) return answer as HealthProbe;
  throw new TypeError(`the probe answered neither { status: 'up' } nor { status: 'degraded' | 'down', reason: '…' }`);
}

/** Asks every probe at its interval, and remembers the answer. A critical probe that is down makes the process unready. */
export class Health {
  readonly #probes = new Set<Probe>();

  constructor(private readonly boundary: Boundary) {}

  add(
    plugin: string,
    name: string,
    run: (signal: AbortSignal) => Promise<HealthProbe> | HealthProbe,
    options: { readonly every: number; readonly critical: boolean },
    degrade: (reason: string) => Disposable,
  ): Disposable {
    const probe: Probe = { plugin, name, critical: options.critical, latest: { status: 'up' } };
    this.#probes.add(probe);
    let degradation: Disposable | undefined;
    let stopped = false;
    const ask = async (): Promise<void> => {
      const answer = await this.boundary
        .run({ plugin, kind: 'health', name }, { deadline: PROBE_TIMEOUT }, (signal) => run(signal))
        .then(refuseMalformed)
        .catch((error: unknown): HealthProbe => ({ status: 'down', reason: error instanceof Error ? error.message : String(error) }));
      if (stopped) return;
      const changed = JSON.stringify(answer) !== JSON.stringify(probe.latest);
      probe.latest = answer;
      if (!changed) return;
      degradation?.[Symbol.dispose]();
      degradation = answer.status === 'up' ? undefined : degrade(`${name} is ${answer.status}: ${answer.reason}`);
    };
    const timer = setInterval(() => void ask(), options.every);
    timer.unref();
    void ask();
    return {
      [Symbol.dispose]: () => {
        stopped = true;
        clearInterval(timer);
        degradation?.[Symbol.dispose]();
        this.#probes.delete(probe);
      },
    };
  }

  /** Critical probes that are down, in words. */
  critical(): readonly string[] {
    return [...this.#probes].flatMap((p) =>
      p.critical && p.latest.status === 'down' ? [`${p.plugin}: ${p.name}: ${p.latest.reason}`] : [],
    );
  }
}
