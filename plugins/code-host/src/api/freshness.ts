import { extensionPoint, type RepoName } from '@sextant/sdk';

/** `waiting`: its turn has not come. `unknown`: who knows it did not answer. */
export type FreshnessState = 'ok' | 'working' | 'waiting' | 'failing' | 'unknown';

/**
 * One step on the way of a change from its code host to where people meet it. `cause` is for everybody who may see the repository: no names of connections
 * or of other repositories, no addresses, nothing that another program said. `detail` and `fix` are for site admins. A step with a code has the table's sentences for `cause` and `fix` where it gives none.
 */
export interface FreshnessStep {
  /** Kebab-case: `connection`, `sync`, `queue`, `fetch`, `index`. */
  readonly name: string;
  readonly state: FreshnessState;
  /** Of the step itself; undefined: never, or it is not a step that is done. */
  readonly lastSuccess?: Date | undefined;
  readonly nextTry?: Date | undefined;
  /** One of the table of error codes; of every step that is failing. */
  readonly code?: string | undefined;
  /** A sentence; undefined where there is nothing to explain. */
  readonly cause?: string | undefined;
  readonly detail?: string | undefined;
  readonly fix?: string | undefined;
  /** The commit of the default branch that has come this far. */
  readonly commit?: string | undefined;
}

/** What a plugin knows of why a repository is as old as it is. Contribute in the role `api`. */
export interface FreshnessSource {
  /** Where its steps stand in the chain, ascending: connections and their sync 100, git's mirrors 300, the index of search 400. */
  readonly position: number;
  /** Of a repository that is there, in order. One that throws or takes longer than ten seconds is shown as unknown. */
  steps(
    repository: { readonly id: number; readonly name: RepoName },
    options: { readonly signal: AbortSignal },
  ): Promise<readonly FreshnessStep[]>;
}
export const freshnessSteps = extensionPoint<FreshnessSource>('code-host.freshness-steps@1');
