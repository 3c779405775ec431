import { at, type TestKernel } from '@sextant/sdk/testing';
import { type Fill, ProviderBrowser } from './provider-browser.js';

/** What a browser has got to. */
export interface Arrival {
  readonly username: string | undefined;
  readonly browser: ProviderBrowser;
}

/** A running Sextant at which people sign in by providers: with the plugins `site` and `sign-in`. */
export class SigningSite {
  private constructor(
    private readonly kernel: TestKernel,
    private readonly adminToken: string,
  ) {}

  /** Saves entries of `auth.providers` as the local site admin. @param adminToken with the scope `user:all` */
  static async open(kernel: TestKernel, adminToken: string, providers: readonly object[]): Promise<SigningSite> {
    const made = new SigningSite(kernel, adminToken);
    await made.configure(providers);
    return made;
  }

  async configure(providers: readonly object[]): Promise<void> {
    const options = { token: this.adminToken };
    const { data } = await this.kernel.graphql('{ site { configuration { id } } }', {}, options);
    const { errors } = await this.kernel.graphql(
      'mutation($id: Int!, $input: String!) { updateSiteConfiguration(lastID: $id, input: $input) }',
      { id: at(data, 'site.configuration.id'), input: JSON.stringify({ 'auth.providers': providers }) },
      options,
    );
    if (errors[0]) throw new Error(errors[0].message);
  }

  /** Where providers send people back to. */
  callbackUrl(path: string): string {
    return `${this.kernel.url}${path}`;
  }

  /** Begins on the sign-in page of a fresh browser, goes through the provider's pages, and comes back. @throws when it ends elsewhere. */
  async signIn(type: string, id: string, fill: Fill): Promise<Arrival> {
    const browser = new ProviderBrowser();
    await browser.travel(`${this.kernel.url}/.auth/${type}/login?pc=${id}&returnTo=/search`, `${this.kernel.url}/search`, fill);
    return { browser, username: await this.whoIs(browser) };
  }

  async whoIs(browser: ProviderBrowser): Promise<string | undefined> {
    const response = await browser.ask(`${this.kernel.url}/.api/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query: '{ currentUser { username } }' }),
    });
    const answer = (await response.json()) as { readonly data?: { readonly currentUser: { readonly username: string } | null } };
    return answer.data?.currentUser?.username;
  }
}
