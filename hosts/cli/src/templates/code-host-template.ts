import type { PluginNames } from './plugin-names.js';

/** A kind of code host that lists and clones, for a made-up host, with a fake of it that the contract of all kinds is run against. */
export function codeHostFiles({ id, camel, title }: PluginNames): Readonly<Record<string, string>> {
  const kind = id
    .replace(/^code-host-/, '')
    .replaceAll('-', '')
    .toUpperCase();
  return {
    'sextant.config.yaml': `# Start Sextant with this plugin: sextant serve --config sextant.config.yaml
pluginPaths:
  - .
# A connection, which site admins can add in GraphQL (addExternalService) as well:
# plugins:
#   code-host:
#     connections:
#       - kind: ${kind}
#         displayName: ${title}
#         config: { url: "https://git.example.com", token: "…" }
`,
    'README.md': `# ${title}

**What it is.** A plugin for Sextant that brings in the repositories of a code host, as the kind \`${kind}\`.

**How it is used.** Declare a connection of the kind \`${kind}\`: \`sextant.config.yaml\` shows one.

- \`npm install && npm test\` builds it and runs the contract that the owner of code hosts wrote for every kind, and one test on a whole Sextant.
- \`sextant serve --config sextant.config.yaml\` runs it, after \`npm run build\`.
- \`src/kind.ts\` is what is particular to the host; \`src/host-client.ts\` says what it answers. The host here is made up: write what yours answers in its place, there and in
  \`src/fake/\`, and let the tests tell what is missing.

**Configuration** of a connection: \`url\`, \`token\` (secret), \`repositoryPathPattern\`, and what every connection understands, such as \`exclude\`.

**Written by hand.** Nothing beyond its own purpose.
`,
    'src/manifest.ts': `import { definePlugin } from '@sextant/sdk';

export default definePlugin({
  id: '${id}',
  version: '0.1.0',
  title: '${title}',
  summary: 'Connects the repositories of a code host.',
  engines: { kernel: '^1.0.0' },
  toggle: 'default-on',
  // The api role checks connections and shows them; the worker lists them.
  parts: { kind: { roles: ['api', 'worker'], load: () => import('./part.js') } },
});
`,
    'src/part.ts': `import { codeHostKinds, hostClients } from '@sextant/plugin-code-host/api';
import { definePart } from '@sextant/sdk';
import { ${camel}Kind } from './kind.js';

export default definePart()({
  deps: { clients: hostClients },
  register(r) {
    r.contribute(codeHostKinds, ({ clients }) => ${camel}Kind(clients));
  },
});
`,
    'src/connection-config.ts': `import { hostUrl, pathPattern } from '@sextant/plugin-code-host/api';
import { secret, z } from '@sextant/sdk';

export const connectionConfig = z.object({
  url: hostUrl().describe('Address of the host'),
  token: secret().describe('A token that may read repositories'),
  repositoryPathPattern: pathPattern('nameWithOwner'),
});
export type ConnectionConfig = z.output<typeof connectionConfig>;
`,
    'src/host-client.ts': `import type { Connection, HostClient, HostClients } from '@sextant/plugin-code-host/api';
import { z } from '@sextant/sdk';
import type { ConnectionConfig } from './connection-config.js';

/** What is read of the host's answers. One of another form is an error, which deletes nothing. */
export const repository = z.object({ id: z.int(), name: z.string(), description: z.string().default(''), private: z.boolean() });
export type HostRepository = z.output<typeof repository>;
export const page = z.object({
  repositories: z.array(repository),
  /** Number of the next page; null on the last. */
  next: z.int().nullable(),
});

/** The host's API with the token of the connection: proxies, rate limits, retries and errors in words come with it. */
export const hostClient = (clients: HostClients, { config, requestsPerHour }: Connection<ConnectionConfig>): HostClient =>
  clients.client({
    url: new URL('api/', config.url).href,
    title: '${title}',
    // Sent as "authorization: Bearer …"; \`header\` says otherwise.
    credential: { secret: config.token },
    limits: { requestsPerHour },
  });
`,
    'src/kind.ts': `import { type CodeHostKind, cloneSourceOf, type HostClients, listedBySources, nameByPattern, pagedSource } from '@sextant/plugin-code-host/api';
import { connectionConfig } from './connection-config.js';
import { type HostRepository, hostClient, page, repository } from './host-client.js';

const everything = pagedSource({
  title: 'all that the token may see',
  path: 'repositories',
  shape: page,
  of: ({ repositories }) => repositories,
  size: ['limit', 50],
  next: ({ next }) => (next === null ? undefined : { page: next }),
});

export const ${camel}Kind = (clients: HostClients): CodeHostKind<typeof connectionConfig> => ({
  // Of capital letters and digits; it stands in connections, so it never changes.
  kind: '${kind}',
  title: '${title}',
  config: connectionConfig,
  serviceType: () => '${camel}',
  serviceId: ({ config }) => config.url,
  ...listedBySources<typeof connectionConfig, HostRepository>({
    client: (connection) => hostClient(clients, connection),
    sources: () => [everything],
    found: ({ url, repositoryPathPattern }, { id, name, ...rest }) => ({
      // What stays the same through renames.
      externalId: String(id),
      name: nameByPattern(repositoryPathPattern, url, { nameWithOwner: name }),
      nameAtHost: name,
      description: rest.description,
      private: rest.private,
      cloneUrl: new URL(\`git/\${name}.git\`, url).href,
    }),
    one: (client, { externalId }, { signal }) => client.get(\`repositories/\${encodeURIComponent(externalId)}\`, repository, { signal }),
    chooses: () => true,
  }),
  // Git gets the token apart from the URL, and for this host alone.
  cloneSource: ({ config: { url, token } }, { cloneUrl }) =>
    cloneSourceOf(cloneUrl, { url, sshKey: undefined, username: 'token', password: token }),
});
`,
    'src/fake/fake-host.ts': `import type { IncomingMessage } from 'node:http';
import { type FakeAnswer, type FakeEntry, fakePage, ProtocolServer } from '@sextant/plugin-code-host/testing';

export interface FakeRepository extends FakeEntry {
  readonly private?: boolean;
}

/** A fake of the host, for tests: it lists what it was given, two a page, to who has its token. The faults, limits and git are its base's. */
export class FakeHost extends ProtocolServer<FakeRepository> {
  readonly token = 'fake-token';

  static async start(repositories: readonly FakeRepository[]): Promise<FakeHost> {
    return await new FakeHost(repositories).listening();
  }

  protected route(request: IncomingMessage, url: URL): FakeAnswer {
    if (request.headers.authorization !== \`Bearer \${this.token}\`) return { status: 401, body: { error: 'token' } };
    const [, id] = /^\\/api\\/repositories(?:\\/(\\d+))?$/.exec(url.pathname) ?? [undefined, 'none'];
    if (id !== undefined) {
      const found = this.repositories.find((repository) => String(repository.id) === id);
      return found ? { body: shown(found) } : { status: 404, body: { error: 'not found' } };
    }
    const number = Number(url.searchParams.get('page') ?? 1);
    const { items, goesOn } = fakePage(this.faults.listing, this.repositories, number, 2);
    return { body: { repositories: items.map(shown), next: goesOn ? number + 1 : null } };
  }

  protected override letsGitIn(_user: string, password: string): boolean {
    return password === this.token;
  }
}

const shown = ({ id, name, private: isPrivate = false }: FakeRepository): object => ({ id, name, private: isPrivate });
`,
    'src/kind.test.ts': `import { codeHostKindContract, testHostClients } from '@sextant/plugin-code-host/testing';
import { describeContract } from '@sextant/sdk/testing';
import { afterAll, beforeAll } from 'vitest';
import { FakeHost } from './fake/fake-host.js';
import { ${camel}Kind } from './kind.js';

let host: FakeHost;
let closed: string;
beforeAll(async () => {
  host = await FakeHost.start([
    { id: 1, name: 'tools/anvil' },
    { id: 2, name: 'tools/hammer', private: true },
    { id: 3, name: 'tools/tongs' },
  ]);
  await using gone = await FakeHost.start([]);
  closed = gone.url;
});
afterAll(() => host[Symbol.asyncDispose]());

const contract = codeHostKindContract(() => ({
  good: { url: host.url, token: host.token },
  refused: { url: host.url, token: 'wrong' },
  unreachable: { url: closed, token: host.token },
  faults: host.faults,
  elsewhere: (url) => ({ url, token: host.token }),
}));
describeContract(contract, '${title}', () => ${camel}Kind(testHostClients({ faults: host.faults })));
`,
    'src/plugin.test.ts': `import codeHost from '@sextant/plugin-code-host';
import { at, startTestKernel } from '@sextant/sdk/testing';
import { expect, it } from 'vitest';
import { FakeHost } from './fake/fake-host.js';
import manifest from './manifest.js';

it('brings the repositories of the host into Sextant, and shows the token nowhere', async () => {
  await using host = await FakeHost.start([
    { id: 1, name: 'tools/anvil' },
    { id: 2, name: 'tools/hammer', private: true },
  ]);
  const connection = {
    kind: '${kind}',
    displayName: 'Ours',
    config: { url: host.url, token: host.token, repositoryPathPattern: 'ours/{nameWithOwner}' },
  };
  const kernel = await startTestKernel({
    plugins: [codeHost, manifest],
    config: { plugins: { 'code-host': { connections: [connection] } } },
  });
  const names = async () => at((await kernel.graphql('{ repositories(first: 10) { nodes { name } } }')).data, 'repositories.nodes.*.name');
  await expect.poll(names, { timeout: 20_000 }).toEqual(['ours/tools/anvil', 'ours/tools/hammer']);
  expect(kernel.log.text).not.toContain(host.token);
});
`,
  };
}
