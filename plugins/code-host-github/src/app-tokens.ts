import { createPrivateKey, type KeyObject, sign } from 'node:crypto';
import type { HostClients } from '@sextant/plugin-code-host/api';
import { type Clock, Secret, SextantError, z } from '@sextant/sdk';
import { apiOf, type GithubConfig } from './github-config.js';

type AppDetails = NonNullable<GithubConfig['gitHubAppDetails']>;

interface Token {
  readonly secret: Secret;
  readonly until: number;
}

const MINUTE = 60_000;
/** A token that ends sooner could end in the middle of a request, or of a clone. */
const FRESH = 10 * MINUTE;
const answer = z.object({ token: z.string().min(1), expires_at: z.iso.datetime({ offset: true }) });

/** The tokens of installations of GitHub Apps, which live for an hour. They are kept in memory alone. */
export class AppTokens {
  readonly #tokens = new Map<string, Promise<Token>>();

  constructor(
    private readonly clients: HostClients,
    private readonly clock: Clock,
  ) {}

  async of(url: string, app: AppDetails, signal: AbortSignal): Promise<Secret> {
    const key = `${url} ${app.appID} ${app.installationID} ${app.privateKey.reveal()}`;
    const kept = await this.#tokens.get(key)?.catch(() => undefined);
    if (kept && kept.until - FRESH > this.clock.now().getTime()) return kept.secret;
    const asked = this.#ask(url, app, signal);
    this.#tokens.set(key, asked);
    return (await asked).secret;
  }

  async #ask(url: string, app: AppDetails, signal: AbortSignal): Promise<Token> {
    const client = this.clients.client({
      url: apiOf(url),
      title: 'GitHub',
      headers: { accept: 'application/vnd.github+json' },
      credential: { secret: app.privateKey, header: { name: 'authorization', value: new Secret(`Bearer ${this.#proof(app)}`) } },
      explain: ({ status }) =>
        status === 401 || status === 404
          ? { why: 'GitHub does not know this app, its key or its installation.', fix: 'Check appID, installationID and privateKey.' }
          : undefined,
    });
    const path = `app/installations/${encodeURIComponent(app.installationID)}/access_tokens`;
    const { token, expires_at } = await client.send('POST', path, answer, { signal, repeatable: true });
    return { secret: new Secret(token), until: Date.parse(expires_at) };
  }

  /** A JSON web token, which says for nine minutes who asks; it begins a minute ago, as clocks differ. */
  #proof({ appID, privateKey }: AppDetails): string {
    const now = Math.floor(this.clock.now().getTime() / 1_000);
    const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
    const text = `${encode({ alg: 'RS256', typ: 'JWT' })}.${encode({ iat: now - 60, exp: now + 9 * 60, iss: appID })}`;
    return `${text}.${sign('sha256', Buffer.from(text), keyOf(privateKey)).toString('base64url')}`;
  }
}

function keyOf(secret: Secret): KeyObject {
  const text = secret.reveal();
  try {
    return createPrivateKey(text.includes('-----BEGIN') ? text : Buffer.from(text, 'base64').toString());
  } catch {
    throw new SextantError('SEXTANT_CODE_HOST_GITHUB_CREDENTIAL', {
      what: 'The private key of the GitHub App cannot be read.',
      fix: 'Put the PEM file that GitHub gave into privateKey, as it is or in base64.',
    });
  }
}
