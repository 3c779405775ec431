import identity from '@sextant/plugin-identity';
import { users } from '@sextant/plugin-identity/api';
import { Administration } from '@sextant/plugin-identity/testing';
import site from '@sextant/plugin-site';
import { at, startTestKernel, type TestKernel, textAt } from '@sextant/sdk/testing';
import * as oauth from 'openid-client';
import manifest from '../manifest.js';
import { ABrowser } from './a-browser.js';
import { testSessions } from './test-sessions.js';

export const REDIRECT_URI = 'https://app.example/callback';

export interface Signed {
  readonly userId: number;
  readonly username: string;
  readonly browser: ABrowser;
}

/** A Sextant with people and programs. */
export class ASite {
  readonly admin: Administration;

  private constructor(readonly kernel: TestKernel) {
    this.admin = new Administration(() => kernel);
  }

  static async start(config: Readonly<Record<string, unknown>> = {}): Promise<ASite> {
    return new ASite(await startTestKernel({ plugins: [identity, site, manifest, testSessions], config }));
  }

  /** A person who is signed in. */
  async aPerson(email?: string): Promise<Signed> {
    const username = `person-${Math.random().toString(36).slice(2, 10)}`;
    await this.admin.createUser(username, email === undefined ? {} : { email });
    const userId = (await this.kernel.service(users, 'identity').byUsername(username))?.id as number;
    return { userId, username, browser: new ABrowser(this.kernel.url, userId) };
  }

  /** A program that an admin has registered. */
  async aClient(input: Readonly<Record<string, unknown>> = {}): Promise<{
    readonly id: string;
    readonly clientId: string;
    readonly secret: string | undefined;
    readonly config: oauth.Configuration;
  }> {
    const { data, errors } = await this.kernel.graphql(
      'mutation($input: OAuthClientInput!) { createOAuthClient(input: $input) { client { id clientID } clientSecret } }',
      {
        input: {
          name: 'App',
          redirectURIs: [REDIRECT_URI],
          scopes: ['openid', 'profile', 'email', 'offline_access', 'user:all', 'externalapi:read', 'mcp'],
          ...input,
        },
      },
    );
    if (errors[0]) throw Object.assign(new Error(errors[0].message), { code: errors[0].extensions['code'] });
    const clientId = textAt(data, 'createOAuthClient.client.clientID');
    const secret = (at(data, 'createOAuthClient.clientSecret') as string | null) ?? undefined;
    return { id: textAt(data, 'createOAuthClient.client.id'), clientId, secret, config: await this.discovered(clientId, secret) };
  }

  discovered(clientId: string, secret?: string): Promise<oauth.Configuration> {
    return oauth.discovery(
      new URL(this.kernel.url),
      clientId,
      undefined,
      secret === undefined ? oauth.None() : oauth.ClientSecretBasic(secret),
      { execute: [oauth.allowInsecureRequests] },
    );
  }

  /** A person lets a program in by a code; `answer` is what they press. */
  async byCode(
    config: oauth.Configuration,
    browser: ABrowser,
    { scope, answer = 'allow', ...more }: { readonly scope: string; readonly answer?: 'allow' | 'deny' } & Readonly<Record<string, string>>,
  ) {
    const verifier = oauth.randomPKCECodeVerifier();
    const state = oauth.randomState();
    const url = oauth.buildAuthorizationUrl(config, {
      redirect_uri: REDIRECT_URI,
      scope,
      state,
      code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
      ...(scope.includes('offline_access') ? { prompt: 'consent' } : {}),
      ...more,
    });
    await browser.open(url.href);
    if (browser.html.includes('name="decision"') && browser.url.startsWith(this.kernel.url)) await browser.submit(['decision', answer]);
    const callback = new URL(browser.url);
    return {
      callback,
      verifier,
      state,
      tokens: () => oauth.authorizationCodeGrant(config, callback, { pkceCodeVerifier: verifier, expectedState: state }),
    };
  }

  /** What the API says to a token. */
  async asked(token: string, query = '{ currentUser { username } }'): Promise<unknown> {
    const response = await this.kernel.fetch('/.api/graphql', {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      body: JSON.stringify({ query }),
    });
    const answer = (await response.json()) as { data?: unknown; errors?: { extensions: { code: string } }[]; error?: { code: string } };
    return answer.errors?.[0]?.extensions.code ?? answer.error?.code ?? answer.data;
  }
}
