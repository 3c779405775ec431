import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import identity from '@sextant/plugin-identity';
import { Administration } from '@sextant/plugin-identity/testing';
import site from '@sextant/plugin-site';
import { siteConfiguration } from '@sextant/plugin-site/api';
import { core, type Manifest } from '@sextant/sdk';
import { at, startTestKernel, type TestKernel, type TestKernelOptions, textAt } from '@sextant/sdk/testing';
import manifest from '../manifest.js';
import { SETUP_FILE } from '../setup.js';
import { SessionStore } from '../storage/session-store.js';
import { hashOf, newUnguessable } from '../unguessable.js';
import { Browser } from './browser.js';

/** A running Sextant in which people sign in. */
export class ASite {
  readonly people: Administration;
  #users = 0;
  #admin: { readonly browser: Browser; readonly since: number } | undefined;

  private constructor(
    readonly kernel: TestKernel,
    /** An access token of a site admin. */
    readonly adminToken: string,
  ) {
    this.people = new Administration(() => ({
      graphql: (query, variables = {}, { token } = {}) => this.#graphql(query, variables, token),
    }));
  }

  static async start(
    configuration: Readonly<Record<string, unknown>>,
    options: Partial<TestKernelOptions> & { readonly more?: readonly Manifest[] } = {},
  ): Promise<ASite> {
    const { more = [], ...rest } = options;
    const kernel = await startTestKernel({
      ...rest,
      config: { ...rest.config, plugins: { 'sign-in': { attemptsPerMinute: 10_000 }, ...(rest.config?.['plugins'] as object) } },
      plugins: [identity, site, manifest, ...more],
    });
    const token = await adminToken(kernel);
    const made = new ASite(kernel, token);
    const problems = await made.configure(configuration);
    if (problems.length > 0) throw new Error(`The site configuration is refused: ${problems.join('; ')}`);
    await made.#recentAdmin();
    return made;
  }

  /** Saves the site configuration, and waits until it is in force. */
  async configure(configuration: Readonly<Record<string, unknown>>): Promise<readonly string[]> {
    const { data } = await this.kernel.graphql('{ site { configuration { id } } }', {}, { token: this.adminToken });
    const { errors } = await this.kernel.graphql(
      'mutation($id: Int!, $input: String!) { updateSiteConfiguration(lastID: $id, input: $input) }',
      { id: at(data, 'site.configuration.id'), input: JSON.stringify(configuration) },
      { token: this.adminToken },
    );
    if (errors.length === 0) await this.kernel.service(siteConfiguration).effective();
    return errors.map(({ message }) => message);
  }

  browser(): Browser {
    return new Browser(this.kernel);
  }

  /** As a site admin who has just signed in, or by a token. */
  async ask(query: string, variables: Readonly<Record<string, unknown>> = {}, token?: string) {
    const { data, errors } = await this.#graphql(query, variables, token);
    return { data, codes: errors.map(({ extensions }) => extensions['code']), messages: errors.map(({ message }) => message) };
  }

  /** A browser in which the site admin has just signed in. @throws where nobody can sign in */
  async adminBrowser(): Promise<Browser> {
    const { data } = await this.kernel.graphql(
      '{ currentUser { databaseID } site { authProviders { nodes { configID } } } }',
      {},
      { token: this.adminToken },
    );
    const userId = Number(at(data, 'currentUser.databaseID'));
    const [user] = await this.kernel
      .service(core.storage, 'identity')
      .query<{ generation: number }>('SELECT credential_generation AS generation FROM users WHERE id = $1', [userId]);
    const text = newUnguessable();
    const arrival = {
      hash: hashOf(text) as Buffer,
      userId,
      siteAdmin: true,
      generation: user?.generation ?? 0,
      way: textAt(data, 'site.authProviders.nodes.0.configID'),
      externalAccountId: undefined,
      createdAt: this.kernel.service(core.clock, 'sign-in').now(),
      userAgent: undefined,
      ip: undefined,
      providerSession: undefined,
    };
    await new SessionStore(this.kernel.service(core.storage, 'sign-in')).add(arrival);
    const browser = this.browser();
    browser.cookies.set('sgs', text);
    return browser;
  }

  async #graphql(query: string, variables: Readonly<Record<string, unknown>>, token: string | undefined) {
    const recent = token === undefined ? await this.#recentAdmin() : undefined;
    return recent ? recent.answer(query, variables) : this.kernel.graphql(query, variables, { token: token ?? this.adminToken });
  }

  /** One for as long as it is good, so that a test sees no sessions come that it did not ask for. Undefined where nobody has sessions. */
  async #recentAdmin(): Promise<Browser | undefined> {
    const now = this.kernel.service(core.clock, 'sign-in').now().getTime();
    if (this.#admin && Math.abs(now - this.#admin.since) < 1_800_000 && (await this.#admin.browser.whoAmI())) return this.#admin.browser;
    const browser = await this.adminBrowser().catch(() => undefined);
    if (!browser || !(await browser.whoAmI())) return undefined;
    this.#admin = { browser, since: now };
    return browser;
  }

  /** Somebody with a password, by signing up. */
  async aPerson(
    password = 'a long enough password',
  ): Promise<{ readonly username: string; readonly password: string; readonly browser: Browser }> {
    const username = `person-${++this.#users}`;
    const browser = this.browser();
    const { status, body } = await browser.post('/-/sign-up', { username, email: `${username}@example.com`, password });
    if (status !== 303) throw new Error(`Nobody could sign up: ${status} ${body}`);
    return { username, password, browser };
  }
}

const ADMIN = { username: 'the-admin', email: 'admin@example.com', password: 'the first admin’s words' };
const CREATE = `mutation($user: ID!) {
  createAccessToken(user: $user, scopes: ["user:all", "site-admin:sudo"], note: "test", durationSeconds: ${80 * 86_400}) { token }
}`;

/** On one's own machine everybody is the admin; elsewhere the first one is made as an operator does. */
async function adminToken(kernel: TestKernel): Promise<string> {
  const browser = new Browser(kernel);
  if ((await browser.whoAmI()) === undefined) {
    const token = readFileSync(join(kernel.dataDir, 'run', 'sign-in', SETUP_FILE), 'utf8').trim();
    await browser.post('/-/site-init', { ...ADMIN, token });
  }
  const user = textAt((await browser.graphql('{ currentUser { id } }')).data, 'currentUser.id');
  return textAt((await browser.graphql(CREATE, { user })).data, 'createAccessToken.token');
}
