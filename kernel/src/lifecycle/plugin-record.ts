import type { ConfigSchema, Deps, Manifest, Part, PluginState, PluginStatus, Role } from '@sextant/sdk';
import { SextantError } from '@sextant/sdk';
import { thrownWords } from '../services/sentence.js';
import type { Declarations } from './declarations.js';

export type Phase = 'discover' | 'resolve' | 'load' | 'register' | 'configure' | 'migrate' | 'init' | 'compose' | 'start' | 'run' | 'stop';

export interface LoadedPart {
  readonly name: string;
  /** All that the manifest lists, whichever of them this process has. */
  readonly roles: readonly Role[];
  // biome-ignore lint/suspicious/noExplicitAny: of any instance
  readonly part: Part<Deps, ConfigSchema, any>;
  readonly declarations: Declarations;
}

/** One plugin in this process: what it is, what state it is in, and why. */
export class PluginRecord {
  readonly parts: LoadedPart[] = [];
  readonly timings: Record<string, number> = {};
  /** Reasons in words for which the plugin is degraded; the plugin itself, its health and the kernel add to it. */
  readonly degradations = new Map<symbol, string>();
  #state: Exclude<PluginState, 'degraded'> = 'disabled';
  #phase: Phase | undefined;
  #error: SextantError | undefined;
  #changed: () => void;

  constructor(
    readonly manifest: Manifest,
    readonly source: string,
    changed: () => void,
    /** The URL of the module it was read from; undefined for what is built in. */
    readonly entry?: string,
    /** Why it can never run in this process: its manifest is none. */
    readonly problem?: SextantError,
  ) {
    this.#changed = () => undefined;
    if (problem) this.fail('discover', problem);
    this.#changed = changed;
  }

  get id(): string {
    return this.manifest.id;
  }

  get state(): PluginState {
    return this.#state === 'active' && this.degradations.size > 0 ? 'degraded' : this.#state;
  }

  get error(): SextantError | undefined {
    return this.#error;
  }

  get phase(): Phase | undefined {
    return this.#phase;
  }

  /** Takes part in the phases: not disabled, incompatible, blocked or failed. */
  get alive(): boolean {
    return this.#state === 'active';
  }

  activate(): void {
    this.#set('active', undefined, undefined);
  }

  disable(reason?: SextantError): void {
    this.#set('disabled', undefined, reason);
  }

  incompatible(error: SextantError): void {
    this.#set('incompatible', 'resolve', error);
  }

  block(error: SextantError): void {
    this.#set('blocked', 'resolve', error);
  }

  fail(phase: Phase, error: unknown, part?: string): void {
    this.#set('failed', phase, asPluginError(this.id, phase, error, part));
  }

  degrade(reason: string): Disposable {
    const key = Symbol(reason);
    this.degradations.set(key, reason);
    this.#changed();
    return {
      [Symbol.dispose]: () => {
        if (this.degradations.delete(key)) this.#changed();
      },
    };
  }

  async timed<R>(phase: Phase, work: () => R | Promise<R>): Promise<R> {
    const start = performance.now();
    try {
      return await work();
    } finally {
      this.timings[phase] = Math.round((this.timings[phase] ?? 0) + performance.now() - start);
    }
  }

  status(dependsOn: readonly string[]): PluginStatus {
    const reasons = this.state === 'degraded' ? [...this.degradations.values()].join('; ') : this.#error?.message;
    const { id, version, title, summary, toggle } = this.manifest;
    return {
      id,
      version,
      title,
      summary,
      toggle,
      state: this.state,
      phase: this.#phase,
      reason: reasons,
      code: this.#error?.code,
      timings: { ...this.timings },
      dependsOn,
    };
  }

  #set(state: Exclude<PluginState, 'degraded'>, phase: Phase | undefined, error: SextantError | undefined): void {
    this.#state = state;
    this.#phase = phase;
    this.#error = error;
    if (state !== 'active') this.degradations.clear();
    this.#changed();
  }
}

function asPluginError(plugin: string, phase: Phase, error: unknown, part: string | undefined): SextantError {
  if (SextantError.is(error)) return error;
  return new SextantError('SEXTANT_PLUGIN_FAILED', {
    what: `Plugin "${plugin}"${part === undefined ? '' : ` (part ${part})`} failed in phase ${phase}.`,
    why: error === undefined ? 'It threw undefined, which tells nothing.' : thrownWords(error),
    fix:
      error instanceof SyntaxError
        ? 'Look through the files that the part imports: node --check FILE names the line.'
        : 'The cause is in the log; disable the plugin to start without it.',
    cause: error,
  });
}
