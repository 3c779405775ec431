import type { Repositories, Repository } from '@sextant/plugin-code-host/api';
import type { Actor } from '@sextant/sdk';
import { resolveScope } from '../answer/resolve-scope.js';
import { type ScopeRun, scopeServices } from '../answer/scope-services.js';
import { patternSource, typedPattern } from './name-ranker.js';
import { type ScopeOptions, TIME_UP, weightOf } from './suggestion-run.js';
import type { SuggestionScope } from './suggestion-scope.js';

/** The repositories of scopes, those that matter most first; each scope is looked up once. */
export class ScopedRepositories {
  readonly #known = new Map<string, Promise<readonly Repository[]>>();

  constructor(
    private readonly visible: readonly Repository[],
    private readonly actor: Actor,
    private readonly repositories: Repositories,
    private readonly run: ScopeRun & { readonly deadline: AbortSignal },
  ) {}

  /** None, and it is said, when the time is up before they are known. */
  of(scope: SuggestionScope, options: ScopeOptions): Promise<readonly Repository[]> {
    const key = JSON.stringify([scope.repositories, options]);
    const known = this.#known.get(key) ?? this.#inTime(this.#resolve(scope, options));
    this.#known.set(key, known);
    return known;
  }

  async #resolve({ repositories: scope }: SuggestionScope, { all, named }: ScopeOptions): Promise<readonly Repository[]> {
    const wanted = {
      ...scope,
      ...(named === undefined ? {} : { include: [...scope.include, patternSource(typedPattern(named))] }),
      ...(all ? { fork: scope.fork ?? 'yes', archived: scope.archived ?? 'yes' } : {}),
    };
    const { repositories } = await resolveScope(wanted, this.visible, this.actor, scopeServices(this.run, this.repositories));
    return [...repositories].sort((a, b) => weightOf(b) - weightOf(a));
  }

  /** A condition on commits asks git, which may take its time. */
  async #inTime(work: Promise<readonly Repository[]>): Promise<readonly Repository[]> {
    const { deadline, signal, tally } = this.run;
    const { promise, resolve } = Promise.withResolvers<undefined>();
    const up = (): void => resolve(undefined);
    deadline.addEventListener('abort', up, { once: true });
    try {
      const found = await Promise.race([work, promise]);
      if (found) return found;
      signal.throwIfAborted();
      tally.leaveOut('timed-out', TIME_UP);
      work.catch(() => undefined);
      return [];
    } finally {
      deadline.removeEventListener('abort', up);
    }
  }
}
