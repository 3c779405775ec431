import { bytes, duration, z } from '@sextant/sdk';

/** Such as `search-0`: lower-case letters, digits, dots and dashes, as in a host name. */
export const searchNodeName = z.string().regex(/^[a-z0-9][a-z0-9.-]{0,62}$/);

export const config = z.object({
  largeFiles: z.array(z.string()).default([]).describe('Globs of files that are indexed whatever their size; a leading ! takes out again'),
  branches: z
    .record(z.string(), z.array(z.string()).max(63))
    .default({})
    .describe('Branches to index beside the default one, by repository name'),
  maxShardSize: bytes()
    .default(64 * 1024 * 1024)
    .describe('Content after which a shard is closed'),
  symbols: z
    .enum(['auto', 'builtin', 'ctags'])
    .default('auto')
    .describe(
      'Where definitions come from: universal-ctags when it is installed, but for JavaScript and TypeScript (auto); never from it (builtin); from it, with a warning when it is not there (ctags). Languages it does not know are read by the own scanners',
    ),
  threads: z
    .number()
    .int()
    .min(1)
    .max(64)
    .optional()
    .describe('Threads that search, and as many again, at a lower priority, for searches that take long; default: the number of cores'),
  residentMemory: bytes()
    .default(256 * 1024 * 1024)
    .describe('Dictionaries of opened shards kept in memory'),
  copyBandwidth: bytes()
    .optional()
    .describe('Bytes of the index that a search process without the role index copies a second; default: no limit'),
  minFreeDisk: bytes()
    .default(1024 ** 3)
    .describe('A search process copies no more of the index while less than this is free on its disk; searching goes on'),
  node: searchNodeName
    .optional()
    .describe('Name of this search process, which stays the same when its address changes; default: the host name of the machine'),
  nodes: z
    .array(searchNodeName)
    .default([])
    .describe(
      'Names of the search processes over which the index is spread, in the process with the role index; none: each holds all of it',
    )
    .meta({ live: true }),
  copies: z
    .number()
    .int()
    .min(1)
    .max(16)
    .default(1)
    .describe('Search processes that hold each repository, out of `nodes`, in the process with the role index')
    .meta({ live: true }),
  indexConcurrency: z
    .number()
    .int()
    .min(1)
    .max(16)
    .default(4)
    .describe('Index builds that run at once, each on a thread of its own that gives way to others'),
  indexMemory: bytes()
    .default(1024 ** 3)
    .describe('Memory that index builds may take together; shards are closed earlier where it is little'),
  indexEvery: duration().prefault('1m').describe('How often repositories whose index is behind are looked for').meta({ live: true }),
  defaultTimeout: duration().prefault('10s').describe('Deadline of a search that names none').meta({ live: true }),
  maxTimeout: duration().prefault('60s').describe('Longest deadline a query may name').meta({ live: true }),
  defaultLimit: z.number().int().min(1).default(500).describe('Matches of a search that names no count').meta({ live: true }),
  structural: z.boolean().default(true).describe('Structural search: `patterntype:structural`').meta({ live: true }),
  suggestTimeout: duration().prefault('500ms').describe('Deadline of suggestions for a query that is being typed').meta({ live: true }),
  unindexedBytes: bytes()
    .default(1024 * 1024 * 1024)
    .describe('Most bytes one search reads of revisions that are not indexed')
    .meta({ live: true }),
  unindexedRepositories: z
    .number()
    .int()
    .min(1)
    .default(50)
    .describe('Most repositories one search reads without an index')
    .meta({ live: true }),
  historyRepositories: z
    .number()
    .int()
    .min(-1)
    .default(50)
    .describe('Most repositories whose commits or diffs one search reads; -1: all')
    .meta({ live: true }),
  historyRepositoriesInTime: z
    .number()
    .int()
    .min(-1)
    .default(10_000)
    .describe('The same where the query says `after:` or `before:`')
    .meta({ live: true }),
});
