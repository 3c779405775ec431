import { permissionsOutdated } from '@sextant/plugin-code-host/api';
import { signedIn } from '@sextant/plugin-identity/api';
import { core, SextantError } from '@sextant/sdk';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { actorOf } from '../explain/access-explainer.js';
import { aSite, eventually, nodeId, type Site } from '../testing/a-site.js';
import { syncUser } from './jobs.js';

let site: Site;
let number = 0;
beforeAll(async () => {
  site = await aSite();
});

/** Repositories of this test alone, by short names: `!` in front of one is public. */
let prefix: string;
const add = async (...names: readonly string[]): Promise<void> => {
  for (const name of names) site.forge.repositories.set(idOf(name), { name: `${prefix}/${bare(name)}`, private: !name.startsWith('!') });
  await site.list();
  await site.settled();
};
const bare = (name: string): string => name.replace('!', '');
const idOf = (name: string): string => `${prefix}-${bare(name)}`;
const accountOf = (name: string): string => `${prefix}-${name}`;
const person = async (name: string, ...granted: readonly string[]) => {
  site.forge.accounts.set(accountOf(name), `${prefix}-${name}`);
  site.forge.allow(accountOf(name), ...granted.map(idOf));
  const user = await site.person(`${prefix}-${name}`, { id: accountOf(name) });
  await expect
    .poll(async () => (await site.db.query('SELECT FROM sync_jobs WHERE user_id = $1', [user.id])).length, eventually)
    .toBeGreaterThan(0);
  await site.settled();
  return user;
};
const sees = async (user: Awaited<ReturnType<typeof person>>) =>
  (await site.sees(user)).filter((name) => name.startsWith(`${prefix}/`)).map((name) => name.slice(prefix.length + 1));
const settings = (of: object) => site.db.query(`UPDATE shared SET settings = $1, version = nextval('versions')`, [of]);
const down = (status = 500) => new SextantError('SEXTANT_CODE_HOST_DOWN', { what: 'The forge is down.', details: { status } });

beforeEach(() => {
  prefix = `t${++number}`;
  site.forge.failure = undefined;
  site.forge.betweenPages = undefined;
  site.forge.asksCredential = false;
  site.forge.pageSize = 100;
});

describe('a repository that its host keeps private', () => {
  it('is seen by those whom the host names, and by nobody else', async () => {
    await add('secret', 'shared', '!open');
    const [ada, grace] = [await person('ada', 'secret', 'shared'), await person('grace', 'shared')];
    const stranger = await site.person(`${prefix}-stranger`);
    await expect.poll(() => sees(ada), eventually).toEqual(['open', 'secret', 'shared']);
    await expect.poll(() => sees(grace), eventually).toEqual(['open', 'shared']);
    await expect.poll(() => sees(stranger), eventually).toEqual(['open']);
  });

  it('is seen at once by whoever turns out to own an account that the host had named', async () => {
    site.forge.accounts.set(accountOf('ada'), 'ada');
    site.forge.allow(accountOf('ada'), idOf('early'));
    await add('early');
    site.forge.failure = { error: down(), after: 0 };
    const ada = await person('ada');
    await expect.poll(() => sees(ada), eventually).toEqual(['early']);
  });

  it('row 16: is hidden from everybody but those whom the host names once it turns private', async () => {
    await add('!turning');
    const [ada, grace] = [await person('ada', 'turning'), await person('grace')];
    await expect.poll(() => sees(grace), eventually).toEqual(['turning']);
    site.forge.repositories.set(idOf('turning'), { name: `${prefix}/turning`, private: true });
    await site.list();
    await expect.poll(() => sees(grace), eventually).toEqual([]);
    await expect.poll(() => sees(ada), eventually).toEqual(['turning']);
  });

  it('row 16: is hidden from who was removed at the host, by a sync of the repository and by one of the user alike', async () => {
    await add('one', 'two');
    const ada = await person('ada', 'one', 'two');
    await expect.poll(() => sees(ada), eventually).toEqual(['one', 'two']);
    site.forge.revoke(accountOf('ada'), idOf('one'));
    await site.syncRepository(`${prefix}/one`);
    await expect.poll(() => sees(ada), eventually).toEqual(['two']);
    site.forge.revoke(accountOf('ada'), idOf('two'));
    await site.syncUser(ada);
    await expect.poll(() => sees(ada), eventually).toEqual([]);
  });

  it('row 16: gives another that takes its name nothing of who saw it', async () => {
    await add('reused');
    const ada = await person('ada', 'reused');
    await expect.poll(() => sees(ada), eventually).toEqual(['reused']);
    site.forge.repositories.delete(idOf('reused'));
    site.forge.repositories.set(`${prefix}-other`, { name: `${prefix}/reused`, private: true });
    await site.list();
    await expect.poll(() => sees(ada), eventually).toEqual([]);
    const grace = await person('grace');
    site.forge.allow(accountOf('grace'), `${prefix}-other`);
    await site.syncUser(grace);
    await expect.poll(() => sees(grace), eventually).toEqual(['reused']);
  });

  it('row 16: that was gone and came back is nobody’s until its host is asked again', async () => {
    await add('back', 'stays');
    const ada = await person('ada', 'back', 'stays');
    await expect.poll(() => sees(ada), eventually).toEqual(['back', 'stays']);
    site.forge.repositories.delete(idOf('back'));
    site.forge.revoke(accountOf('ada'), idOf('back'));
    await site.list();
    await expect.poll(() => sees(ada), eventually).toEqual(['stays']);
    site.forge.failure = undefined;
    await add('back');
    await expect.poll(() => sees(ada), eventually).toEqual(['stays']);
  });
});

describe('a host that fails (row 15)', () => {
  it('takes nothing from anybody and gives nothing, whichever way it is asked, and the sync says so', async () => {
    await add('kept', 'new');
    const ada = await person('ada', 'kept');
    await expect.poll(() => sees(ada), eventually).toEqual(['kept']);
    site.forge.allow(accountOf('ada'), idOf('new'));
    site.forge.failure = { error: down(), after: 0 };
    await site.syncUser(ada);
    await site.syncRepository(`${prefix}/new`);
    await site.syncRepository(`${prefix}/kept`);
    const [latest] = await site.jobs(`, userID: "${nodeId('User', ada.id)}"`);
    expect(latest).toMatchObject({
      state: 'FAILED',
      failureMessage: expect.stringContaining('The forge is down.'),
      codeHostStates: [{ status: 'ERROR' }],
    });
    expect(await sees(ada)).toEqual(['kept']);
  });

  it('in the middle of an answer takes nothing either', async () => {
    await add('a', 'b', 'c');
    const ada = await person('ada', 'a', 'b', 'c');
    await expect.poll(() => sees(ada), eventually).toEqual(['a', 'b', 'c']);
    site.forge.failure = { error: down(), after: 1 };
    await site.syncUser(ada);
    expect(await sees(ada)).toEqual(['a', 'b', 'c']);
  });

  it('by refusing the credential of an account takes what that account gave after the stated time, and no sooner', async () => {
    await add('mine');
    site.forge.asksCredential = true;
    site.forge.credentials.add('good');
    site.forge.accounts.set(accountOf('ada'), `${prefix}-ada`);
    site.forge.allow(accountOf('ada'), idOf('mine'));
    const ada = await site.person(`${prefix}-ada`, { id: accountOf('ada'), token: 'good' });
    await site.kernel.jobs.drain();
    await expect.poll(() => sees(ada), eventually).toEqual(['mine']);
    site.forge.credentials.delete('good');
    await site.syncUser(ada);
    expect(await sees(ada)).toEqual(['mine']);
    expect((await site.external.ofUser(ada.id))[0]?.expiredAt).toBeInstanceOf(Date);
    await site.db.query(`UPDATE sources SET refused_since = now() - interval '16 minutes' WHERE user_id = $1`, [ada.id]);
    await site.db.query(`UPDATE people SET version = nextval('versions') WHERE user_id = $1`, [ada.id]);
    await expect.poll(() => sees(ada), eventually).toEqual([]);
    site.forge.credentials.add('better');
    await site.link(ada, { id: accountOf('ada'), token: 'better' });
    await site.kernel.jobs.drain();
    await expect.poll(() => sees(ada), eventually).toEqual(['mine']);
  });
});

describe('a sync of a user', () => {
  it('shows the first repositories of an account while the rest still come, with how far it is', async () => {
    const names = Array.from({ length: 110 }, (_, i) => `r${i}`);
    // Those that find no place wait for two seconds.
    await settings({ 'permissions.syncReposMaxConcurrency': 20 });
    await add(...names);
    await settings({});
    site.forge.accounts.set(accountOf('ada'), `${prefix}-ada`);
    site.forge.allow(accountOf('ada'), ...names.map(idOf));
    // Of repository syncs there is nothing to see: only what the user's own brings.
    await site.db.query('DELETE FROM sources');
    const during: { readonly seen: number; readonly progress: unknown }[] = [];
    const ada = await site.people.create({ username: `${prefix}-ada` });
    let pages = 0;
    site.forge.pageSize = 20;
    site.forge.betweenPages = async () => {
      if (++pages < 5) return;
      await expect.poll(async () => (await sees(ada)).length, eventually).toBeGreaterThan(0);
      const [job] = await site.jobs(', state: PROCESSING');
      during.push({ seen: (await sees(ada)).length, progress: job?.['progress'] });
    };
    await site.link(ada, { id: accountOf('ada') });
    await expect.poll(() => during.length, eventually).toBeGreaterThan(0);
    await site.settled();
    expect(during[0]?.seen).toBeLessThan(110);
    expect(during[0]?.progress).toMatch(/\d+ repositories found/);
    await expect.poll(async () => (await sees(ada)).length, eventually).toBe(110);
  });

  it('that was asked for before a repository’s own, and ends after it, does not bring back who was removed meanwhile (row 17)', async () => {
    await add('a', 'b');
    const ada = await person('ada', 'a', 'b');
    await expect.poll(() => sees(ada), eventually).toEqual(['a', 'b']);
    site.forge.pageSize = 1;
    let revoked = false;
    site.forge.betweenPages = async () => {
      if (revoked) return;
      revoked = true;
      site.forge.revoke(accountOf('ada'), idOf('a'));
      const { id } = await site.repository(`${prefix}/a`);
      await site.ask('mutation($id: ID!) { scheduleRepositoryPermissionsSync(repository: $id) { alwaysNil } }', {
        id: nodeId('Repository', id),
      });
      await expect
        .poll(async () => (await site.jobs(`, repositoryID: "${nodeId('Repository', id)}"`))[0]?.['state'], eventually)
        .toBe('COMPLETED');
    };
    await site.syncUser(ada);
    expect(revoked).toBe(true);
    await expect.poll(() => sees(ada), eventually).toEqual(['b']);
  });

  it('that is cancelled ends, and changes nothing', async () => {
    await add('a', 'b');
    const ada = await person('ada', 'a', 'b');
    await expect.poll(() => sees(ada), eventually).toEqual(['a', 'b']);
    site.forge.pageSize = 1;
    site.forge.revoke(accountOf('ada'), idOf('a'));
    site.forge.allow(accountOf('ada'), idOf('b'), 'x', 'y');
    site.forge.repositories.set('x', { name: `${prefix}/x`, private: true });
    site.forge.repositories.set('y', { name: `${prefix}/y`, private: true });
    let answer: unknown;
    site.forge.betweenPages = async () => {
      const [job] = await site.jobs(', state: PROCESSING');
      if (job) answer ??= await site.ask('mutation($job: ID!) { cancelPermissionsSyncJob(job: $job) }', { job: job['id'] });
    };
    await site.syncUser(ada);
    expect(answer).toEqual({ cancelPermissionsSyncJob: 'SUCCESS' });
    expect((await site.jobs(`, userID: "${nodeId('User', ada.id)}"`))[0]).toMatchObject({ state: 'CANCELED' });
    expect(await sees(ada)).toEqual(['a', 'b']);
  });

  it('is remembered five times', async () => {
    const ada = await person('ada');
    for (let i = 0; i < 7; i++) await site.syncUser(ada);
    expect(await site.jobs(`, userID: "${nodeId('User', ada.id)}"`)).toHaveLength(5);
  });

  it('takes away what only an account gave that is not the user’s any more', async () => {
    await add('a');
    const ada = await person('ada', 'a');
    await expect.poll(() => sees(ada), eventually).toEqual(['a']);
    const [account] = await site.external.ofUser(ada.id);
    await site.external.unlink(account?.id ?? 0);
    await site.kernel.jobs.drain();
    await expect.poll(() => sees(ada), eventually).toEqual([]);
  });
});

describe('a sync begins by itself', () => {
  const reasons = async (of: { readonly id: number }) =>
    (await site.jobs(`, userID: "${nodeId('User', of.id)}"`)).map(({ reason }) => (reason as { reason: string }).reason);
  const events = () => site.kernel.service(core.events, 'permissions');

  it('when somebody signs in, before what the schedule asks for', async () => {
    const ada = await person('ada');
    await events().publish(signedIn, { userId: ada.id });
    await expect.poll(() => reasons(ada), eventually).toContain('USER_SIGNED_IN');
  });

  it('when a webhook tells that members changed, for the accounts and the repositories that it names', async () => {
    await add('a', 'b');
    const [ada, grace] = [await person('ada', 'a', 'b'), await person('grace', 'a')];
    await expect.poll(() => sees(ada), eventually).toEqual(['a', 'b']);
    site.forge.revoke(accountOf('ada'), idOf('b'));
    site.forge.revoke(accountOf('grace'), idOf('a'));
    await events().publish(permissionsOutdated, {
      serviceType: 'forge',
      serviceId: 'https://forge.example.com/',
      repositoryIds: [(await site.repository(`${prefix}/a`)).id],
      accounts: [accountOf('ada')],
    });
    await expect.poll(() => sees(ada), eventually).toEqual(['a']);
    await expect.poll(() => sees(grace), eventually).toEqual([]);
  });

  it('again after a crash, where one was under way', async () => {
    const ada = await person('ada');
    await site.db.query(
      `INSERT INTO sync_jobs (user_id, reason, priority, state, started_at, seen_at) VALUES ($1, 'MANUAL', 0, 'processing', now(), now() - interval '1 hour')`,
      [ada.id],
    );
    await site.kernel.jobs.enqueue(syncUser, { userId: ada.id });
    await site.settled();
    expect((await site.jobs(`, userID: "${nodeId('User', ada.id)}"`))[0]).toMatchObject({ state: 'COMPLETED' });
  });
});

describe('who loses something', () => {
  it('has another epoch at once, and nobody else has', async () => {
    await add('a');
    const [ada, grace] = [await person('ada', 'a'), await person('grace', 'a')];
    await expect.poll(() => sees(ada), eventually).toEqual(['a']);
    await expect.poll(() => sees(grace), eventually).toEqual(['a']);
    const epochs = async () => {
      await site.later();
      return Promise.all([ada, grace].map((user) => site.wall.epoch(actorOf(user))));
    };
    const [adas, graces] = await epochs();
    site.forge.revoke(accountOf('ada'), idOf('a'));
    await site.syncRepository(`${prefix}/a`);
    await expect.poll(async () => (await epochs())[0], eventually).not.toBe(adas);
    expect((await epochs())[1]).toBe(graces);
  });

  it('is told while the first answer is awaited, and not after it', async () => {
    await add('a', 'b');
    await site.db.query('DELETE FROM sources');
    site.forge.accounts.set(accountOf('ada'), `${prefix}-ada`);
    site.forge.allow(accountOf('ada'), idOf('a'), idOf('b'));
    const ada = await site.people.create({ username: `${prefix}-ada` });
    const limited = async () => {
      await site.later();
      return (await site.wall.of(actorOf(ada))).limited;
    };
    site.forge.pageSize = 1;
    const during: unknown[] = [];
    site.forge.betweenPages = async () => {
      // Synced once more, as when the news of the account comes late, it is no first answer.
      if (during.length === 0) await expect.poll(limited, eventually).toBeDefined();
      during.push(await limited());
    };
    await site.link(ada, { id: accountOf('ada') });
    await expect.poll(() => during.length, eventually).toBeGreaterThan(0);
    await site.settled();
    expect(during[0]).toContain('for the first time');
    await expect.poll(limited, eventually).toBeUndefined();
  });

  it('because their user is deleted has nothing, and the account may be another’s', async () => {
    await add('a');
    const ada = await person('ada', 'a');
    await expect.poll(() => sees(ada), eventually).toEqual(['a']);
    await site.people.delete(ada.id, { hard: true });
    await expect.poll(async () => (await site.db.query('SELECT FROM sources WHERE user_id = $1', [ada.id])).length, eventually).toBe(0);
    await expect.poll(() => sees(ada), eventually).toEqual([]);
    const next = await site.person(`${prefix}-next`, { id: accountOf('ada') });
    await expect.poll(() => sees(next), eventually).toEqual(['a']);
  });
});

describe('what is older than permissions.maxAge', () => {
  it('is hidden until a sync confirms it', async () => {
    await add('a');
    const ada = await person('ada', 'a');
    await expect.poll(() => sees(ada), eventually).toEqual(['a']);
    await site.db.query(`UPDATE sources SET synced_at = now() - interval '2 hours' WHERE user_id = $1`, [ada.id]);
    await site.db.query(`UPDATE repositories SET synced_at = now() - interval '2 hours'`);
    await settings({ 'permissions.maxAge': 3_600 });
    await expect.poll(() => sees(ada), eventually).toEqual([]);
    await site.syncUser(ada);
    await expect.poll(() => sees(ada), eventually).toEqual(['a']);
    await settings({});
  });
});
