import { type Actor, ANONYMOUS, type Contribution, type Logger, type Operation, type PluginStatus } from '@sextant/sdk';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { SiteAlert, SiteAlertSource } from '../api.js';
import { collectAlerts } from './collect-alerts.js';
import { ownAlerts } from './own-alerts.js';

const quiet: Logger = { debug() {}, info() {}, warn() {}, error() {}, child: () => quiet };
const admin: Actor = { kind: 'user', id: 'user:1', userId: 1, siteAdmin: true, via: 'token' };
const ada: Actor = { kind: 'user', id: 'user:2', userId: 2, siteAdmin: false, via: 'token' };
const operation = (actor: Actor): Operation => ({
  actor,
  signal: new AbortController().signal,
  log: quiet,
  loader: () => ({ load: async () => undefined as never, loadMany: async () => [] }),
  once: (_name, make) => make(),
});
const contribution = <V>(plugin: string, value: V): Contribution<V> => ({ plugin, value, reject() {} });
const source = (audience: SiteAlertSource['audience'], alerts: () => Promise<readonly SiteAlert[]>): SiteAlertSource => ({
  audience,
  alerts,
});

afterEach(() => void vi.useRealTimers());

describe('site alerts', () => {
  const sources = [
    contribution(
      'a',
      source('everybody', async () => [{ type: 'INFO', message: 'for all' }]),
    ),
    contribution(
      'b',
      source('site-admins', async () => [{ type: 'ERROR', message: 'for admins' }]),
    ),
  ];

  it('reach those they are for, the gravest first', async () => {
    expect((await collectAlerts(sources, operation(admin))).map(({ message }) => message)).toEqual(['for admins', 'for all']);
    expect((await collectAlerts(sources, operation(ada))).map(({ message }) => message)).toEqual(['for all']);
    expect(await collectAlerts(sources, operation(ANONYMOUS))).toEqual([]);
  });

  it('say so to site admins when a source fails, and show the others', async () => {
    const broken = [
      ...sources,
      contribution(
        'c',
        source('everybody', async () => Promise.reject(new Error('secret detail'))),
      ),
    ];
    const told = await collectAlerts(broken, operation(admin));
    expect(told.map(({ message }) => message).join()).toContain('`c` could not be determined');
    expect(JSON.stringify(told)).not.toContain('secret detail');
    expect(await collectAlerts(broken, operation(ada))).toHaveLength(1);
  });

  it('do not wait for a source that hangs', async () => {
    vi.useFakeTimers();
    const answer = collectAlerts(
      [
        ...sources,
        contribution(
          'c',
          source('everybody', () => new Promise(() => {})),
        ),
      ],
      operation(admin),
    );
    await vi.advanceTimersByTimeAsync(2001);
    expect(await answer).toHaveLength(3);
  });
});

describe('the alerts of this plugin', () => {
  interface Case {
    readonly localMode?: boolean;
    readonly externalUrl?: string;
    readonly credentials?: boolean;
    readonly configured?: Record<string, unknown>;
    readonly problems?: readonly string[];
    readonly plugins?: readonly Partial<PluginStatus>[];
  }
  const told = async (c: Case): Promise<readonly SiteAlert[]> =>
    ownAlerts({
      process: { localMode: c.localMode ?? false, externalUrl: c.externalUrl ?? 'https://sextant.example.com' },
      plugins: { list: () => (c.plugins ?? []) as readonly PluginStatus[] },
      authenticators: [
        contribution('identity', { name: 'x', hasCredentials: async () => c.credentials ?? true, authenticate: async () => undefined }),
      ],
      configurations: { effective: async () => c.configured ?? {}, validationMessages: async () => c.problems ?? [] },
    }).alerts(operation(admin));

  it.each<[string, Case, string[]]>([
    ['nothing when all is well', {}, []],
    [
      'nothing about credentials and addresses in local mode',
      { localMode: true, credentials: false, externalUrl: 'http://127.0.0.1:7080' },
      [],
    ],
    ['that no credential exists (row 49)', { credentials: false }, ['ERROR']],
    ['that only this machine can reach the external URL', { externalUrl: 'http://127.0.0.1:7080' }, ['WARNING']],
    [
      'nothing about it once one is configured',
      { externalUrl: 'http://127.0.0.1:7080', configured: { externalURL: 'https://x.example.com' } },
      [],
    ],
    ['that the site configuration has problems', { problems: ['a', 'b'] }, ['WARNING']],
    [
      'which plugins do not run',
      {
        plugins: [
          { id: 'a', state: 'failed' },
          { id: 'b', state: 'degraded' },
          { id: 'c', state: 'disabled' },
          { id: 'd', state: 'active' },
        ],
      },
      ['ERROR', 'WARNING'],
    ],
  ])('tell %s', async (_case, given, types) => {
    expect((await told(given)).map(({ type }) => type)).toEqual(types);
  });
});
