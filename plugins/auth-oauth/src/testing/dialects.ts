import type { components as cloud } from '@coderabbitai/bitbucket/cloud/openapi';
import type { components as server } from '@coderabbitai/bitbucket/server/openapi';
import type { ExpandedUserSchema } from '@gitbeaker/core';
import type { components as octokit } from '@octokit/openapi-types';
import type { Email, Organization, Team, User } from 'gitea-js';
import { type Dialect, type FakeAnswer, type FakePerson, type Granted, linkedPage, orgsOf, teamsOf } from './oauth-server.js';

type GitHub = octokit['schemas'];
type Account = Omit<cloud['schemas']['account'], 'type'>;

const NOT_FOUND: FakeAnswer = { status: 404, body: { message: 'Not Found' } };
const lacks = ({ scopes }: Granted, ...any: readonly string[]): boolean => !any.some((scope) => scopes.includes(scope));
const FORBIDDEN: FakeAnswer = { status: 403, body: { message: 'insufficient scope' } };
const primaryOf = ({ emails = [] }: FakePerson) => emails.find(({ primary }) => primary) ?? emails[0];

/** The fakes of the hosts' OAuth and of what their APIs say of a person, by the types of the entries. Typed by the published APIs. */
export const dialects: Readonly<Record<string, Dialect>> = {
  github: {
    authorizePath: '/login/oauth/authorize',
    tokenPath: '/login/oauth/access_token',
    authentication: 'post',
    challenge: true,
    refusalStatus: 200,
    refreshError: 'bad_refresh_token',
    // As for a GitHub App.
    lifetime: 28_800,
    separator: ',',
    api: (path, url, granted) => {
      const { person } = granted;
      const [, one] = /^\/api\/v3\/user\/memberships\/orgs\/([^/]+)$/.exec(path) ?? [];
      const membershipIn = (login: string) =>
        ({ state: 'active', role: 'member', organization: { login } as GitHub['organization-simple'] }) satisfies Partial<
          GitHub['org-membership']
        >;
      if (path === '/api/v3/user') {
        if (lacks(granted, 'read:user')) return FORBIDDEN;
        const { id, login, name } = person;
        return {
          body: { id, login, name: name ?? null, avatar_url: `https://avatars.example/${id}` } satisfies Partial<GitHub['private-user']>,
        };
      }
      if (path === '/api/v3/user/emails') {
        if (lacks(granted, 'user:email')) return FORBIDDEN;
        const list = (person.emails ?? []).map(
          ({ address, verified, primary }) => ({ email: address, verified, primary, visibility: null }) satisfies GitHub['email'],
        );
        return linkedPage(url, list);
      }
      if (lacks(granted, 'read:org')) return FORBIDDEN;
      const seen = orgsOf(person).filter((org) => !person.withoutSso?.includes(org));
      if (path === '/api/v3/user/memberships/orgs') return linkedPage(url, [...seen.map(membershipIn)]);
      if (path === '/api/v3/user/teams')
        return linkedPage(
          url,
          teamsOf(person).map(
            ([org, slug]) => ({ slug, organization: { login: org } as GitHub['team-organization'] }) satisfies Partial<GitHub['team-full']>,
          ),
        );
      if (one === undefined) return NOT_FOUND;
      if (person.withoutSso?.includes(one))
        return {
          status: 403,
          body: { message: 'Resource protected by organization SAML enforcement.' },
          headers: { 'x-github-sso': 'required; url=https://evil.example/' },
        };
      return orgsOf(person).includes(one) ? { body: membershipIn(one) } : NOT_FOUND;
    },
  },
  gitlab: {
    authorizePath: '/oauth/authorize',
    tokenPath: '/oauth/token',
    authentication: 'post',
    challenge: true,
    refusalStatus: 400,
    lifetime: 7_200,
    api: (path, url, granted) => {
      const { person } = granted;
      if (path === '/api/v4/user') {
        if (lacks(granted, 'read_user', 'read_api', 'api')) return FORBIDDEN;
        const email = primaryOf(person);
        return {
          body: {
            id: person.id,
            username: person.login,
            name: person.name ?? person.login,
            avatar_url: `https://avatars.example/${person.id}`,
            email: email?.address ?? '',
            confirmed_at: email?.verified ? '2020-01-01T00:00:00.000Z' : (null as never),
          } satisfies Partial<ExpandedUserSchema>,
        };
      }
      if (path !== '/api/v4/groups') return NOT_FOUND;
      if (lacks(granted, 'read_api', 'api')) return FORBIDDEN;
      const isMine = url.searchParams.get('min_access_level') === '10';
      return linkedPage(
        url,
        ['everybody', ...(person.groups ?? [])].filter((group) => !isMine || group !== 'everybody').map((full_path) => ({ full_path })),
      );
    },
  },
  gitea: {
    authorizePath: '/login/oauth/authorize',
    tokenPath: '/login/oauth/access_token',
    authentication: 'post',
    challenge: true,
    refusalStatus: 400,
    lifetime: 3_600,
    api: (path, url, granted) => {
      const { person } = granted;
      if (lacks(granted, 'read:user')) return FORBIDDEN;
      if (path === '/api/v1/user')
        return {
          body: {
            id: person.id,
            login: person.login,
            full_name: person.name ?? '',
            email: primaryOf(person)?.address ?? '',
          } satisfies User,
        };
      if (path === '/api/v1/user/emails')
        return {
          body: (person.emails ?? []).map(({ address, verified, primary }) => ({ email: address, verified, primary }) satisfies Email),
        };
      if (lacks(granted, 'read:organization')) return FORBIDDEN;
      const organizationOf = (name: string): Organization => ({ id: 7, name, username: name });
      if (path === '/api/v1/user/orgs') return linkedPage(url, orgsOf(person).map(organizationOf));
      if (path === '/api/v1/user/teams')
        return linkedPage(
          url,
          teamsOf(person).map(([org, name]): Team => ({ id: 8, name, organization: organizationOf(org) })),
        );
      return NOT_FOUND;
    },
  },
  bitbucketcloud: {
    authorizePath: '/site/oauth2/authorize',
    tokenPath: '/site/oauth2/access_token',
    authentication: 'basic',
    challenge: false,
    refusalStatus: 400,
    lifetime: 7_200,
    api: (path, url, granted) => {
      const { person } = granted;
      const uuid = uuidOf(person.id);
      if (lacks(granted, 'account')) return FORBIDDEN;
      if (path === '/2.0/user')
        return { body: { uuid, nickname: person.login, display_name: person.name ?? person.login } satisfies Partial<Account> };
      if (path === '/2.0/user/emails') {
        if (lacks(granted, 'email')) return FORBIDDEN;
        const { body } = linkedPage(url, person.emails ?? []);
        const page = Number(url.searchParams.get('page') ?? 1);
        const values = (body as NonNullable<FakePerson['emails']>).map(({ address, verified, primary }) => ({
          type: 'email',
          email: address,
          is_confirmed: verified,
          is_primary: primary,
        }));
        const goesOn = (person.emails ?? []).length > 2 * page;
        // As a host writes it that calls itself otherwise than it is reached.
        return { body: { values, ...(goesOn ? { next: `https://evil.example/2.0/user/emails?page=${page + 1}` } : {}) } };
      }
      const [, workspace = '', member] = /^\/2\.0\/workspaces\/([^/]+)\/members\/([^/]+)$/.exec(path) ?? [];
      if (decodeURIComponent(member ?? '') !== uuid || !orgsOf(person).includes(workspace)) return NOT_FOUND;
      return { body: { type: 'workspace_membership', workspace: { type: 'workspace', slug: workspace } } };
    },
  },
  bitbucketserver: {
    authorizePath: '/rest/oauth2/latest/authorize',
    tokenPath: '/rest/oauth2/latest/token',
    authentication: 'post',
    challenge: true,
    refusalStatus: 400,
    lifetime: 7_200,
    api: (path, url, { person, scopes }) => {
      if (lacks({ person, scopes }, 'PUBLIC_REPOS', 'REPO_READ')) return FORBIDDEN;
      if (path === '/plugins/servlet/applinks/whoami') return { body: person.login };
      if (path !== '/rest/api/latest/users') return NOT_FOUND;
      const shown = { id: person.id, name: person.login, displayName: person.name, emailAddress: primaryOf(person)?.address, active: true };
      // A filter finds whoever has it in their name.
      const all: readonly server['schemas']['RestApplicationUser'][] = [{ ...shown, id: 99, name: `${person.login}-2` }, shown];
      const start = Number(url.searchParams.get('start') ?? 0);
      return { body: { values: all.slice(start, start + 1), isLastPage: start === 1, ...(start === 1 ? {} : { nextPageStart: 1 }) } };
    },
  },
  azuredevops: {
    authorizePath: '/acme.example/oauth2/v2.0/authorize',
    tokenPath: '/acme.example/oauth2/v2.0/token',
    authentication: 'post',
    challenge: true,
    refusalStatus: 400,
    lifetime: 3_600,
    api: (path, url, granted) => {
      const { person } = granted;
      const id = guidOf(person.id);
      if (lacks(granted, '499b84ac-1321-427f-aa17-267ca6975798/vso.profile')) return FORBIDDEN;
      if (path === '/_apis/profile/profiles/me')
        return {
          body: {
            id,
            publicAlias: id,
            displayName: person.name ?? person.login,
            emailAddress: primaryOf(person)?.address,
            coreRevision: 1,
          },
        };
      if (path !== '/_apis/accounts' || url.searchParams.get('memberId') !== id) return NOT_FOUND;
      const value = orgsOf(person).map((accountName) => ({ accountId: guidOf(700), accountName }));
      return { body: { count: value.length, value } };
    },
  },
};

export const guidOf = (id: number): string => `00000000-0000-4000-8000-${String(id).padStart(12, '0')}`;
export const uuidOf = (id: number): string => `{${guidOf(id)}}`;
