import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createTestDatabase } from '@sextant/kernel';
import type { FoundRepository } from '@sextant/plugin-code-host/api';
import { gitBackend } from '@sextant/plugin-code-host/testing';
import { Administration } from '@sextant/plugin-identity/testing';
import { builtinPlugins } from '@sextant/preset';
import { launchedApart } from '@sextant/preset/testing';
import { core, decodeNodeId, encodeNodeId } from '@sextant/sdk';
import { at, startTestKernel, type TestKernel, textAt } from '@sextant/sdk/testing';
import { expect, vi } from 'vitest';
import type { Answer, Asker } from '../row.js';
import { fileOf, GHOST, isClosed, type Target } from '../target.js';
import { makeBareRepository } from './bare-repository.js';
import { ShiftedClock } from './shifted-clock.js';
import { StepRecorder } from './step-recorder.js';
import { WrittenGrants, WrittenHost, writtenPlugin } from './test-plugins.js';

export type Key = 'amber' | 'birch' | 'cedar' | 'delta' | 'eagle' | 'fjord' | 'azure';

const KINDS: Readonly<Record<Key, Partial<Target> & { readonly private: boolean }>> = {
  amber: { private: true },
  birch: { private: true },
  cedar: { private: true, isCloned: false },
  delta: { private: true, isArchived: true },
  eagle: { private: true, isFork: true },
  fjord: { private: true, isDeleted: true },
  azure: { private: true },
};
const ALL_KEYS = Object.keys(KINDS) as Key[];
/** Those that everybody is asked about. The last is amber's twin, in which what rules hide of amber never was. */
export const KEYS = ALL_KEYS.filter((key) => key !== 'azure');
const filesOf = (key: Key) => [fileOf(key, false), ...(key === 'azure' ? [] : [fileOf(key, true)])];

/** Who may see what. The one with rules sees of amber what is not in the folder `shut`. */
export const GRANTS = {
  one: ['amber', 'birch'],
  two: ['birch'],
  three: ['cedar', 'delta', 'eagle', 'fjord'],
  ruled: ['amber'],
  revoked: [],
  none: [],
  walled: ['amber', 'delta'],
} as const satisfies Readonly<Record<string, readonly Key[]>>;
export type Person = keyof typeof GRANTS;
/** What waits for `later`, who is nobody yet. */
export const PENDING: readonly Key[] = ['amber', 'birch', 'delta'];

export interface World {
  readonly kernel: TestKernel;
  /** Whence everybody has what {@link GRANTS} says. */
  readonly grants: WrittenGrants;
  /** All who grant; the others grant nothing before a test says so. */
  readonly sources: readonly WrittenGrants[];
  readonly steps: StepRecorder;
  readonly clock: ShiftedClock;
  readonly repositories: Readonly<Record<Key, Target>>;
  /** One that never was. */
  readonly ghost: Target;
  readonly connection: string;
  /** All who ask. While site admins are walled in as well, that is `walled` alone. */
  readonly askers: Readonly<Record<Person | 'admin' | 'anonymous' | 'impersonated', Asker>>;
  readonly userIds: Readonly<Record<Person, number>>;
  /** As `plugins.code-host.enforceForSiteAdmins` has it. */
  wallInAdmins(are: boolean): Promise<void>;
  close(): Promise<void>;
}

const wordsOf = (key: string) => ({
  key,
  branch: `brn${key}`,
  tag: `tag${key}`,
  author: `aut${key}`,
  message: `msg${key}`,
});

/**
 * Sextant as it ships, over repositories that are listed, cloned and indexed by its own jobs, and people with tokens.
 * @param options.server connection string of the database server; default: the run's
 */
export async function aWorld({ server }: { readonly server?: string | undefined } = {}): Promise<World> {
  const database = server === undefined ? undefined : await createTestDatabase({ server });
  const folder = mkdtempSync(join(tmpdir(), 'sextant-leak-matrix-'));
  const codeHostServer: Server = createServer(gitBackend(folder, () => true));
  await new Promise<void>((resolve) => codeHostServer.listen(0, '127.0.0.1', resolve));
  const hostUrl = `http://127.0.0.1:${(codeHostServer.address() as AddressInfo).port}`;
  const host = new WrittenHost();
  const sources = ['first', 'second', 'third'].map((name) => new WrittenGrants(name)) as [WrittenGrants, ...WrittenGrants[]];
  const [grants] = sources;
  const clock = new ShiftedClock();
  const launcher = await launchedApart();
  const codeHost = { repoListUpdateInterval: '1h', enforceForSiteAdmins: false };
  const kernel = await startTestKernel({
    plugins: [...builtinPlugins, writtenPlugin(host, sources)],
    clock,
    programs: launcher.programs,
    ...(database ? { databaseUrl: database.dsn } : {}),
    config: {
      plugins: {
        'code-host': codeHost,
        // A reader for each who asks at once about each mirror: to start a process costs more than what one question asks it.
        git: { autoUpdate: false, maxUpdateInterval: '8h', maxBatchReaders: 64 },
        search: { threads: 1, symbols: 'builtin', indexEvery: '2s' },
      },
    },
  });

  const hashes = new Map<string, readonly string[]>();
  for (const key of ALL_KEYS) if (key !== 'cedar') hashes.set(key, makeBareRepository(folder, wordsOf(key), filesOf(key)));
  const names = (key: string) => ({ name: `host/nam${key}`, formerName: `host/was${key}` });
  const listed = (key: Key, name: string): FoundRepository => {
    const { private: isPrivate, isFork = false, isArchived = false } = KINDS[key];
    return {
      externalId: `ext${key}`,
      name,
      cloneUrl: `${hostUrl}/${key}.git`,
      webUrl: `${hostUrl}/web/${key}`,
      description: `dsc${key}`,
      topics: [`top${key}`],
      stars: 3,
      private: isPrivate,
      fork: isFork,
      archived: isArchived,
    };
  };
  const sync = (id: string): Promise<unknown> =>
    kernel.graphql('mutation ($id: ID!) { syncExternalService(id: $id) { alwaysNil } }', { id });
  const refresh = (id: string): Promise<unknown> =>
    kernel.graphql('mutation ($id: ID!) { updateMirrorRepository(repository: $id) { alwaysNil } }', { id });
  const read = async () =>
    at(
      (
        await kernel.graphql(
          '{ repositories(first: 100) { nodes { id name mirrorInfo { cloned lastError } textSearchIndex { refs { name } } commit(rev: "HEAD") { oid } } } }',
        )
      ).data,
      'repositories.nodes',
    ) as readonly {
      id: string;
      name: string;
      mirrorInfo: { cloned: boolean; lastError: string | null };
      textSearchIndex: object | null;
      commit: object | null;
    }[];
  const until = <T>(check: () => Promise<T>): Promise<T> => vi.waitFor(check, { timeout: 60_000, interval: 100 });

  host.repositories = ALL_KEYS.map((key) => listed(key, names(key).formerName));
  const added = await kernel.graphql(
    'mutation ($config: String!) { addExternalService(input: { kind: WRITTEN, displayName: "Written", config: $config }) { id } }',
    { config: JSON.stringify({ url: hostUrl }) },
  );
  const connection = textAt(added.data, 'addExternalService.id');
  /** By name, when all that can be cloned is cloned and in the index. */
  const ready = (prefix: string): Promise<ReadonlyMap<string, string>> =>
    until(async () => {
      const nodes = (await read()).filter(({ name }) => name.startsWith(prefix));
      expect(nodes).toHaveLength(ALL_KEYS.length);
      const unready = nodes.filter(({ commit, textSearchIndex }) => commit === null || textSearchIndex === null);
      // Nothing is fetched by the clock here, which is what tries again after a clone that failed. The one of cedar always does.
      for (const { id, name, mirrorInfo } of unready) if (mirrorInfo.lastError !== null && name !== `${prefix}cedar`) await refresh(id);
      expect(unready).toEqual([expect.objectContaining({ name: `${prefix}cedar` })]);
      return new Map(nodes.map(({ id, name }) => [name, id]));
    });
  await ready('host/was');
  host.repositories = ALL_KEYS.map((key) => listed(key, names(key).name));
  await sync(connection);
  const ids = await ready('host/nam');
  const targetOf = (key: string, id: number, kind: Partial<Target>, [first = '', head = '']: readonly string[]): Target => ({
    ...wordsOf(key),
    ...names(key),
    id,
    nodeId: encodeNodeId('Repository', id),
    cloneUrl: `${hostUrl}/${key}.git`,
    externalId: `ext${key}`,
    description: `dsc${key}`,
    topic: `top${key}`,
    metadataKey: `key${key}`,
    metadataValue: `val${key}`,
    head,
    first,
    file: fileOf(key, false),
    isCloned: true,
    isDeleted: false,
    isArchived: false,
    isFork: false,
    of: 'repository',
    ...kind,
  });
  const repositories = Object.fromEntries(
    ALL_KEYS.map((key) => {
      const id = Number(decodeNodeId('Repository', ids.get(names(key).name) ?? ''));
      const missing = ['c', 'd'].map((letter) => `${letter}edacede`.repeat(5));
      return [key, targetOf(key, id, KINDS[key], hashes.get(key) ?? missing)];
    }),
  ) as Record<Key, Target>;
  for (const { nodeId, metadataKey, metadataValue } of Object.values(repositories))
    await kernel.graphql('mutation ($id: ID!, $k: String!, $v: String) { addRepoMetadata(repo: $id, key: $k, value: $v) { alwaysNil } }', {
      id: nodeId,
      k: metadataKey,
      v: metadataValue,
    });
  // As many digits as the ids that are there.
  const ghost = targetOf(
    GHOST,
    9,
    {},
    ['ab', 'ba'].map((pair) => pair.repeat(20)),
  );
  host.repositories = host.repositories.filter(({ externalId }) => externalId !== repositories.fjord.externalId);
  await sync(connection);
  await until(async () => expect(await read()).toHaveLength(ALL_KEYS.length - 1));

  // One node, which is to get all of it, and to which all of it is pinned.
  const index = kernel.service(core.storage, 'search');
  await index.query(
    `insert into search_nodes (name, place, incoming, moving) select 'elsewhere', 'unlisted', count(*), jsonb_agg(jsonb_build_object('repository', id, 'from', '[]'::jsonb)) from unnest($1::int[]) as id`,
    [Object.values(repositories).map(({ id }) => id)],
  );
  await index.query(`insert into search_pins (repository_id, node) select unnest($1::int[]), 'elsewhere'`, [
    Object.values(repositories).map(({ id }) => id),
  ]);

  // What a host told of all of them.
  await kernel.service(core.storage, 'code-host').query(
    `with webhook as (insert into webhooks (uuid, name, kind, service_id, sealed_secret) values (gen_random_uuid(), 'told', 'WRITTEN', $1, '') returning id)
     insert into webhook_deliveries (webhook_id, event, status_code, outcome, headers, body) select id, 'push', 200, $2, '{}', $2 from webhook`,
    [
      hostUrl,
      Object.values(repositories)
        .map(({ name }) => name)
        .join(', '),
    ],
  );

  await letThemWait(
    kernel,
    PENDING.map((key) => repositories[key].nodeId),
  );

  const people = await askersOf(kernel);
  const world: World = {
    kernel,
    grants,
    sources,
    steps: new StepRecorder(kernel),
    clock,
    repositories,
    ghost,
    connection,
    ...people,
    wallInAdmins: async (are) => {
      codeHost.enforceForSiteAdmins = are;
      await kernel.kernel.reload();
    },
    close: async () => {
      world.steps[Symbol.dispose]();
      await kernel.stop();
      await launcher.end();
      await database?.drop();
      codeHostServer.closeAllConnections();
      await new Promise((resolve) => codeHostServer.close(resolve));
      rmSync(folder, { recursive: true, force: true });
    },
  };
  for (const person of Object.keys(GRANTS) as Person[]) grantTo(world, person, GRANTS[person]);
  return world;
}

/** The API grants them to a name that is nobody's yet. */
async function letThemWait(kernel: TestKernel, nodeIds: readonly string[]): Promise<void> {
  const { data } = await kernel.graphql('{ site { configuration { id } } }');
  await kernel.graphql('mutation ($id: Int!, $text: String!) { updateSiteConfiguration(lastID: $id, input: $text) }', {
    id: at(data, 'site.configuration.id'),
    text: JSON.stringify({ 'permissions.userMapping': { enabled: true, bindID: 'username' } }),
  });
  for (const id of nodeIds)
    await kernel.graphql(
      'mutation ($id: ID!) { setRepositoryPermissionsForUsers(repository: $id, userPermissions: [{ bindID: "later" }]) { alwaysNil } }',
      { id },
    );
}

/** What a person may see from now on. */
export function grantTo(
  { grants, userIds, repositories }: Pick<World, 'grants' | 'userIds' | 'repositories'>,
  person: Person,
  keys: readonly Key[],
  areRuled = person === 'ruled',
): void {
  const rules = areRuled
    ? new Map(keys.map((key) => [repositories[key].id, { allows: (path: string) => !isClosed(path, key) }]))
    : undefined;
  grants.set(
    userIds[person],
    keys.map((key) => repositories[key].id),
    rules,
  );
}

async function askersOf(kernel: TestKernel): Promise<Pick<World, 'askers' | 'userIds'>> {
  const administration = new Administration(() => kernel);
  const userIds: Record<string, number> = {};
  const askers: Record<string, Asker> = {};
  const asker = (name: string, actorId: string, siteAdmin: boolean, own: Readonly<Record<string, string>>): void => {
    const open: Asker['open'] = (path, { headers, ...init } = {}) =>
      kernel.fetch(path, { ...init, redirect: 'manual', headers: { ...headers, ...own } });
    askers[name] = {
      name,
      actorId,
      siteAdmin,
      open,
      fetch: async (path, init) => answerOf(await open(path, init)),
    };
  };
  for (const person of Object.keys(GRANTS) as Person[]) {
    const node = await administration.createUser(person);
    const userId = Number(decodeNodeId('User', node));
    const isAdmin = person === 'walled';
    if (isAdmin)
      await kernel.graphql('mutation ($id: ID!) { setUserIsSiteAdmin(userID: $id, siteAdmin: true) { alwaysNil } }', { id: node });
    const { token } = await administration.createToken(node);
    userIds[person] = userId;
    asker(person, `user:${userId}`, isAdmin, { authorization: `token ${token}` });
  }
  const { data } = await kernel.graphql('{ currentUser { id databaseID } }');
  const admin = at(data, 'currentUser') as { id: string; databaseID: number };
  const { token } = await administration.createToken(admin.id, { scopes: ['user:all', 'site-admin:sudo'] });
  asker('admin', `user:${admin.databaseID}`, true, { authorization: `token ${token}` });
  asker('impersonated', `user:${userIds['two']}`, false, { authorization: `token-sudo user="two",token="${token}"` });
  // What came through a proxy is not from this machine: nobody is let in for where they sit.
  asker('anonymous', 'anonymous', false, { 'x-forwarded-for': '192.0.2.7' });
  return { askers, userIds } as unknown as Pick<World, 'askers' | 'userIds'>;
}

// What is left of a caller's rate limit tells how much they have asked before, whatever the answers were.
const OF_THE_REQUEST = new Set(['date', 'ratelimit', 'x-request-id', 'x-trace']);

async function answerOf(response: Response): Promise<Answer> {
  return {
    status: response.status,
    headers: Object.fromEntries([...response.headers].filter(([name]) => !OF_THE_REQUEST.has(name))),
    body: Buffer.from(await response.arrayBuffer()).toString('latin1'),
  };
}
