import {
  type CodeHostKind,
  type Connection,
  codeHostKinds,
  type FoundRepository,
  type PathRules,
  type PermissionSource,
  permissionSources,
} from '@sextant/plugin-code-host/api';
import { type Actor, definePart, definePlugin, IdSet, z } from '@sextant/sdk';

const hostConfig = z.object({ url: z.string() });

/** Grants that a test writes, by user id. Each change moves the epoch of that user. */
export class WrittenGrants implements PermissionSource {
  readonly #repositories = new Map<number, ReadonlySet<number>>();
  readonly #paths = new Map<number, ReadonlyMap<number, PathRules>>();
  readonly #epochs = new Map<number, number>();

  constructor(readonly name: string) {}

  set(userId: number, repositories: Iterable<number>, paths: ReadonlyMap<number, PathRules> = new Map()): void {
    this.#repositories.set(userId, new Set(repositories));
    this.#paths.set(userId, paths);
    this.moveEpoch(userId);
  }

  /** What is kept by epoch for this user is read anew. */
  moveEpoch(userId: number): void {
    this.#epochs.set(userId, (this.#epochs.get(userId) ?? 0) + 1);
  }

  async grants({ userId = -1 }: Actor): ReturnType<PermissionSource['grants']> {
    const paths = this.#paths.get(userId);
    return {
      all: false,
      repositories: IdSet.of(this.#repositories.get(userId) ?? []),
      ...(paths?.size ? { paths } : {}),
      epoch: String(this.#epochs.get(userId) ?? 0),
    };
  }
}

/** A code host whose list a test writes. */
export class WrittenHost implements CodeHostKind<typeof hostConfig> {
  readonly kind = 'WRITTEN';
  readonly title = 'Written';
  readonly config = hostConfig;
  repositories: readonly FoundRepository[] = [];
  /** It decides, and names nobody: what is granted, the written sources grant. */
  readonly permissions: NonNullable<CodeHostKind<typeof hostConfig>['permissions']> = {
    enforced: () => ({ by: 'username' }),
    usersOf: () => nobody(),
    repositoriesOf: () => nobody(),
  };

  serviceType(): string {
    return 'written';
  }

  serviceId({ config }: Connection<z.output<typeof hostConfig>>): string {
    return config.url;
  }

  async *list(): AsyncIterable<FoundRepository> {
    yield* this.repositories;
  }

  async cloneSource(_connection: Connection, { cloneUrl }: { readonly cloneUrl: string }): Promise<{ readonly url: string }> {
    return { url: cloneUrl };
  }

  async check(): Promise<{ readonly ok: true }> {
    return { ok: true };
  }
}

async function* nobody(): AsyncGenerator<never> {}

/** The plugin that brings them, to the parts in which they are asked for. */
export const writtenPlugin = (host: WrittenHost, sources: readonly WrittenGrants[]) =>
  definePlugin({
    id: 'written',
    version: '1.0.0',
    title: 'A host and grants of a test',
    summary: 'Lists and grants what the test says.',
    engines: { kernel: '^1.0.0' },
    toggle: 'default-on',
    parts: {
      api: async () => ({
        default: definePart()({
          deps: {},
          register(r) {
            r.contribute(codeHostKinds, () => host);
            for (const source of sources) r.contribute(permissionSources, () => source);
          },
        }),
      }),
      worker: async () => ({ default: definePart()({ deps: {}, register: (r) => r.contribute(codeHostKinds, () => host) }) }),
    },
  });
