import { randomUUID } from 'node:crypto';
import { testHostClients } from '@sextant/plugin-code-host/testing';
import { type PageForm, SignInAttempt } from '@sextant/plugin-identity/testing';
import { at } from '@sextant/sdk/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { gitea } from './hosts/gitea.js';
import { oauthProvider } from './oauth-provider.js';

const { SEXTANT_TEST_GITEA_URL: URL_GIVEN = '', SEXTANT_TEST_GITEA_TOKEN: TOKEN = '' } = process.env;
const CALLBACK = 'https://sextant.example/.auth/gitea/callback';
const suffix = randomUUID().slice(0, 8);
const ANA = { username: `ana-${suffix}`, password: `password of ana-${suffix}`, email: `ana-${suffix}@example.com` };
const ORG = `team-${suffix}`;

const isMissing = URL_GIVEN === '' || TOKEN === '';
const itself = `Signing in by Gitea itself${isMissing ? ' (skipped: SEXTANT_TEST_GITEA_URL and _TOKEN name none)' : ''}`;

describe.skipIf(isMissing)(itself, () => {
  /** One for each set of scopes: what somebody lets an application in for, Gitea does not widen. */
  const applications: Application[] = [];
  const clients = testHostClients({ timeout: 10_000 });
  const provider = oauthProvider(gitea, { http: clients.services.http, clients, clock: { now: () => new Date() } });
  const attemptAt = ({ clientID, clientSecret }: Application, more: Readonly<Record<string, unknown>> = {}) =>
    new SignInAttempt(provider, { url: URL_GIVEN, clientID, clientSecret, ...more }, { callbackUrl: CALLBACK });
  const attempt = async (more: Readonly<Record<string, unknown>> = {}) => attemptAt(await anApplication(), more);
  const anApplication = async (): Promise<Application> => {
    const made = await ask('POST', 'user/applications/oauth2', {
      name: `sextant-${suffix}-${applications.length}`,
      redirect_uris: [CALLBACK],
      confidential_client: true,
    });
    const [id, clientID, clientSecret] = ['id', 'client_id', 'client_secret'].map((key) => at(made, key));
    const application = { id: Number(id), clientID: String(clientID), clientSecret: String(clientSecret) };
    applications.push(application);
    return application;
  };

  beforeAll(async () => {
    await ask('POST', 'admin/users', { ...ANA, must_change_password: false });
    await ask('POST', 'orgs', { username: ORG, visibility: 'private' });
    const permissions = { permission: 'read', units: ['repo.code'] };
    const team = at(await ask('POST', `orgs/${ORG}/teams`, { name: 'readers', ...permissions }), 'id');
    await ask('PUT', `teams/${team}/members/${ANA.username}`);
  });
  afterAll(async () => {
    for (const { id } of applications) await ask('DELETE', `user/applications/oauth2/${id}`);
    await ask('DELETE', `orgs/${ORG}`);
    await ask('DELETE', `admin/users/${ANA.username}?purge=true`);
  });

  /** Its page to sign in, and the one on which the application is let in. */
  const fill = ({ action }: PageForm): Readonly<Record<string, string>> =>
    action.endsWith('/grant') ? { granted: 'true' } : { user_name: ANA.username, password: ANA.password };

  it('tells who somebody is, with the narrowest scope', async () => {
    const identity = await (await attempt({ trustEmails: true })).signIn(fill);
    expect(identity).toMatchObject({ username: ANA.username, emails: [{ address: ANA.email, verified: true }], groups: [] });
    expect(identity.accountId).toMatch(/^\d+$/);
    expect(identity.credential).toBeUndefined();
  });

  it('lets members of an organization or a team in, and nobody else', async () => {
    const application = await anApplication();
    for (const group of [ORG, `${ORG}/readers`])
      expect((await attemptAt(application, { allowGroups: [group] }).signIn(fill)).groups).toEqual([ORG, `${ORG}/readers`]);
    await expect(attemptAt(application, { allowGroups: ['others'] }).signIn(fill)).rejects.toMatchObject({
      code: 'SEXTANT_SIGN_IN_REFUSED',
    });
  });

  it('says what to do where somebody had let the application in for less than it asks for now', async () => {
    const application = await anApplication();
    await attemptAt(application).signIn(fill);
    await expect(attemptAt(application, { allowGroups: [ORG] }).signIn(fill)).rejects.toMatchObject({
      code: 'SEXTANT_OAUTH_HOST',
      why: expect.stringContaining('in their settings under Applications'),
    });
  });

  it('renews its tokens', async () => {
    const one = await attempt({ permissionSync: true });
    const { credential } = await one.signIn(fill);
    const renewed = await provider.redirect!.renew!(one.entry, credential!, new AbortController().signal);
    const authorization = `Bearer ${renewed.accessToken.reveal()}`;
    expect(at(await ask('GET', 'user', undefined, authorization), 'login')).toBe(ANA.username);
    // It reads, and cannot write.
    expect(await ask('GET', 'user/repos', undefined, authorization)).toEqual([]);
    await expect(ask('POST', 'user/repos', { name: 'x' }, authorization)).rejects.toThrow('403');
  });

  it('takes a code once, and from the browser that it was given to', async () => {
    const application = await anApplication();
    const one = attemptAt(application);
    const answer = await one.answer(fill);
    await one.finish(answer);
    await expect(one.finish(answer)).rejects.toMatchObject({ code: 'SEXTANT_OAUTH_ANSWER' });
    const [mine, theirs] = [attemptAt(application), attemptAt(application)];
    const [to, stolen] = [await mine.answer(fill), await theirs.answer(fill)];
    to.parameters.set('code', stolen.parameters.get('code') ?? '');
    await expect(mine.finish(to)).rejects.toMatchObject({ code: 'SEXTANT_OAUTH_ANSWER' });
  });
});

interface Application {
  readonly id: number;
  readonly clientID: string;
  readonly clientSecret: string;
}

async function ask(method: string, path: string, body?: object, authorization = `token ${TOKEN}`): Promise<unknown> {
  const response = await fetch(new URL(`api/v1/${path}`, URL_GIVEN.replace(/\/*$/, '/')), {
    method,
    headers: { authorization, ...(body ? { 'content-type': 'application/json' } : {}) },
    ...(body ? { body: JSON.stringify(body) } : {}),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
  return text === '' ? undefined : JSON.parse(text);
}
