import { bytes, duration, z } from '@sextant/sdk';

export const config = z.object({
  largeFiles: z.array(z.string()).default([]).describe('Globs of files that are indexed whatever their size; a leading ! takes out again'),
  branches: z
    .record(z.string(), z.array(z.string()).max(63))
    .default({})
    .describe('Branches to index beside the default one, by repository name'),
  maxShardSize: bytes()
    .default(64 * 1024 * 1024)
    .describe('Content after which a shard is closed'),
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
  indexConcurrency: z.number().int().min(1).max(16).default(1).describe('Index builds that run at once over all workers'),
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
});
