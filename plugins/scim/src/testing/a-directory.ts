import identity from '@sextant/plugin-identity';
import { Administration, answers } from '@sextant/plugin-identity/testing';
import site from '@sextant/plugin-site';
import { z } from '@sextant/sdk';
import { at, startTestKernel, type TestKernel } from '@sextant/sdk/testing';
import manifest from '../manifest.js';

export const TOKEN = 'directory-canary-0123456789-0123456789';
const PATCH = 'urn:ietf:params:scim:api:messages:2.0:PatchOp';

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  /** Undefined for none. Read it with `at`. */
  readonly body: unknown;
}

/** A directory that provisions a Sextant of its own, by HTTP. */
export class ADirectory {
  private constructor(
    readonly kernel: TestKernel,
    readonly admin: Administration,
  ) {}

  static async start(
    options: {
      readonly identityProvider?: string;
      /** What groups give: `plugins.identity.groups`. */
      readonly groups?: readonly object[];
      readonly tracing?: object;
      /** Of one that ran before, to start on it again. */
      readonly databaseUrl?: string;
      readonly dataDir?: string;
    } = {},
  ): Promise<ADirectory> {
    const kernel = await startTestKernel({
      plugins: [identity, site, manifest],
      config: {
        plugins: { identity: { localAdmin: 'local-admin', groups: options.groups ?? [] } },
        ...(options.tracing ? { tracing: options.tracing } : {}),
      },
      ...(options.databaseUrl === undefined ? {} : { databaseUrl: options.databaseUrl }),
      ...(options.dataDir === undefined ? {} : { dataDir: options.dataDir }),
    });
    const directory = new ADirectory(kernel, new Administration(() => kernel));
    if (options.databaseUrl === undefined) {
      await directory.configure({ 'scim.authToken': TOKEN, 'scim.identityProvider': options.identityProvider ?? 'STANDARD' });
    }
    return directory;
  }

  graphql = answers(() => this.kernel);

  /** The site configuration, whole. */
  async configure(configuration: Readonly<Record<string, unknown>>): Promise<void> {
    const id = z.int().parse(at(await this.graphql('{site{configuration{id}}}'), 'site.configuration.id'));
    await this.graphql('mutation($id:Int!,$input:String!){updateSiteConfiguration(lastID:$id,input:$input)}', {
      id,
      input: JSON.stringify(configuration),
    });
  }

  async ask(method: string, path: string, body?: unknown, headers: Readonly<Record<string, string>> = {}): Promise<Answer> {
    const response = await this.kernel.fetch(`/.api/scim/v2/${path}`, {
      method,
      headers: { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/scim+json', ...headers },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, headers: response.headers, body: text === '' ? undefined : JSON.parse(text) };
  }

  patch(path: string, ...operations: readonly object[]): Promise<Answer> {
    return this.ask('PATCH', path, { schemas: [PATCH], Operations: operations });
  }

  /** @returns the resource. @throws when it was not made. */
  async made(path: 'Users' | 'Groups', resource: object): Promise<Readonly<Record<string, unknown>> & { readonly id: string }> {
    const { status, body } = await this.ask('POST', path, resource);
    if (status !== 201) throw new Error(`${status} ${JSON.stringify(body)}`);
    return z.looseObject({ id: z.string() }).parse(body);
  }

  /** The people whose resources match, by userName. */
  async matching(filter: string): Promise<unknown> {
    const { body } = await this.ask('GET', `Users?filter=${encodeURIComponent(filter)}`);
    return at(body, 'Resources.*.userName');
  }

  /** The account of a user name, as site admins see it. */
  async account(username: string): Promise<unknown> {
    const query = 'query($u:String!){user(username:$u){username displayName siteAdmin emails{email verified isPrimary}}}';
    return at(await this.graphql(query, { u: username }), 'user');
  }
}

let people = 0;
/** A person whom nobody else is. */
export const aPerson = (
  more: Readonly<Record<string, unknown>> = {},
): Readonly<Record<string, unknown>> & { readonly userName: string } => {
  const name = `person-${++people}`;
  return {
    schemas: ['urn:ietf:params:scim:schemas:core:2.0:User'],
    userName: `${name}@example.com`,
    externalId: `ext-${name}`,
    displayName: `Person ${people}`,
    emails: [{ value: `${name}@example.com`, type: 'work', primary: true }],
    active: true,
    ...more,
  };
};
