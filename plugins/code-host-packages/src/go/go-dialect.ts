import { type HostClient, type HostRequest, hostUrl } from '@sextant/plugin-code-host/api';
import { secret, z } from '@sextant/sdk';
import semver from 'semver';
import type { Dialect } from '../package-kind.js';
import { dependencies, howMany, type MakerInput, newestFirst, tagOf, unexpected, wanted } from '../package-versions.js';
import { escaped } from './escaped.js';
import { verifierOf } from './signed-note.js';
import type { SumDatabaseAddress } from './sum-database.js';

/** The public database, which the go command asks too. */
const PUBLIC_DATABASE = 'sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8';

const TITLE = 'Go module proxy';
/** A host, and a path below it. */
const MODULE = /^[a-zA-Z0-9][a-zA-Z0-9-]*(?:\.[a-zA-Z0-9-]+)+(?:\/[a-zA-Z0-9_~][a-zA-Z0-9._~-]*)*$/;

export const goConfig = z.object({
  registry: hostUrl().describe('Address of a Go module proxy'),
  dependencies: dependencies(MODULE, 'github.com/gorilla/mux or github.com/gorilla/mux@v1.8.0').describe(
    'Modules, each by itself or with a version or a range',
  ),
  versions: howMany(),
  credentials: secret().optional().describe('A token of the proxy; with "username", a password'),
  username: z.string().optional().describe('For proxies that take a user and a password'),
  sumdb: z
    .union([
      z.literal('off'),
      z.strictObject({
        key: z
          .string()
          .refine((key) => verifierOf(key) !== undefined, 'must be the key of a signer, as name+hash+base64')
          .describe('Who signs, as name+hash+key'),
        url: hostUrl()
          .optional()
          .describe('Where it is asked; default: through the proxy where that passes it on, else https:// and its name'),
      }),
    ])
    .default({ key: PUBLIC_DATABASE })
    .describe('The checksum database that versions are held to; "off": the proxy is believed'),
  noSumCheck: z
    .array(z.string().regex(/^[^/\s]+(\/[^/\s]+)*$/, 'must look like example.com/private or *.example.com'))
    .default([])
    .describe(
      'Modules that the database does not know, such as private ones: how their paths begin, where * stands for any text without a slash',
    ),
});

const info = z.object({ Version: z.string() });
interface GoModule {
  readonly name: string;
  readonly versions: readonly string[];
}

/** What every proxy has is the list; where that is empty, the version that is made of a module's last commit is the only one, which some proxies tell. */
async function moduleOf(client: HostClient, name: string, request: HostRequest): Promise<GoModule> {
  const { text } = await client.ask(`${escaped(name)}/@v/list`, request);
  const versions = text.split('\n').flatMap((line) => (line.trim() === '' ? [] : [line.trim()]));
  if (versions.some((version) => !version.startsWith('v') || semver.valid(version) === null))
    throw unexpected(TITLE, 'Its list of versions holds what is none.');
  if (versions.length > 0) return { name, versions };
  const { Version } = await client.get(`${escaped(name)}/@latest`, info, request);
  return { name, versions: [Version] };
}

export const goDialect: Dialect<typeof goConfig, GoModule> = {
  kind: 'GOMODULES',
  title: TITLE,
  serviceType: 'goModules',
  prefix: 'go',
  config: goConfig,
  path: escaped,
  one: moduleOf,
  nameHere: (name) => name,

  async input(
    client,
    { name, registry, dependencies: chosen, versions: most, signal, config: { sumdb, noSumCheck } },
  ): Promise<MakerInput> {
    const found = await moduleOf(client, name, { signal });
    const all = wanted(found.versions, chosen, most);
    const base = `${registry}${escaped(name)}/@v/`;
    const versions = all.map((version) => ({
      tag: tagOf(version),
      message: `${name} ${version}\n`,
      info: `${base}${escaped(version)}.info`,
      archive: `${base}${escaped(version)}.zip`,
      format: 'zip' as const,
      root: `${name}@${version}/`,
      module: { path: name, version },
    }));
    const isHeld = sumdb !== 'off' && !noSumCheck.some((pattern) => beginsLike(name, pattern));
    return {
      registry: TITLE,
      versions,
      latest: newestFirst(all).map(tagOf),
      ...(isHeld ? { sums: addressOf(sumdb, registry) } : {}),
    };
  },
};

function addressOf({ key, url }: { readonly key: string; readonly url?: string | undefined }, registry: string): SumDatabaseAddress {
  const [name] = key.split('+');
  return url === undefined ? { key, url: `https://${name}/`, proxy: `${registry}sumdb/${name}/` } : { key, url };
}

/** Whether as many segments of the path as the pattern has fit it. */
export function beginsLike(path: string, pattern: string): boolean {
  const segments = path.split('/');
  return pattern.split('/').every((glob, at) => {
    const expression = glob.replace(/[\\^$.+?()[\]{}|]/g, '\\$&').replaceAll('*', '.*');
    return segments[at] !== undefined && new RegExp(`^${expression}$`).test(segments[at]);
  });
}
