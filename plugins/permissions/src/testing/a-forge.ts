import {
  type CodeHostKind,
  type Connection,
  codeHostKinds,
  type FoundRepository,
  type GroupMention,
  type HostAccount,
} from '@sextant/plugin-code-host/api';
import { definePart, definePlugin, SextantError, z } from '@sextant/sdk';

const forgeConfig = z.object({
  url: z.string().default('https://forge.example.com/'),
  enforce: z.enum(['sign-in', 'username']).optional(),
});
const config = z.object({});

export interface ForgeRepository {
  readonly name: string;
  readonly private: boolean;
}

/**
 * A code host that a test owns, as one object: repositories by their ids, accounts, who may read what, and what goes wrong. Pages are of `pageSize`; a test
 * that must look in between pages sets `betweenPages`.
 */
export class AForge implements CodeHostKind<typeof forgeConfig> {
  readonly kind = 'FORGE';
  readonly title = 'Forge';
  readonly config = forgeConfig;
  readonly repositories = new Map<string, ForgeRepository>();
  /** Username by account id. */
  readonly accounts = new Map<string, string>();
  /** External ids by account id. */
  readonly grants = new Map<string, Set<string>>();
  /** Accounts and external ids by group: what a group gives is not among the {@link grants}. */
  readonly groups = new Map<string, { readonly members: Set<string>; readonly repositories: Set<string> }>();
  /** External ids by account that no group tells, and no list but the whole: those of a role. */
  readonly roles = new Map<string, Set<string>>();
  /** Milliseconds that groups are kept; undefined: they are not. */
  groupsKeptFor: number | undefined;
  /** Thrown where a group is asked for. */
  groupFailure: Error | undefined;
  /** Whether an account must show its own credential. */
  asksCredential = false;
  /** Credentials that are taken. */
  readonly credentials = new Set<string>();
  /** Thrown after so many names. */
  failure: { readonly error: Error; readonly after: number } | undefined;
  pageSize = 100;
  betweenPages: (() => Promise<void>) | undefined;
  requests = 0;

  serviceType = (): string => 'forge';
  serviceId = ({ config: { url } }: Connection<z.output<typeof forgeConfig>>): string => url;

  async *list(): AsyncIterable<FoundRepository> {
    for (const [externalId, repository] of this.repositories)
      yield { externalId, cloneUrl: `https://forge.example.com/${repository.name}.git`, ...repository };
  }

  cloneSource = async (_connection: Connection, { cloneUrl }: { readonly cloneUrl: string }) => ({ url: cloneUrl });
  check = async () => ({ ok: true }) as const;

  readonly permissions: NonNullable<CodeHostKind<typeof forgeConfig>['permissions']> = {
    enforced: ({ config: { enforce } }) => (enforce ? { by: enforce } : undefined),
    usersOf: (_connection, { externalId }) => this.#paged(() => this.#accounts((id) => this.mayRead(id, externalId))),
    repositoriesOf: (_connection, account) => this.#paged(() => this.#seenBy(account, (id, externalId) => this.mayRead(id, externalId))),
    groups: {
      keptFor: () => this.groupsKeptFor,
      ofAccounts: {
        besidesGroups: (_connection, account) =>
          this.#withGroups(
            () => this.#besides(account),
            ({ members }) => members.has(this.#idOf(account)),
          ),
        ofGroup: (_connection, { id }) => this.#ofGroup(() => [...(this.groups.get(id)?.repositories ?? [])]),
      },
      ofRepositories: {
        besidesGroups: (_connection, { externalId }) =>
          this.#withGroups(
            () => this.#accounts((id) => this.grants.get(id)?.has(externalId) ?? false),
            ({ repositories }) => repositories.has(externalId),
          ),
        ofGroup: (_connection, { id }) =>
          this.#ofGroup(() => this.#accounts((account) => this.groups.get(id)?.members.has(account) ?? false)),
      },
    },
  };

  /** By itself, a group or a role. */
  mayRead(account: string, externalId: string): boolean {
    return (
      (this.grants.get(account)?.has(externalId) ?? false) ||
      (this.roles.get(account)?.has(externalId) ?? false) ||
      [...this.groups.values()].some(({ members, repositories }) => members.has(account) && repositories.has(externalId))
    );
  }

  allow(account: string, ...externalIds: readonly string[]): void {
    const granted = this.grants.get(account) ?? new Set();
    for (const id of externalIds) granted.add(id);
    this.grants.set(account, granted);
  }

  revoke(account: string, externalId: string): void {
    this.grants.get(account)?.delete(externalId);
  }

  #accounts(which: (id: string) => boolean): readonly HostAccount[] {
    return [...this.accounts].filter(([id]) => which(id)).map(([id, username]): HostAccount => ({ id, username }));
  }

  #idOf(account: HostAccount): string {
    return [...this.accounts].find(([known, username]) => known === account.id || username === account.username)?.[0] ?? '';
  }

  #besides(account: HostAccount): readonly string[] {
    return this.#seenBy(account, (id, externalId) => this.grants.get(id)?.has(externalId) ?? false);
  }

  async *#withGroups<T>(
    besides: () => readonly T[],
    which: (group: { readonly members: ReadonlySet<string>; readonly repositories: ReadonlySet<string> }) => boolean,
  ): AsyncIterable<T | GroupMention> {
    yield* this.#paged(besides);
    yield* this.#paged(() => [...this.groups].filter(([, group]) => which(group)).map(([id]) => ({ group: { id, name: id } })));
  }

  async *#ofGroup<T>(answer: () => readonly T[]): AsyncIterable<T> {
    if (this.groupFailure) {
      this.requests++;
      throw this.groupFailure;
    }
    yield* this.#paged(answer);
  }

  #seenBy(account: HostAccount, may: (id: string, externalId: string) => boolean): readonly string[] {
    if (this.asksCredential) {
      const { credential } = account;
      if (!credential)
        throw new SextantError('SEXTANT_CODE_HOST_REFUSED', { what: 'The forge tells it to the account alone.', fix: 'Sign in by it.' });
      if (!this.credentials.has(credential.reveal()))
        throw new SextantError('SEXTANT_CODE_HOST_REFUSED', {
          what: 'The forge refused the credential.',
          fix: 'Sign in again.',
          details: { status: 401 },
        });
    }
    const id = this.#idOf(account);
    return [...this.repositories.keys()].filter((externalId) => may(id, externalId));
  }

  /** What is answered is what holds when the first page is asked for. */
  async *#paged<T>(answer: () => readonly T[]): AsyncIterable<T> {
    const all = answer();
    let given = 0;
    if (all.length === 0) this.requests++;
    for (const one of all) {
      if (given % this.pageSize === 0) {
        this.requests++;
        if (given > 0) await this.betweenPages?.();
      }
      if (this.failure && given >= this.failure.after) throw this.failure.error;
      given++;
      yield one;
    }
    if (this.failure) throw this.failure.error;
  }
}

/** A host that says of nobody whether they may read what it has: one repository, `shelf/manual`. */
const shelf: CodeHostKind<typeof config> = {
  kind: 'SHELF',
  title: 'Shelf',
  config,
  serviceType: () => 'shelf',
  serviceId: () => 'https://shelf.example.com/',
  async *list() {
    yield { externalId: 'manual', name: 'shelf/manual', cloneUrl: 'https://shelf.example.com/manual.git' };
  },
  cloneSource: async (_connection, { cloneUrl }) => ({ url: cloneUrl }),
  check: async () => ({ ok: true }),
};

/** A plugin that contributes it, and a kind of connection `SHELF`. */
export const forgePlugin = (forge: AForge) => {
  const part = async () => ({
    default: definePart(config)({
      deps: {},
      register(r) {
        r.contribute(codeHostKinds, () => forge);
        r.contribute(codeHostKinds, () => shelf);
      },
    }),
  });
  return definePlugin({
    id: 'forge',
    version: '1.0.0',
    title: 'Forge',
    summary: 'A code host of a test.',
    engines: { kernel: '^1.0.0' },
    toggle: 'always-on',
    config,
    parts: { api: part, worker: part },
  });
};
