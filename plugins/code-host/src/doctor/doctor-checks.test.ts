import { Secret, SextantError, z } from '@sextant/sdk';
import { describe, expect, it } from 'vitest';
import { parseConnectionConfig } from '../connections/connection-config.js';
import { type Declarations, declarationProblems } from '../connections/declared-connections.js';
import { aUser } from '../testing/fakes.js';
import { connectionCheck } from './connection-check.js';
import { hostClockCheck } from './host-clock-check.js';
import { webhookCheck } from './webhook-check.js';

const asked = { actor: aUser(1, { siteAdmin: true }), signal: new AbortController().signal };
const TOKEN = 'hunter2-canary';

describe('the check of connections', () => {
  const enqueued: unknown[] = [];
  const kinds = { find: () => undefined };
  const run = (check: () => Promise<unknown>, record: object = {}, count = 1, connections: Declarations['connections'] = []) =>
    connectionCheck({
      declared: () => declarationProblems({ connections }, { check: () => parseConnectionConfig('{ "url": }', z.object({})) }, kinds),
      connections: {
        list: async () =>
          Array.from({ length: count }, (_, at) => ({
            id: at + 1,
            kind: 'GITEA',
            displayName: `Forge ${at + 1}`,
            failedSyncs: 0,
            ...record,
          })) as never,
        usable: async () => ({ config: { token: new Secret(TOKEN) } }) as never,
      },
      kinds: { get: () => ({ check }) as never },
      jobs: { enqueue: async (_job, payload) => String(enqueued.push(payload)) },
    }).run(asked);

  it('tells what the host says is wrong, and what to do, without a secret', async () => {
    const problem = `The token ${TOKEN} has no scope read:repository.`;
    const findings = await run(async () => ({ ok: false, problem, fix: 'Give it the scope.' }));
    expect(findings).toMatchObject([
      { level: 'error', why: 'The token [secret] has no scope read:repository.', fix: 'Give it the scope.' },
    ]);
  });

  it('tells what was thrown, by its code', async () => {
    const thrown = new SextantError('SEXTANT_CODE_HOST_REFUSED', { what: 'No.' });
    expect(await run(() => Promise.reject(thrown))).toMatchObject([{ level: 'error', code: 'SEXTANT_CODE_HOST_REFUSED', why: 'No.' }]);
    expect(JSON.stringify(await run(() => Promise.reject(new Error(TOKEN))))).not.toContain(TOKEN);
  });

  it('offers a sync of one that works again', async () => {
    const findings = await run(async () => ({ ok: true }), { lastSyncError: 'It was down.', lastSyncCode: 'SEXTANT_CODE_HOST_DOWN' });
    expect(findings).toMatchObject([{ level: 'warning', mend: { id: 'resync:1' } }]);
    await findings[0]?.mend?.run(asked);
    expect(enqueued).toEqual([{ connectionId: 1 }]);
  });

  it('names what is declared and cannot be taken, also where there is no other', async () => {
    const declared = { kind: 'GITEA', displayName: 'Forge', config: '' };
    const findings = await run(async () => ({ ok: true }), {}, 0, [declared, declared]);
    expect(findings).toMatchObject([
      {
        level: 'error',
        what: 'Connection "Forge" (GITEA) of the configuration file is not taken.',
        why: expect.stringContaining('line 1, column 10: value expected'),
        code: 'SEXTANT_CODE_HOST_CONFIG_INVALID',
        fix: expect.stringContaining('where it is named'),
      },
      { level: 'error', why: expect.stringContaining('declared twice') },
    ]);
    expect(await run(async () => ({ ok: true }), {}, 0)).toMatchObject([{ level: 'ok', what: 'There are no connections to code hosts.' }]);
  });

  it('asks fifty hosts, and says that there are more', async () => {
    let count = 0;
    const findings = await run(
      async () => {
        count++;
        return { ok: true };
      },
      {},
      1_000,
    );
    expect([count, findings.at(-1)?.what]).toEqual([50, '950 connections whose syncs fail less often were not asked.']);
  });
});

describe('the check of clocks of code hosts', () => {
  const run = (date: string | undefined) =>
    hostClockCheck({
      connections: { list: async () => [{ id: 1, kind: 'GITEA' }] as never, usable: async () => ({}) as never },
      kinds: { find: () => ({ serviceId: () => 'https://forge.example.com/below' }) as never },
      http: {
        fetch: async () => {
          if (date === undefined) throw new Error('down');
          return new Response(null, { headers: { date } });
        },
      },
      now: () => new Date('2026-01-02T03:04:05Z'),
    }).run(asked);

  it('warns of one that is far from ours, and of no other', async () => {
    expect(await run('Fri, 02 Jan 2026 03:14:05 GMT')).toMatchObject([
      { level: 'warning', what: "The clock of https://forge.example.com is 600 s ahead of this process's." },
    ]);
    expect(await run('Fri, 02 Jan 2026 03:04:15 GMT')).toMatchObject([{ level: 'ok' }]);
    expect(await run(undefined)).toMatchObject([{ level: 'ok' }]);
  });
});

describe('the check of webhooks', () => {
  const run = (webhooks: readonly object[], last?: object) =>
    webhookCheck({
      webhooks: { list: async () => webhooks as never },
      deliveries: { list: async () => (last ? [last] : []) as never },
    }).run(asked);
  const webhook = { id: 1, name: 'Forge', serviceId: 'https://forge.example.com' };
  const receivedAt = new Date(0);

  it.each<[what: string, last: object | undefined, level: string]>([
    ['of which nothing came in', undefined, 'warning'],
    ['whose last delivery was not proven', { statusCode: 401, outcome: 'Refused.', receivedAt }, 'error'],
    ['whose last delivery was not understood', { statusCode: 400, outcome: 'No JSON.', receivedAt }, 'warning'],
    ['that works', { statusCode: 200, outcome: '', receivedAt }, 'ok'],
  ])('tells of one %s', async (_what, last, level) => {
    expect(await run([webhook], last)).toMatchObject([{ level }]);
  });

  it('takes it for well that there is none', async () => {
    expect(await run([])).toMatchObject([{ level: 'ok' }]);
  });
});
