import { SextantError, type z } from '@sextant/sdk';
import type { AccountsBy, CodeHostKind, Connection, FoundRepository, HostAccount } from '../api.js';

type Asked = Parameters<NonNullable<CodeHostKind['find']>>[1];

/**
 * A kind of code host and connections to a host that a test has started: what tests of kinds ask, in short.
 * @param kind a new one each time
 * @param base what every connection holds, as people write it
 */
export function kindOnHost<S extends z.ZodObject>(kind: () => CodeHostKind<S>, base: () => object) {
  const { signal } = new AbortController();
  const connection = (config: object = {}): Connection<z.output<S>> => {
    const of = kind();
    return { id: 1, kind: of.kind, displayName: 'x', config: of.config.parse({ ...base(), ...config }) };
  };
  const listed = async (config: object = {}, of = kind()): Promise<readonly FoundRepository[]> =>
    await Array.fromAsync(of.list(connection(config), { signal, progress: () => undefined }));
  return {
    connection,
    listed,
    namesAtHost: async (config: object = {}): Promise<readonly (string | undefined)[]> =>
      (await listed(config)).map(({ nameAtHost }) => nameAtHost),
    find: async (repository: Pick<Asked, 'externalId' | 'cloneUrl'>, config: object = {}): Promise<FoundRepository | undefined> =>
      await kind().find?.(connection(config), { name: 'x', ...repository }, { signal }),
    cloneSource: async (cloneUrl: string, config: object = {}) =>
      await kind().cloneSource(connection(config), { name: 'x', externalId: '1', cloneUrl }),
    check: async (config: object = {}) => await kind().check(connection(config), signal),
    /** By what a connection knows users; undefined: it does not leave it to the host who sees what. @throws where it refuses the configuration. */
    enforced: (config: object = {}): AccountsBy | undefined => permissionsOf(kind()).enforced(connection(config)),
    usersOf: async (repository: Partial<Asked>, config: object = {}): Promise<readonly HostAccount[]> =>
      await Array.fromAsync(
        permissionsOf(kind()).usersOf(connection(config), { name: 'x', externalId: '1', cloneUrl: 'x', ...repository }, { signal }),
      ),
    repositoriesOf: async (account: HostAccount, config: object = {}): Promise<readonly string[]> =>
      await Array.fromAsync(permissionsOf(kind()).repositoriesOf(connection(config), account, { signal })),
  };
}

function permissionsOf<S extends z.ZodObject>({ kind, permissions }: CodeHostKind<S>): NonNullable<CodeHostKind<S>['permissions']> {
  if (!permissions) throw new Error(`${kind} has no permissions`);
  return permissions;
}

/** The coded error that something fails with. */
export async function failureOf(work: Promise<unknown>): Promise<SextantError> {
  const error = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!SextantError.is(error)) throw new Error('it did not fail with one of our errors', { cause: error });
  return error;
}
