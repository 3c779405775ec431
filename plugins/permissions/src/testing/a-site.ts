import codeHost from '@sextant/plugin-code-host';
import { type PermissionSource, permissionHosts, type Repository, repositories, visibility } from '@sextant/plugin-code-host/api';
import { FakeHost, fakeHostPlugin } from '@sextant/plugin-code-host/testing';
import identity from '@sextant/plugin-identity';
import { accounts, externalAccounts, type User } from '@sextant/plugin-identity/api';
import outboundWebhooks from '@sextant/plugin-outbound-webhooks';
import site from '@sextant/plugin-site';
import { core, RepoName, Secret, type Storage } from '@sextant/sdk';
import { at, startTestKernel, TestClock, type TestKernel, textAt } from '@sextant/sdk/testing';
import { expect, vi } from 'vitest';
import { actorOf } from '../explain/access-explainer.js';
import manifest from '../manifest.js';
import { scheduleSyncs } from '../sync/jobs.js';
import { AForge, forgePlugin } from './a-forge.js';

export const FORGE = { type: 'forge', id: 'https://forge.example.com/' };

/** Time passes when the test says so; dates are the real ones, for they stand in the database beside its own. */
class RealDates extends TestClock {
  override now(): Date {
    return new Date();
  }
}

/** A running Sextant that is connected to a forge whose permissions it enforces. */
export async function aSite(
  options: {
    readonly enforce?: 'sign-in' | 'username' | null;
    readonly config?: object;
    /** What another plugin grants. */
    readonly sources?: readonly PermissionSource[];
  } = {},
) {
  const forge = new AForge();
  const others = options.sources ? [fakeHostPlugin(new FakeHost(), options.sources)] : [];
  const clock = new RealDates();
  const kernel: TestKernel = await startTestKernel({
    clock,
    plugins: [identity, site, codeHost, outboundWebhooks, forgePlugin(forge), ...others, manifest],
    config: { plugins: { permissions: { webhookDelay: '0s' }, ...options.config } },
  });
  const people = kernel.service(accounts, 'identity');
  const external = kernel.service(externalAccounts, 'identity');
  const records = kernel.service(repositories, 'code-host');
  const wall = kernel.service(visibility, 'code-host');
  const internal = kernel.service(core.actor, 'permissions').internal();
  const db: Storage = kernel.service(core.storage, 'permissions');
  const ask = async (query: string, variables: Record<string, unknown> = {}): Promise<unknown> => {
    const { data, errors } = await kernel.graphql(query, variables);
    if (errors.length > 0) throw Object.assign(new Error(JSON.stringify(errors)), { code: errors[0]?.extensions['code'] });
    return data;
  };
  const enforce = options.enforce === undefined ? 'sign-in' : options.enforce;
  const connection = textAt(
    await ask('mutation($config: String!) { addExternalService(input: { kind: FORGE, displayName: "Forge", config: $config }) { id } }', {
      config: JSON.stringify(enforce === null ? {} : { enforce }),
    }),
    'addExternalService.id',
  );
  // The schedule's first run, at the start, may have come before the connection; the next one notes it a minute later.
  await db.query('UPDATE shared SET scheduled_at = NULL');
  await kernel.service(core.jobs, 'permissions').enqueue(scheduleSyncs, {});
  await kernel.jobs.drain();
  return {
    kernel,
    forge,
    db,
    people,
    external,
    wall,
    records,
    internal,
    connection,
    ask,
    /** Lists the forge's repositories, and waits for all that follows. */
    async list(): Promise<void> {
      await ask('mutation($id: ID!) { syncExternalService(id: $id) { alwaysNil } }', { id: connection });
      await kernel.jobs.drain();
    },
    async person(username: string, account?: { readonly id: string; readonly token?: string }): Promise<User> {
      const user = await people.create({ username });
      if (account) await this.link(user, account);
      return user;
    },
    async link(user: User, { id, token }: { readonly id: string; readonly token?: string }): Promise<void> {
      await external.link(user.id, {
        service: FORGE,
        accountId: id,
        username: user.username,
        ...(token ? { credential: { accessToken: new Secret(token) } } : {}),
      });
    },
    async repository(name: string): Promise<Repository> {
      const found = await records.byName(internal, RepoName.parse(name));
      if (!found) throw new Error(`no repository ${name}`);
      return found;
    },
    /** Lets time pass, so that what the wall has read is not believed any more. */
    later: () => clock.advance(BELIEVED_AT_MOST),
    /** Names of the repositories that the user sees, asked of the database anew. */
    async sees(user: User): Promise<readonly string[]> {
      await this.later();
      const found = await records.list(actorOf(user), {}, { limit: 1_000 });
      return found.map(({ name }) => String(name)).sort();
    },
    /** Waits for what events have set off: no sync waits or runs, and every restricted repository was tried. */
    async settled(): Promise<void> {
      await vi.waitFor(async () => {
        await kernel.jobs.drain();
        await this.later();
        const { restricted } = await kernel.service(permissionHosts, 'code-host').restrictions();
        const [row] = await db.query<{ waiting: number; tried: number }>(
          `SELECT (SELECT count(*)::int FROM sync_jobs WHERE state IN ('queued', 'processing', 'errored')) AS waiting,
             (SELECT count(*)::int FROM repositories WHERE tried_at IS NOT NULL AND id = ANY($1::int[])) AS tried`,
          [[...restricted]],
        );
        expect({ waiting: row?.waiting, untried: restricted.size - (row?.tried ?? 0) }).toEqual({ waiting: 0, untried: 0 });
      }, eventually);
    },
    async syncUser(user: User): Promise<void> {
      await ask('mutation($id: ID!) { scheduleUserPermissionsSync(user: $id) { alwaysNil } }', { id: nodeId('User', user.id) });
      await kernel.jobs.drain();
    },
    async syncRepository(name: string): Promise<void> {
      const { id } = await this.repository(name);
      await ask('mutation($id: ID!) { scheduleRepositoryPermissionsSync(repository: $id) { alwaysNil } }', {
        id: nodeId('Repository', id),
      });
      await kernel.jobs.drain();
    },
    /** The newest first. */
    async jobs(filter = ''): Promise<readonly Record<string, unknown>[]> {
      const data = await ask(
        `{ permissionsSyncJobs(first: 100${filter}) { nodes { id state finishedAt failureMessage progress reason { reason group } permissionsAdded permissionsRemoved permissionsFound codeHostStates { providerType providerID status message } } } }`,
      );
      return at(data, 'permissionsSyncJobs.nodes') as readonly Record<string, unknown>[];
    },
  };
}
export type Site = Awaited<ReturnType<typeof aSite>>;

export const nodeId = (kind: string, id: number): string => Buffer.from(`${kind}:${id}`).toString('base64');
export const eventually = { timeout: 30_000, interval: 20 };
/** Milliseconds: a second, or half a minute where time alone may make the difference. */
const BELIEVED_AT_MOST = 31_000;
