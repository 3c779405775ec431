import { addressBlock } from '@sextant/sdk';

export interface RefusalLimits {
  /** Milliseconds that one summary covers. */
  readonly window: number;
  /** Refusals of one kind that are written one by one within a window, of one address and of all together. */
  readonly perAddress: number;
  readonly perWindow: number;
}

/** What was not written one by one. */
export interface RefusalSummary {
  readonly entity: string;
  readonly action: string;
  readonly count: number;
  /** Distinct addresses (of IPv6: networks) that were counted, at most {@link MOST_ADDRESSES}. */
  readonly addresses: number;
  readonly since: Date;
  readonly until: Date;
}

interface Window {
  readonly entity: string;
  readonly action: string;
  readonly begun: number;
  written: number;
  count: number;
  /** Entries of each address that were written one by one: at most `perWindow` addresses. */
  readonly byAddress: Map<string, number>;
  readonly suppressed: Set<string>;
}

/** Addresses that are told apart in a window, so that a flood from many takes a bounded place. */
export const MOST_ADDRESSES = 10_000;
/** Kinds of refusals that are told apart; there are about a dozen. */
const MOST_KINDS = 200;

const REFUSALS: ReadonlySet<string> = new Set(['failed', 'invalid', 'refused', 'attempted']);

/** An action that changed nothing because it was refused, or was not decided yet: whoever sends thousands of them must not fill the audit log. */
export const isRefusal = (action: string): boolean => REFUSALS.has(action);

/** Decides which refusals are written one by one, and counts the others. Its memory is bounded. */
export class RefusalAggregator {
  readonly #windows = new Map<string, Window>();

  constructor(private readonly limits: () => RefusalLimits) {}

  /** True when the refusal is to be written; otherwise it is counted for {@link due}. `now`: milliseconds. */
  admit(entity: string, action: string, address: string, now: number): boolean {
    const { perAddress, perWindow } = this.limits();
    const window = this.#window(entity, action, now);
    const block = addressBlock(address);
    const ofAddress = window.byAddress.get(block) ?? 0;
    // An address that is new while another floods is still written, up to the bound of the window.
    if (window.written < perWindow && ofAddress < perAddress) {
      window.written += 1;
      window.byAddress.set(block, ofAddress + 1);
      return true;
    }
    window.count += 1;
    if (window.suppressed.size < MOST_ADDRESSES) window.suppressed.add(block);
    return false;
  }

  /** The summaries of windows that are over; of all of them with `all`. */
  due(now: number, all = false): readonly RefusalSummary[] {
    const over: RefusalSummary[] = [];
    for (const [key, window] of this.#windows) {
      if (!all && now - window.begun < this.limits().window) continue;
      this.#windows.delete(key);
      const { entity, action, count, suppressed, begun } = window;
      if (count > 0) over.push({ entity, action, count, addresses: suppressed.size, since: new Date(begun), until: new Date(now) });
    }
    return over;
  }

  /** True while something was counted that no summary tells of yet. */
  get pending(): boolean {
    for (const { count } of this.#windows.values()) if (count > 0) return true;
    return false;
  }

  #window(entity: string, action: string, now: number): Window {
    let key = `${entity} ${action}`;
    let window = this.#windows.get(key);
    if (window === undefined && this.#windows.size >= MOST_KINDS) {
      key = 'others';
      window = this.#windows.get(key);
    }
    if (window === undefined) {
      const named = key === 'others' ? { entity: 'others', action: 'refused' } : { entity, action };
      window = { ...named, begun: now, written: 0, count: 0, byAddress: new Map(), suppressed: new Set() };
      this.#windows.set(key, window);
    }
    return window;
  }
}
