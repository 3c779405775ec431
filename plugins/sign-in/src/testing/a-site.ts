import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import identity from '@sextant/plugin-identity';
import { Administration } from '@sextant/plugin-identity/testing';
import site from '@sextant/plugin-site';
import { siteConfiguration } from '@sextant/plugin-site/api';
import type { Manifest } from '@sextant/sdk';
import { at, startTestKernel, type TestKernel, type TestKernelOptions, textAt } from '@sextant/sdk/testing';
import manifest from '../manifest.js';
import { SETUP_FILE } from '../setup.js';
import { Browser } from './browser.js';

/** A running Sextant in which people sign in. */
export class ASite {
  readonly people: Administration;
  #users = 0;

  private constructor(
    readonly kernel: TestKernel,
    /** An access token of a site admin. */
    readonly adminToken: string,
  ) {
    this.people = new Administration(() => ({
      graphql: (query, variables, options) => kernel.graphql(query, variables, { token: adminToken, ...options }),
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
    await made.configure(configuration);
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

  /** As a site admin. */
  async ask(query: string, variables: Readonly<Record<string, unknown>> = {}, token = this.adminToken) {
    const { data, errors } = await this.kernel.graphql(query, variables, { token });
    return { data, codes: errors.map(({ extensions }) => extensions['code']), messages: errors.map(({ message }) => message) };
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
