import { kindOnHost, testHostClients } from '@sextant/plugin-code-host/testing';
import { Secret } from '@sextant/sdk';
import { TestClock } from '@sextant/sdk/testing';
import { describe, expect, it } from 'vitest';
import { githubConfig } from './github-config.js';
import { githubKind } from './github-kind.js';
import { FakeGithub } from './testing/fake-github.js';

const signal = new AbortController().signal;
const kind = () => githubKind(testHostClients(), new TestClock(new Date()));
const { connection } = kindOnHost(kind, () => ({ token: 'x' }));

describe('groups', () => {
  const NAMES = ['one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight'];
  /** An organization with eight private repositories, of which its members may read what `permission` and the teams say. */
  const anOrganization = async (permission: 'read' | 'none' | undefined) => {
    const forge = await FakeGithub.start(NAMES.map((name, at) => ({ id: at + 1, name: `acme/${name}`, private: true })));
    const builders = { id: 71, members: new Set(['ana', 'ben']), repositories: new Set(NAMES.map((name) => `acme/${name}`)) };
    const [members, owners] = [new Set(['ana', 'ben', 'cleo', 'dan', 'eve', 'fay', 'gus', 'hal']), ['root']];
    forge.organizations.set('acme', { id: 7, permission, members, owners, teams: new Map([['builders', builders]]) });
    forge.accounts.set('anas-token', 'ana');
    forge.tokens.set('anas-token', ['repo', 'read:org']);
    forge.tokens.set('fake-github-token', ['repo', 'read:org']);
    const of = kind();
    const at = { ...connection(), config: githubConfig.parse({ url: forge.url, token: forge.token, authorization: {} }) };
    const { ofAccounts, ofRepositories } = of.permissions?.groups ?? {};
    if (!ofAccounts || !ofRepositories) throw new Error('it tells of no groups');
    return {
      forge,
      builders,
      keptFor: (authorization: object) =>
        of.permissions?.groups?.keptFor({ ...at, config: githubConfig.parse({ url: forge.url, token: 'x', authorization }) }),
      account: (credential = 'anas-token') =>
        Array.fromAsync(ofAccounts.besidesGroups(at, { id: '1', username: 'ana', credential: new Secret(credential) }, { signal })),
      readers: () =>
        Array.fromAsync(
          ofRepositories.besidesGroups(at, { externalId: 'R_1', name: 'x', cloneUrl: `${forge.url}/acme/one.git` }, { signal }),
        ),
      given: (id: string, name: string) => Array.fromAsync(ofAccounts.ofGroup(at, { id, name }, { signal })),
      members: async (id: string, name: string) =>
        (await Array.fromAsync(ofRepositories.ofGroup(at, { id, name }, { signal }))).map(({ username }) => username),
      [Symbol.asyncDispose]: () => forge[Symbol.asyncDispose](),
    };
  };
  const groupsIn = (told: readonly (string | object)[]) =>
    told.flatMap((one) => (typeof one !== 'string' && 'group' in one ? [one.group] : []));
  const organization = { id: 'organization:7', name: 'acme' };
  const team = { id: 'team:71', name: 'acme/builders' };

  it('of an account are its organizations and teams, in the place of what they give', async () => {
    await using acme = await anOrganization('read');
    const told = await acme.account();
    expect(groupsIn(told)).toEqual([organization, team]);
    // The first page came before it was known that the list is long.
    expect(told.filter((one) => typeof one === 'string')).toEqual(['R_1', 'R_2']);
    expect(await acme.given('organization:7', 'acme')).toHaveLength(8);
    expect(await acme.given('team:71', 'acme/builders')).toHaveLength(8);
  });

  it('of an account that the organization gives nothing are its teams, and what is internal', async () => {
    await using acme = await anOrganization('none');
    expect(groupsIn(await acme.account())).toEqual([{ id: 'organization:7:internal', name: 'acme' }, team]);
    expect(await acme.given('organization:7:internal', 'acme')).toEqual([]);
  });

  it.each<[string, 'read' | undefined, (acme: Awaited<ReturnType<typeof anOrganization>>) => void]>([
    ['the organization does not say what its members may read', undefined, () => undefined],
    ['the credential may not tell its organizations', 'read', ({ forge }) => void forge.forbidden.add('user/memberships/orgs')],
    [
      'the list is short',
      'read',
      ({ builders, forge }) => {
        builders.repositories.clear();
        forge.pageSize = 4;
      },
    ],
  ])('are not told where %s: then all is', async (_why, permission, prepare) => {
    await using acme = await anOrganization(permission);
    prepare(acme);
    expect(await acme.account()).toEqual(NAMES.map((_, at) => `R_${at + 1}`));
  });

  it('that read a repository are its organization and teams, where each member may', async () => {
    await using acme = await anOrganization('read');
    const told = await acme.readers();
    expect(groupsIn(told)).toEqual([organization, team]);
    expect(told).toHaveLength(4);
    expect(await acme.members('organization:7', 'acme')).toEqual(['ana', 'ben', 'cleo', 'dan', 'eve', 'fay', 'gus', 'hal', 'root']);
    expect(await acme.members('team:71', 'acme/builders')).toEqual(['ana', 'ben']);
  });

  it('that read a repository are not told where members may read nothing: then all readers are', async () => {
    await using acme = await anOrganization('none');
    expect(groupsIn(await acme.readers())).toEqual([]);
    expect(await acme.readers()).toHaveLength(3);
  });

  it.each([
    [{}, 72 * 3_600_000],
    [{ groupsCacheTTL: 2 }, 2 * 3_600_000],
    [{ groupsCacheTTL: 0 }, undefined],
    [{ groupsCacheTTL: -1 }, undefined],
  ])('are kept as %j says', async (authorization, keptFor) => {
    await using acme = await anOrganization('read');
    expect(acme.keptFor(authorization)).toBe(keptFor);
  });

  it('are refused a time that is none', () => {
    expect(githubConfig.safeParse({ token: 'x', authorization: { groupsCacheTTL: '72' } }).success).toBe(false);
  });
});
