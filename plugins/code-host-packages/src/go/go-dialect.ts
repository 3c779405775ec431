import { type HostClient, type HostRequest, hostUrl } from '@sextant/plugin-code-host/api';
import { secret, z } from '@sextant/sdk';
import semver from 'semver';
import type { Dialect } from '../package-kind.js';
import { dependencies, howMany, type MakerInput, newestFirst, tagOf, unexpected, wanted } from '../package-versions.js';

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
});

const info = z.object({ Version: z.string() });
interface GoModule {
  readonly name: string;
  readonly versions: readonly string[];
}

/** Paths do not tell upper case from lower everywhere: `A` is written `!a`. */
export const escaped = (text: string): string => text.replace(/[A-Z]/g, (letter) => `!${letter.toLowerCase()}`);

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

  async input(client, { name, registry, dependencies: chosen, versions: most, signal }): Promise<MakerInput> {
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
    }));
    return { registry: TITLE, versions, latest: newestFirst(all).map(tagOf) };
  },
};
