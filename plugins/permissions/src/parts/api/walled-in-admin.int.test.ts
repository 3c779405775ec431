import type { HostRepository } from '@sextant/plugin-code-host/api';
import { RepoName } from '@sextant/sdk';
import { beforeAll, expect, it } from 'vitest';
import { ExplicitPermissions } from '../../explicit/explicit-permissions.js';
import { SharedState } from '../../shared-state.js';
import { aSite, nodeId, type Site } from '../../testing/a-site.js';

// Site admins who see everything, and all that answers them, are in the other tests; the answers of each surface, in the leak matrix.
let site: Site;
let hidden: number;
beforeAll(async () => {
  site = await aSite({ config: { 'code-host': { enforceForSiteAdmins: true } } });
  site.forge.repositories.set('one', { name: 'team/one', private: true });
  await site.list();
  await site.settled();
  hidden = (await site.repository('team/one')).id;
});

it('neither finds nor cancels the sync of a repository that they do not see', async () => {
  const [job] = await site.db.query<{ id: number }>(
    `INSERT INTO sync_jobs (repository_id, reason, priority, process_after) VALUES ($1, 'MANUAL', 0, now() + interval '1 day') RETURNING id`,
    [hidden],
  );
  const id = nodeId('PermissionsSyncJob', job?.id ?? 0);
  expect(await site.jobs(`, repositoryID: "${nodeId('Repository', hidden)}"`)).toEqual([]);
  expect(await site.ask('query ($id: ID!) { node(id: $id) { id } }', { id })).toEqual({ node: null });
  expect(await site.ask('mutation ($id: ID!) { cancelPermissionsSyncJob(job: $id) }', { id })).toEqual({
    cancelPermissionsSyncJob: 'NOT_FOUND',
  });
  expect(await site.db.query('SELECT state FROM sync_jobs WHERE id = $1', [job?.id])).toEqual([{ state: 'queued' }]);
});

it('is answered alike about a repository that they do not see and one that never was', async () => {
  const ask = (mutation: string, id: number): Promise<unknown> =>
    site.ask(`mutation ($id: ID!) { ${mutation} { alwaysNil } }`, { id: nodeId('Repository', id) }).catch((error: Error) => error.message);
  for (const mutation of [
    'setRepositoryPermissionsForUsers(repository: $id, userPermissions: [])',
    'setRepositoryPermissionsUnrestricted(repositories: [$id], unrestricted: true)',
    'setSubRepositoryPermissionsForUsers(repository: $id, userPermissions: [])',
    'scheduleRepositoryPermissionsSync(repository: $id)',
  ]) {
    const answer = await ask(mutation, hidden);
    expect(answer).toContain('SEXTANT_PERMISSIONS_REPOSITORY_NOT_FOUND');
    expect(answer).toBe(await ask(mutation, 99_999));
  }
});

it('sets permissions of those repositories of a project alone that they see', async () => {
  await new SharedState(site.db).takeSettings({ 'permissions.userMapping': { enabled: true, bindID: 'username' } });
  const ofProject = [1, 2].map((id) => ({
    id,
    name: RepoName.parse(`bitbucket/p/${id}`),
    private: true,
    externalId: String(id),
    serviceType: 'bitbucketServer',
    serviceId: 'https://bitbucket.example.com/',
    cloneUrl: `https://bitbucket.example.com/scm/p/${id}.git`,
  })) satisfies (HostRepository & { readonly cloneUrl: string })[];
  const explicit = new ExplicitPermissions({
    db: site.db,
    hosts: { byIds: async () => new Map(), ofConnection: async () => ofProject, restrictions: async () => Promise.reject(new Error()) },
    users: { byUsername: async () => undefined },
    accounts: { byVerifiedEmails: async () => new Map() },
    shared: new SharedState(site.db),
  });
  const told: number[] = [];
  const set = (...seen: number[]) =>
    explicit.setForBitbucketProject(
      1,
      'P',
      ['later'],
      { unrestricted: false, isSeen: (id) => seen.includes(id) },
      async (_tx, repositories) => void told.push(repositories),
    );
  await set(2);
  expect(told).toEqual([1]);
  expect([...(await explicit.pendingOf('later'))]).toEqual([2]);
  await expect(set()).rejects.toMatchObject({ code: 'SEXTANT_PERMISSIONS_REPOSITORY_NOT_FOUND' });
});
