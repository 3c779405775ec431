import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Logger } from '@sextant/sdk';
import type { ProcessState } from '../lifecycle/process-state.js';
import { asState, asTold, type SwitchFollower, toldSwitches } from './switch-follower.js';
import type { SwitchState } from './switch-table.js';

/** Milliseconds in which an older state is one that was read before the newer one and came late; afterwards the database itself was put back. */
const LATE = 10_000;
/** Milliseconds that an answer waits for the switches to take effect; less than its caller waits. */
const PATIENCE = 1_000;

/**
 * The switches of a process without a database: those it was told last, by any process that has one. Kept in a file, so
 * that a start takes effect without them being told anew.
 */
export class ToldSwitches implements SwitchFollower {
  #state: SwitchState;
  #toldAt = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly file: string,
    private readonly log: Logger,
    private readonly options: { readonly changed: () => Promise<void>; readonly own: () => ProcessState },
  ) {
    this.#state = this.#kept();
  }

  get state(): SwitchState {
    return this.#state;
  }

  async tell(options: Parameters<SwitchFollower['tell']>[0]): ReturnType<SwitchFollower['tell']> {
    const told = asState(toldSwitches.parse({ revision: options.revision, switches: options.switches }));
    const now = performance.now();
    const late = told.revision < this.#state.revision && now - this.#toldAt < LATE;
    if (!late) {
      this.#toldAt = now;
      if (!same(told, this.#state)) {
        this.#state = told;
        this.#keep();
        await withinReason(this.options.changed());
      }
    }
    return this.options.own();
  }

  #kept(): SwitchState {
    try {
      return asState(toldSwitches.parse(JSON.parse(readFileSync(this.file, 'utf8'))));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT')
        this.log.warn('the file of plugin switches cannot be read; the defaults hold until they are told anew', { file: this.file, error });
      return { revision: 0, switches: new Map() };
    }
  }

  #keep(): void {
    const partial = `${this.file}.new`;
    try {
      mkdirSync(dirname(this.file), { recursive: true, mode: 0o700 });
      writeFileSync(partial, JSON.stringify(asTold(this.#state)), { mode: 0o600 });
      renameSync(partial, this.file);
    } catch (error) {
      this.log.warn('the plugin switches cannot be kept: a restart begins with the defaults', { file: this.file, error });
    }
  }
}

/** So that the answer mostly tells of what the switches have done; one that takes longer is told of in the next. */
async function withinReason(work: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, PATIENCE);
  });
  await Promise.race([work, late]).finally(() => clearTimeout(timer));
}

const same = (a: SwitchState, b: SwitchState): boolean =>
  a.revision === b.revision && a.switches.size === b.switches.size && [...a.switches].every(([id, on]) => b.switches.get(id) === on);
