import { type Actor, type Contribution, type Events, type EventType, IdSet, type Logger, Secret, type Secrets, z } from '@sextant/sdk';
import type { CodeHostKind, Connection, FoundRepository, PathRules, PermissionSource } from '../api.js';
import { KindRegistry } from '../connections/kind-registry.js';

export const silentLog: Logger = { debug() {}, info() {}, warn() {}, error() {}, child: () => silentLog };

export const aUser = (id: number, options: { readonly siteAdmin?: boolean } = {}): Actor => ({
  kind: 'user',
  id: `user:${id}`,
  userId: id,
  username: `user-${id}`,
  siteAdmin: options.siteAdmin ?? false,
  via: 'session',
  confirmation: { recent: true, url: '/-/confirm' },
});

export const contributed = <V>(plugin: string, value: V): Contribution<V> => ({ plugin, value, reject: () => undefined });

/** Turns text round: enough to tell sealed from plain. */
export const reversingSecrets: Secrets = {
  seal: (plain) => `sealed:${[...(typeof plain === 'string' ? plain : plain.reveal())].reverse().join('')}`,
  open: (sealed) => new Secret([...sealed.slice('sealed:'.length)].reverse().join('')),
  reseal: (sealed) => sealed,
};

/** Keeps what was published. */
export class RecordedEvents implements Pick<Events, 'publish'> {
  readonly published: { readonly key: string; readonly payload: unknown }[] = [];
  async publish<P>(event: EventType<P>, payload: P, options?: Parameters<Events['publish']>[2]): Promise<void> {
    const record = (): void => void this.published.push({ key: event.key, payload });
    if (options?.tx) options.tx.afterCommit(record);
    else record();
  }
}

export const fakeHostConfig = z.object({
  url: z.string().default('https://fake.example.com'),
  token: z.string().optional().meta({ secret: true }),
  exclude: z.array(z.string()).default([]),
});

/** A code host whose list a test writes. */
export class FakeHost implements CodeHostKind<typeof fakeHostConfig> {
  readonly kind: string;
  readonly title = 'Fake';
  readonly config = fakeHostConfig;
  /** What the next sync is given, per connection's display name. */
  readonly lists = new Map<string, readonly FoundRepository[]>();
  /** Asked for by themselves, by external id; undefined: the kind cannot ask. */
  byId: ReadonlyMap<string, FoundRepository | Error> | undefined;
  /** Thrown after so many repositories. */
  failAfter: { readonly count: number; readonly error: Error } | undefined;

  constructor(kind = 'OTHER') {
    this.kind = kind;
  }

  serviceType(): string {
    return this.kind.toLowerCase();
  }

  serviceId(connection: Connection<z.output<typeof fakeHostConfig>>): string {
    return connection.config.url;
  }

  async *list(connection: Connection, { signal }: { readonly signal: AbortSignal }): AsyncIterable<FoundRepository> {
    let given = 0;
    for (const found of this.lists.get(connection.displayName) ?? []) {
      signal.throwIfAborted();
      if (this.failAfter && given++ >= this.failAfter.count) throw this.failAfter.error;
      yield found;
    }
    if (this.failAfter) throw this.failAfter.error;
  }

  get find(): CodeHostKind['find'] {
    const { byId } = this;
    if (!byId) return undefined;
    return async (_connection, { externalId }) => {
      const found = byId.get(externalId);
      if (found instanceof Error) throw found;
      return found;
    };
  }

  async cloneSource(_connection: Connection, repository: { readonly cloneUrl: string }): Promise<{ readonly url: string }> {
    return { url: repository.cloneUrl };
  }

  async check(): Promise<{ readonly ok: true }> {
    return { ok: true };
  }
}

export const found = (externalId: string, name: string, more: Partial<FoundRepository> = {}): FoundRepository => ({
  externalId,
  name,
  cloneUrl: `https://fake.example.com/${externalId}`,
  ...more,
});

/** Grants that a test writes: user id → repository ids. A change counts with another `epoch`. */
export class FakePermissions implements PermissionSource {
  readonly name = 'fake';
  readonly granted = new Map<number, ReadonlySet<number>>();
  /** Rules for the paths of a repository, by its id, for everybody who sees it. */
  readonly paths = new Map<number, PathRules>();
  failure: Error | undefined;
  epoch = 1;

  async grants(actor: Actor): ReturnType<PermissionSource['grants']> {
    if (this.failure) throw this.failure;
    const repositories = IdSet.of(this.granted.get(actor.userId ?? -1) ?? []);
    return { all: false, repositories, epoch: String(this.epoch), ...(this.paths.size === 0 ? {} : { paths: this.paths }) };
  }
}

/** Kinds with LOCAL alone, which lists nothing. */
export function fakeLocal(): KindRegistry {
  const local: CodeHostKind = {
    kind: 'LOCAL',
    title: 'Folders',
    config: z.object({ roots: z.array(z.string()) }),
    serviceType: () => 'local',
    serviceId: () => 'file:///',
    async *list() {},
    cloneSource: async () => ({ url: '/' }),
    check: async () => ({ ok: true }),
  };
  return new KindRegistry([contributed('code-host-local', local)]);
}
