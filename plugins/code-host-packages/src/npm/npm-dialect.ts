import { hostUrl } from '@sextant/plugin-code-host/api';
import { secret, z } from '@sextant/sdk';
import semver from 'semver';
import type { Dialect } from '../package-kind.js';
import {
  dependencies,
  howMany,
  type MakerInput,
  newestFirst,
  type PackageVersion,
  tagOf,
  unexpected,
  wanted,
} from '../package-versions.js';

/** A scope and a name, as the registry allows new ones, and as it has old ones. */
const NAME = /^(?:@[a-zA-Z0-9~][a-zA-Z0-9._~-]*\/)?[a-zA-Z0-9~][a-zA-Z0-9._~-]*$/;

export const npmConfig = z.object({
  registry: hostUrl().describe('Address of the registry'),
  dependencies: dependencies(NAME, 'react, react@19.1.0 or @types/node@^22').describe(
    'Packages, each by itself or with a version or a range',
  ),
  versions: howMany(),
  credentials: secret().optional().describe('A token of the registry; with "username", a password'),
  username: z.string().optional().describe('For registries that take a user and a password'),
});

const dist = z.object({ tarball: z.string(), integrity: z.string().optional(), shasum: z.string().optional() });
/** A package's document, which has all its versions. */
const npmPackage = z.object({
  name: z.string(),
  description: z.string().optional(),
  'dist-tags': z.record(z.string(), z.string()).default({}),
  versions: z.record(z.string(), z.object({ dist })).default({}),
  time: z.record(z.string(), z.unknown()).default({}),
});
type NpmPackage = z.output<typeof npmPackage>;

const pathOf = (name: string): string => name.replace('/', '%2F');
/** The document of the package that was asked for, and of no other. */
const documentOf = (name: string) => npmPackage.refine((found) => found.name === name, { path: ['name'] });

/** What stays of a package that was taken back whole: a document without versions, which says when. */
const isTakenBack = ({ versions, time }: NpmPackage): boolean => Object.keys(versions).length === 0 && time['unpublished'] !== undefined;

export const npmDialect: Dialect<typeof npmConfig, NpmPackage> = {
  kind: 'NPMPACKAGES',
  title: 'npm registry',
  serviceType: 'npmPackages',
  prefix: 'npm',
  config: npmConfig,
  path: pathOf,
  one: async (client, name, request) => {
    const found = await client.get(pathOf(name), documentOf(name), request);
    return isTakenBack(found) ? undefined : found;
  },
  // "@" would begin a revision.
  nameHere: (name) => name.replace(/^@/, ''),
  describe: ({ description }) => (description === undefined ? {} : { description }),

  async input(client, { name, registry, dependencies: chosen, versions: most, signal }): Promise<MakerInput> {
    const found = await client.get(pathOf(name), documentOf(name), { signal });
    const all = wanted(Object.keys(found.versions), chosen, most);
    const versions = all.map((version) => versionOf(found, version, registry));
    const { latest } = found['dist-tags'];
    return {
      registry: 'npm registry',
      versions,
      latest: [...(latest !== undefined && semver.valid(latest) ? [latest] : []), ...newestFirst(all)].map(tagOf),
    };
  },
};

function versionOf({ name, versions, time }: NpmPackage, version: string, registry: string): PackageVersion {
  const { tarball, integrity, shasum } = versions[version]?.dist ?? { tarball: '' };
  if (!URL.canParse(tarball, registry)) throw unexpected('npm registry', `The archive of ${version} has no address.`);
  const date = Date.parse(String(time[version]));
  return {
    tag: tagOf(version),
    message: `${name} ${version}\n`,
    date: Number.isNaN(date) ? 0 : date,
    archive: new URL(tarball, registry).href,
    format: 'tarball',
    integrity:
      integrity === undefined
        ? shasum === undefined
          ? []
          : [`sha1-${Buffer.from(shasum, 'hex').toString('base64')}`]
        : integrity.split(/\s+/),
  };
}
