import { SextantError, z } from '@sextant/sdk';
import semver from 'semver';

/** One version, as the maker of mirrors is told of it. */
export const packageVersion = z.object({
  /** As git names it: `v1.2.3`. */
  tag: z.string(),
  message: z.string(),
  /** Milliseconds since 1970; absent where `info` tells it. */
  date: z.number().optional(),
  /** An address whose JSON has the time of the version, as `Time`. */
  info: z.string().optional(),
  archive: z.string(),
  format: z.enum(['tarball', 'zip']),
  /** Of a zip: the folder that all its files are in, with a slash at its end. */
  root: z.string().optional(),
  /** Checksums of the archive as `sha512-<base64>`, of which the strongest counts; none where the registry tells none. */
  integrity: z.array(z.string()).optional(),
  /** Of a Go module: as the checksum database names it. */
  module: z.object({ path: z.string(), version: z.string() }).optional(),
});
export type PackageVersion = z.output<typeof packageVersion>;

/** What a connection tells the maker of mirrors, as JSON. */
export const makerInput = z.object({
  /** For people: who tells the versions. */
  registry: z.string(),
  versions: z.array(packageVersion),
  /** Tags at which the branch `latest` may be, the best first. */
  latest: z.array(z.string()),
  /** The checksum database that its versions are held to; absent: none. */
  sums: z.object({ key: z.string(), url: z.string(), proxy: z.string().optional() }).optional(),
});
export type MakerInput = z.output<typeof makerInput>;

/** A package and which of its versions, as `name`, `name@1.2.3` or `name@^1.2`. */
export interface Dependency {
  readonly name: string;
  /** Undefined: any. */
  readonly range: string | undefined;
}

/** `dependencies`, whose names must fit. A name may begin with `@`. */
export const dependencies = (name: RegExp, example: string) =>
  z.array(
    z.string().transform((text, ctx): Dependency => {
      const at = text.indexOf('@', 1);
      const [of, range] = at < 0 ? [text, undefined] : [text.slice(0, at), text.slice(at + 1)];
      if (name.test(of) && of.length <= 300 && (range === undefined || semver.validRange(range) !== null)) return { name: of, range };
      ctx.addIssue({ code: 'custom', message: `must look like ${example}` });
      return z.NEVER;
    }),
  );

/** `versions`. */
export const howMany = () =>
  z
    .union([z.literal('all'), z.int().min(1)])
    .default(20)
    .describe(
      'How many versions of each package, the newest first; "all": every one. A dependency with a version or a range has all that fit',
    );

/**
 * The versions that a connection wants of those there are, the newest last.
 * @param all as the registry writes them; what is no version is left out
 */
export function wanted(all: readonly string[], dependency: readonly Dependency[], most: number | 'all'): readonly string[] {
  const sorted = semver.sort(all.filter((version) => semver.valid(version) !== null && isTag(tagOf(version))));
  const chosen = new Set<string>();
  for (const { range } of dependency) {
    if (range !== undefined)
      for (const version of sorted) if (semver.satisfies(version, range, { includePrerelease: true })) chosen.add(version);
    if (range === undefined) for (const version of most === 'all' ? sorted : sorted.slice(-most)) chosen.add(version);
  }
  return sorted.filter((version) => chosen.has(version));
}

export const tagOf = (version: string): string => `v${version.replace(/^v/, '')}`;

/** What git takes for a name; `1.0.0-a.lock` is a version, and no name of a tag. */
const isTag = (tag: string): boolean => /^v[-+.0-9A-Za-z]*[-+0-9A-Za-z]$/.test(tag) && !tag.includes('..') && !tag.endsWith('.lock');

/** Of these versions, those that are no preview first; the newest first. */
export const newestFirst = (versions: readonly string[]): readonly string[] => {
  const sorted = semver.rsort([...versions]);
  return [
    ...sorted.filter((version) => semver.prerelease(version) === null),
    ...sorted.filter((version) => semver.prerelease(version) !== null),
  ];
};

export const unexpected = (title: string, why: string): SextantError =>
  new SextantError('SEXTANT_CODE_HOST_ANSWER', {
    what: `${title} gave an answer that was not expected.`,
    why,
    fix: 'Check that the address of the connection is that of such a registry.',
  });
