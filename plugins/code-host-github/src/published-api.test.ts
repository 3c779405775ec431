import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { components } from '@octokit/openapi-types';
import { testHostClients } from '@sextant/plugin-code-host/testing';
import { Secret, type z } from '@sextant/sdk';
import { beforeAll, describe, expect, expectTypeOf, it } from 'vitest';
import type {
  githubInstallation,
  githubMembership,
  githubOrganization,
  githubRepository,
  githubSearch,
  githubTeam,
  githubUser,
} from './github-api.js';
import { githubConfig } from './github-config.js';
import { githubKind } from './github-kind.js';
import { FakeGithub } from './testing/fake-github.js';

type Schemas = components['schemas'];
/** An id is an int64; as JSON it is a number all the same. */
type User = Omit<z.input<typeof githubUser>, 'id'> & { readonly id: number | bigint };
/** What one of our shapes reads of a published schema that the schema does not have. */
type Unconfirmed<Shape extends z.ZodType, Published> = Exclude<keyof z.input<Shape>, keyof Published>;

let endpoints: readonly RegExp[];
beforeAll(() => {
  const folder = dirname(createRequire(import.meta.url).resolve('@octokit/openapi-types/package.json'));
  const text = readFileSync(join(folder, 'types.d.ts'), 'utf8');
  const paths = text.slice(text.indexOf('export interface paths {'), text.indexOf('export interface webhooks'));
  endpoints = [...paths.matchAll(/^ {2}"\/([^"]*)": \{/gm)].map(
    ([, path = '']) => new RegExp(`^(?:GET|POST) ${path.replace(/\{\w+\}/g, '[^/]+')}$`),
  );
});

describe('the published API', () => {
  it('confirms every field that is read, and would be understood', () => {
    expectTypeOf<Unconfirmed<typeof githubRepository, Schemas['repository']>>().toBeNever();
    expectTypeOf<Unconfirmed<typeof githubRepository, Schemas['minimal-repository']>>().toBeNever();
    expectTypeOf<Unconfirmed<typeof githubRepository, Schemas['repo-search-result-item']>>().toBeNever();
    expectTypeOf<Unconfirmed<typeof githubOrganization, Schemas['organization-full']>>().toBeNever();
    expectTypeOf<Unconfirmed<typeof githubMembership, Schemas['org-membership']>>().toBeNever();
    expectTypeOf<Unconfirmed<typeof githubTeam, Schemas['team-full']>>().toBeNever();
    expectTypeOf<Unconfirmed<typeof githubUser, Schemas['collaborator']>>().toBeNever();
    expectTypeOf<Schemas['repository']>().toExtend<z.input<typeof githubRepository>>();
    expectTypeOf<Schemas['repo-search-result-item']>().toExtend<z.input<typeof githubRepository>>();
    expectTypeOf<Schemas['collaborator']>().toExtend<User>();
    expectTypeOf<{ total_count: number; repositories: Schemas['repository'][] }>().toExtend<z.input<typeof githubInstallation>>();
    expectTypeOf<{ total_count: number; incomplete_results: boolean; items: Schemas['repo-search-result-item'][] }>().toExtend<
      z.input<typeof githubSearch>
    >();
  });

  it('confirms what is read of webhooks', () => {
    expectTypeOf<Schemas['webhook-push']['repository']>().toExtend<{ node_id: string }>();
    expectTypeOf<Schemas['webhook-create']['repository']>().toExtend<{ node_id: string }>();
    expectTypeOf<Schemas['webhook-repository-renamed']>().toExtend<{ action: string; repository: { node_id: string } }>();
    expectTypeOf<Schemas['webhook-repository-privatized']>().toExtend<{ action: 'privatized' }>();
    expectTypeOf<Schemas['webhook-pull-request-opened']>().toExtend<{
      pull_request: { number: number };
      repository: { node_id: string };
    }>();
    expectTypeOf<Schemas['webhook-installation-repositories-added']>().toExtend<{
      repositories_added: { node_id: string }[];
      repositories_removed: object[];
    }>();
    expectTypeOf<NonNullable<Schemas['webhook-member-added']['member']>>().toExtend<Pick<User, 'id'>>();
    expectTypeOf<NonNullable<Schemas['webhook-membership-added']['member']>>().toExtend<Pick<User, 'id'>>();
    expectTypeOf<NonNullable<Schemas['webhook-organization-member-removed']['membership']['user']>>().toExtend<Pick<User, 'id'>>();
    expectTypeOf<Schemas['webhook-team-add']['repository']>().toExtend<{ node_id: string }>();
  });

  it('confirms every endpoint that is asked', async () => {
    await using github = await FakeGithub.start([
      { id: 1, name: 'ana/anvil' },
      { id: 2, name: 'team/hammer', private: true, collaborators: ['ana'] },
    ]);
    const clients = testHostClients();
    const kind = githubKind(clients, clients.services.clock);
    const options = { signal: new AbortController().signal, progress: () => undefined };
    const config = githubConfig.parse({
      url: github.url,
      token: github.token,
      orgs: ['team'],
      repos: ['ana/anvil'],
      repositoryQuery: ['affiliated', 'public', 'ana/'],
    });
    const connection = { id: 1, kind: 'GITHUB', displayName: 'x', config };
    for await (const { externalId, name, cloneUrl } of kind.list(connection, options))
      await Array.fromAsync(kind.permissions?.usersOf(connection, { externalId, name, cloneUrl }, options) ?? []);
    await Array.fromAsync(
      kind.permissions?.repositoriesOf(connection, { id: '1', username: 'ana', credential: new Secret(github.token) }, options) ?? [],
    );
    github.pageSize = 1;
    github.organizations.set('team', { id: 9, permission: 'read', members: new Set(['ana', 'b', 'c', 'd', 'e']), teams: new Map() });
    github.repositories.push(...[3, 4, 5, 6].map((id) => ({ id, name: `team/r${id}`, private: true })));
    const { ofAccounts, ofRepositories } = kind.permissions?.groups ?? {};
    const account = { id: '1', username: 'ana', credential: new Secret(github.token) };
    await Array.fromAsync(ofAccounts?.besidesGroups(connection, account, options) ?? []);
    const repository = { externalId: 'R_2', name: 'x', cloneUrl: `${github.url}/team/hammer.git` };
    await Array.fromAsync(ofRepositories?.besidesGroups(connection, repository, options) ?? []);
    for (const group of [
      { id: 'organization:9', name: 'team' },
      { id: 'team:1', name: 'team/none' },
    ]) {
      await Array.fromAsync(ofAccounts?.ofGroup(connection, group, options) ?? []).catch(() => []);
      await Array.fromAsync(ofRepositories?.ofGroup(connection, group, options) ?? []).catch(() => []);
    }
    const asked = [...new Set([...github.asked, 'GET installation/repositories', 'POST app/installations/34/access_tokens'])];
    expect(asked.length).toBeGreaterThan(14);
    expect(asked.filter((one) => !endpoints.some((endpoint) => endpoint.test(one)))).toEqual([]);
  });
});
