import type { Actor, Credentials, Limits, Logger, Queryable } from '@sextant/sdk';
import { TestClock } from '@sextant/sdk/testing';
import { beforeEach, describe, expect, it } from 'vitest';
import { Activity } from '../activity.js';
import type { User, Users } from '../api.js';
import { AuditLog } from '../audit/audit-log.js';
import type { AccessTokens, TokenVerdict } from './access-tokens.js';
import '../identity-errors.js';
import { PermissionRegistry } from '../roles/permission-registry.js';
import { AccountActors } from '../roles/user-actors.js';
import { WrongCredentials } from '../wrong-credentials.js';
import { TokenAuthenticator } from './token-authenticator.js';

const at = new Date('2026-01-01T00:00:00Z');
const aUser = (id: number, username: string, siteAdmin = false): User => ({
  id,
  username,
  siteAdmin,
  serviceAccount: false,
  displayName: undefined,
  credentialGeneration: 0,
  avatarUrl: undefined,
  createdAt: at,
  updatedAt: at,
  lastActiveAt: undefined,
});
const people = [aUser(1, 'root', true), aUser(2, 'ada'), aUser(3, 'grace', true)];

const holder = (user: User, scopes: readonly string[]): TokenVerdict => ({
  ok: true,
  holder: {
    id: user.id * 10,
    subjectUserId: user.id,
    creatorUserId: undefined,
    madeBy: [],
    note: '',
    scopes,
    internal: false,
    createdAt: at,
    expiresAt: undefined,
    lastUsedAt: undefined,
    hash: Buffer.alloc(0),
    username: user.username,
    siteAdmin: user.siteAdmin,
    serviceAccount: false,
    roleMarks: ['+A#B'],
  },
});
const byName = (name: string): User => people.find((user) => user.username === name) as User;
const verdicts: Readonly<Record<string, TokenVerdict>> = {
  'ada-token': holder(byName('ada'), ['user:all']),
  'ada-sudo': holder(byName('ada'), ['user:all', 'site-admin:sudo']),
  'grace-token': holder(byName('grace'), ['user:all']),
  'grace-sudo': holder(byName('grace'), ['user:all', 'site-admin:sudo']),
  'no-scope': holder(byName('ada'), []),
  'old-token': { ok: false, reason: 'expired', tokenId: 99 },
};

const anAuditLog = (log: Logger): AuditLog =>
  new AuditLog({
    log,
    clock: { now: () => at, monotonic: () => 0, sleep: async () => undefined },
    actors: { request: () => undefined },
    inbox: { add: async () => undefined, probe: async () => undefined },
    chain: { wake: () => undefined, close: async () => undefined },
    config: () => ({
      internalTraffic: false,
      graphQL: false,
      gitserverAccess: false,
      securityEvents: 'all',
      refusals: { window: 60_000, perAddress: 10, perWindow: 200 },
      keepFor: undefined,
    }),
  });

describe('the authenticator of access tokens', () => {
  let lines: { message: string; fields: unknown }[];
  let allowed: boolean;
  let authenticator: TokenAuthenticator;

  beforeEach(() => {
    lines = [];
    allowed = true;
    const note = (message: string, fields?: object): void => void lines.push({ message, fields });
    const log: Logger = { debug: note, info: note, warn: note, error: note, child: () => log };
    const limits: Limits = { take: async () => ({ allowed, remaining: 0, retryAfter: allowed ? 0 : 2000 }) };
    const tokens = {
      verify: async (text: string) => verdicts[text] ?? { ok: false, reason: 'unknown' },
      anyLive: async () => false,
    } as unknown as AccessTokens;
    const users: Users = {
      byId: async () => undefined,
      byIds: async () => new Map(),
      byUsername: async (name) => people.find((user) => user.username === name),
      page: async () => [],
      count: async () => people.length,
    };
    const db: Queryable = {
      query: async <R extends object>(_sql: string, [id]: readonly unknown[] = []) =>
        people.filter((user) => user.id === id).map((user) => ({ ...user, roleMarks: ['+A#B'] })) as unknown as R[],
    };
    const actors = new AccountActors(db, new PermissionRegistry([]));
    const audit = anAuditLog(log);
    authenticator = new TokenAuthenticator(
      tokens,
      users,
      actors,
      new WrongCredentials(limits, audit),
      audit,
      new Activity(db, new TestClock()),
    );
  });

  const ask = (authorization: string | undefined, localMode = false): Promise<Actor | undefined> => {
    const credentials: Credentials = { headers: { authorization, 'user-agent': 'test' }, remoteAddress: '203.0.113.9', localMode };
    return authenticator.authenticate(credentials);
  };

  it('gives the actor of a token', async () => {
    expect(await ask('token ada-token')).toEqual({
      kind: 'user',
      id: 'user:2',
      userId: 2,
      username: 'ada',
      siteAdmin: false,
      permissions: ['A#B'],
      via: 'token',
      credential: 'token:20',
      scopes: ['user:all'],
    });
  });

  it('leaves a request without a token to others', async () => {
    for (const localMode of [true, false]) expect(await ask(undefined, localMode)).toBeUndefined();
  });

  it.each(['token wrong', 'token', 'Bearer old-token', 'token no-scope', ''])(
    'answers 401 to %j, in local mode too (row 22)',
    async (header) => {
      for (const localMode of [true, false]) {
        await expect(ask(header, localMode)).rejects.toMatchObject({ code: 'SEXTANT_AUTH_INVALID', status: 401 });
      }
    },
  );

  it('never takes a scheme it does not know for no credential', async () => {
    expect(await ask('Negotiate abc', true)).toBeUndefined();
  });

  it('lets a site admin with the scope act as another, with the rights of the other only', async () => {
    const actor = await ask('token-sudo user="ada",token="grace-sudo"');
    expect(actor).toMatchObject({ id: 'user:2', siteAdmin: false, permissions: ['A#B'], credential: 'token:30', scopes: ['user:all'] });
    expect(lines.map((line) => line.message)).toEqual(['auth.accessToken impersonated']);
  });

  it.each([
    ['a user who is no site admin', 'ada-sudo', 'grace'],
    ['a token without the scope', 'grace-token', 'ada'],
    ['a user who does not exist', 'grace-sudo', 'nobody'],
  ])('answers 403 when acting as another with %s', async (_case, token, user) => {
    await expect(ask(`token-sudo user="${user}",token="${token}"`)).rejects.toMatchObject({
      code: 'SEXTANT_AUTH_SUDO_FORBIDDEN',
      status: 403,
    });
  });

  it('does not tell a user without rights whether another exists (row 24)', async () => {
    const answer = (user: string): Promise<string> =>
      ask(`token-sudo user="${user}",token="ada-sudo"`).then(
        () => '',
        (error: Error) => error.message,
      );
    expect(await answer('grace')).toBe(await answer('nobody'));
  });

  it('keeps the text of a wrong credential out of log and error (row 22)', async () => {
    const canary = 'sgp_local_canary0canary0canary0canary0canary0canar';
    const headers = [
      `token ${canary}`,
      `token-sudo user="${canary}",token="${canary}"`,
      `Basic ${Buffer.from(`${canary}:${canary}`).toString('base64')}`,
      canary,
    ];
    const answers = await Promise.allSettled(headers.map((header) => ask(header)));
    expect(
      JSON.stringify([
        lines,
        answers.map((answer) => (answer.status === 'rejected' ? String(answer.reason) + JSON.stringify(answer.reason) : '')),
      ]),
    ).not.toContain('canary');
    expect(lines).toHaveLength(3);
  });

  it('answers 429 and writes no more lines once an address has failed too often', async () => {
    allowed = false;
    for (let i = 0; i < 30; i++)
      await expect(ask('token wrong')).rejects.toMatchObject({
        code: 'SEXTANT_AUTH_THROTTLED',
        status: 429,
        details: { retryAfter: 2000 },
      });
    expect(lines).toHaveLength(10);
    expect(await ask('token ada-token')).toBeDefined();
  });
});
