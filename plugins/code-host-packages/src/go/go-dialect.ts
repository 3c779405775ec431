import { hostUrl } from '@sextant/plugin-code-host/api';
import { secret, z } from '@sextant/sdk';
import semver from 'semver';
import type { Dialect } from '../package-kind.js';
import { dependencies, howMany, type MakerInput, newestFirst, tagOf, unexpected, wanted } from '../package-versions.js';

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
  readonly latest: string;
}

/** Paths do not tell upper case from lower everywhere: `A` is written `!a`. */
export const escaped = (text: string): string => text.replace(/[A-Z]/g, (letter) => `!${letter.toLowerCase()}`);

const latestOf = (name: string): z.ZodType<GoModule> => info.transform(({ Version }) => ({ name, latest: Version }));

export const goDialect: Dialect<typeof goConfig, GoModule> = {
  kind: 'GOMODULES',
  title: 'Go module proxy',
  serviceType: 'goModules',
  prefix: 'go',
  config: goConfig,
  path: escaped,
  one: (name) => ({ path: `${escaped(name)}/@latest`, shape: latestOf(name) }),
  nameHere: (name) => name,

  async input(client, { name, registry, dependencies: chosen, versions: most, signal }): Promise<MakerInput> {
    const { latest } = await client.get(`${escaped(name)}/@latest`, latestOf(name), { signal });
    const { text } = await client.ask(`${escaped(name)}/@v/list`, { signal });
    const listed = text
      .split('\n')
      .map((line) => line.trim())
      .filter((line) => line !== '');
    if (listed.some((line) => !line.startsWith('v') || semver.valid(line) === null))
      throw unexpected('Go module proxy', 'Its list of versions holds what is none.');
    // What has no tags has one version that is made of its last commit, which no list holds.
    const all = wanted([...new Set([...listed, ...(listed.length === 0 ? [latest] : [])])], chosen, most);
    const base = `${registry}${escaped(name)}/@v/`;
    const versions = all.map((version) => ({
      tag: tagOf(version),
      message: `${name} ${version}\n`,
      info: `${base}${escaped(version)}.info`,
      archive: `${base}${escaped(version)}.zip`,
      format: 'zip' as const,
      root: `${name}@${version}/`,
    }));
    return {
      registry: 'Go module proxy',
      versions,
      latest: [latest, ...newestFirst(all)].filter((version) => semver.valid(version) !== null).map(tagOf),
    };
  },
};
