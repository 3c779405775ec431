import type { Clock } from '@sextant/sdk';
import { currentCause } from '../services/actors.js';
import type { BoundaryObserver, Entry } from './boundary.js';

export interface BudgetOptions {
  /** Errors within `window` that open the circuit. */
  readonly errors: number;
  /** Milliseconds. */
  readonly window: number;
  /** Milliseconds the circuit stays open before the plugin is tried again. */
  readonly rest: number;
}

interface Account {
  /** The errors within the window that count, oldest first: when, and by whose request. */
  errors: { readonly at: number; readonly cause: string | undefined }[];
  openUntil: number;
  degradation: Disposable | undefined;
}

export interface BudgetEvents {
  error(entry: Entry, error: unknown): void;
  /** The circuit of a plugin opened. The answer is disposed when it closes. */
  opened(plugin: string, reason: string): Disposable;
}

/**
 * Counts the errors of each plugin, and lets one that fails too often rest, alone. Errors by one person's requests count up to a quarter of the budget:
 * whoever has found one thing that a plugin cannot do must not take the plugin from everybody by asking for it again.
 */
export class ErrorBudget implements BoundaryObserver {
  readonly #accounts = new Map<string, Account>();

  constructor(
    private readonly clock: Clock,
    private readonly options: BudgetOptions,
    private readonly events: BudgetEvents,
  ) {}

  allows(plugin: string): boolean {
    const account = this.#accounts.get(plugin);
    if (!account || account.openUntil === 0) return true;
    if (this.clock.monotonic() < account.openUntil) return false;
    this.reset(plugin);
    return true;
  }

  failed(entry: Entry, error: unknown): void {
    this.events.error(entry, error);
    const now = this.clock.monotonic();
    const account = this.#accounts.get(entry.plugin) ?? { errors: [], openUntil: 0, degradation: undefined };
    this.#accounts.set(entry.plugin, account);
    while ((account.errors[0]?.at ?? now) < now - this.options.window) account.errors.shift();
    const cause = currentCause();
    const most = Math.max(2, Math.ceil(this.options.errors / 4));
    if (cause !== undefined && account.errors.filter((e) => e.cause === cause).length >= most) return;
    account.errors.push({ at: now, cause });
    if (account.openUntil === 0 && account.errors.length >= this.options.errors) {
      account.openUntil = now + this.options.rest;
      const reason = `${account.errors.length} errors within ${this.options.window / 1000} s, the last in ${entry.kind} "${entry.name}"; it rests for ${this.options.rest / 1000} s`;
      account.degradation = this.events.opened(entry.plugin, reason);
    }
  }

  reset(plugin: string): void {
    this.#accounts.get(plugin)?.degradation?.[Symbol.dispose]();
    this.#accounts.delete(plugin);
  }
}
