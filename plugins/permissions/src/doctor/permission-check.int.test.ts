import { SextantError } from '@sextant/sdk';
import { at } from '@sextant/sdk/testing';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { scheduleSyncs } from '../sync/jobs.js';
import { aSite, eventually, FORGE, type Site } from '../testing/a-site.js';

interface Finding {
  readonly plugin: string;
  readonly level: string;
  readonly what: string;
  readonly why: string | null;
}

/** What the check of this plugin finds, as `level what`. */
const findings = async (site: Site): Promise<readonly string[]> =>
  (at(await site.ask('{ doctor { plugin check level what why } }'), 'doctor') as readonly Finding[])
    .filter(({ plugin }) => plugin === 'permissions')
    .map(({ level, what, why }) => [level, what, why].filter(Boolean).join(' '));
const alerts = async (site: Site): Promise<readonly string[]> =>
  (at(await site.ask('{ site { alerts { message } } }'), 'site.alerts') as readonly { readonly message: string }[])
    .map(({ message }) => message)
    .filter((message) => message.includes(FORGE.id));
const down = new SextantError('SEXTANT_CODE_HOST_DOWN', { what: 'The forge is down.', details: { status: 500 } });

describe('the doctor, where no connection leaves it to its host', () => {
  it('says so, and nothing else', async () => {
    const site = await aSite({ enforce: null });
    expect(await findings(site)).toEqual(['OK No connection leaves it to its host who sees private repositories.']);
    expect(await site.ask('{ permissionsSyncCosts { providerID } }')).toEqual({ permissionsSyncCosts: [] });
  });
});

describe('the doctor, where users are known by their names', () => {
  it('is content once all is synced', async () => {
    const site = await aSite({ enforce: 'username' });
    site.forge.repositories.set('one', { name: 'team/one', private: true });
    await site.list();
    await expect
      .poll(() => findings(site), eventually)
      .toEqual([expect.stringMatching(/^OK Permissions of \d+ users are synced; \d+ syncs wait.$/)]);
  });
});

describe('the doctor of permissions', () => {
  let site: Site;
  let ada: Awaited<ReturnType<Site['person']>>;
  beforeAll(async () => {
    site = await aSite();
    site.forge.accounts.set('ada', 'ada');
    site.forge.allow('ada', 'one');
    site.forge.repositories.set('one', { name: 'team/one', private: true });
    await site.list();
    ada = await site.person('ada', { id: 'ada' });
    await vi.waitFor(async () => {
      expect(await site.sees(ada)).toEqual(['team/one']);
      // The schedule notes which hosts there are.
      expect(await site.db.query('SELECT FROM hosts')).toHaveLength(1);
    }, eventually);
    await site.settled();
  }, 60_000);

  it('counts users who have no account where one is needed', async () => {
    const without = async () => Number(/^WARNING (\d+) users have no account at /.exec((await findings(site)).join())?.[1] ?? 0);
    const before = await without();
    await site.person('stranger');
    // The schedule notes who there is, now and not in a minute.
    await site.db.query('UPDATE shared SET scheduled_at = NULL');
    await site.kernel.jobs.enqueue(scheduleSyncs, {});
    await expect.poll(without, eventually).toBe(before + 1);
  });

  it('names a host that does not answer and why, and after an hour so does an alert, until it answers', async () => {
    site.forge.failure = { error: down, after: 0 };
    await site.syncUser(ada);
    await expect
      .poll(() => findings(site), eventually)
      .toContainEqual(
        expect.stringMatching(new RegExp(`^ERROR ${FORGE.id} has not answered about permissions since .* The forge is down.`)),
      );
    expect(await alerts(site)).toEqual([]);
    await site.db.query(`UPDATE hosts SET failing_since = now() - interval '61 minutes'`);
    expect(await alerts(site)).toEqual([
      expect.stringMatching(
        /has not answered about permissions since .*: who lost access there since then still sees its repositories here/,
      ),
    ]);
    site.forge.failure = undefined;
    await site.syncUser(ada);
    expect(await alerts(site)).toEqual([]);
    expect((await findings(site)).filter((text) => text.startsWith('ERROR'))).toEqual([]);
  });

  it('says what was not confirmed for a day, and whose credentials a host refuses', async () => {
    await site.db.query(`UPDATE people SET synced_at = now() - interval '25 hours' WHERE user_id = $1`, [ada.id]);
    await site.db.query(`UPDATE repositories SET synced_at = now() - interval '25 hours'`);
    await site.db.query('UPDATE sources SET refused_since = now() WHERE user_id = $1', [ada.id]);
    const found = await findings(site);
    expect(found).toContainEqual(expect.stringMatching(/^WARNING What 1 users may see was last confirmed more than a day ago/));
    expect(found).toContainEqual(expect.stringMatching(/^WARNING Who may see 1 repositories was last confirmed more than a day ago/));
    expect(found).toContainEqual('WARNING Hosts refuse the credentials of 1 accounts.');
  });

  it('says how long a sync of all takes, where that is more than a day', async () => {
    await site.db.query(
      `UPDATE sync_jobs SET code_host_states = '[{"status": "SUCCESS", "providerType": "forge", "providerID": "${FORGE.id}", "cost": {"requests": 50, "perHour": 2, "own": false}}]'
       WHERE state = 'completed'`,
    );
    const costs = await site.ask(
      '{ permissionsSyncCosts { providerType providerID users repositories requestsPerUser requestsPerRepository requests ownRequests requestsPerHour hours } }',
    );
    expect(costs).toEqual({
      permissionsSyncCosts: [
        {
          providerType: 'forge',
          providerID: FORGE.id,
          users: 1,
          repositories: 1,
          requestsPerUser: 50,
          requestsPerRepository: 50,
          requests: 100,
          ownRequests: 0,
          requestsPerHour: 2,
          hours: 50,
        },
      ],
    });
    expect(await findings(site)).toContainEqual(
      `WARNING A sync of all 1 users and 1 repositories takes 100 requests to ${FORGE.id}, which allows 2 an hour: 50 hours. Each is confirmed less than once a day.`,
    );
  });
});
