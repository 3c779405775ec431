import { bytes, duration, z } from '@sextant/sdk';
import { DEFAULT_REFSPECS } from './mirror/refspecs.js';

export const config = z.object({
  program: z
    .string()
    .default('git')
    .meta({ executes: true })
    .describe('The git program: a name in PATH or an absolute path; 2.38 or newer'),
  maxConcurrentReads: z
    .number()
    .int()
    .min(1)
    .default(32)
    .describe('Quick reads of git at once in one process, and as many downloads; further ones wait their turn'),
  maxBatchReaders: z.number().int().min(1).default(16).describe('Long-lived batch readers of one process, over all repositories'),
  maxConcurrentClones: z.number().int().min(1).default(5).describe('Clones and fetches at once on one node'),
  readTimeout: duration().default(60_000).describe('How long one read may take'),
  downloadTimeout: duration().default(1_800_000).describe('How long an archive or a large file may take to be read, whoever reads it'),
  maxReadMemory: bytes()
    .optional()
    .describe(
      'Memory that all reads of git in one process may take together, on Linux; the largest is ended. Default: a quarter of the machine',
    ),
  fetchTimeout: duration().default(7_200_000).describe('How long one clone or fetch may take'),
  minFreeDisk: bytes()
    .default(1024 ** 3)
    .describe('Fetching stops while less than this is free on the disk of the mirrors; reading goes on'),
  refspecs: z
    .array(z.string().regex(/^\+refs\/[^\s:]+:refs\/[^\s:]+$/))
    .min(1)
    .default([...DEFAULT_REFSPECS])
    .describe('Which refs are mirrored, as forced refspecs'),
  autoUpdate: z.boolean().default(true).describe('Fetch on a schedule; without it only when asked').meta({ live: true }),
  minUpdateInterval: duration()
    .default(45_000)
    .describe('The shortest time between two scheduled fetches of a repository')
    .meta({ live: true }),
  maxUpdateInterval: duration()
    .default(28_800_000)
    .describe('The longest time between two scheduled fetches of a repository')
    .meta({ live: true }),
  updateIntervals: z
    .array(z.object({ pattern: z.string().describe('RE2 over the name'), interval: duration() }))
    .default([])
    .describe('Fixed times between fetches, by repository name; the first pattern that matches counts')
    .meta({ live: true }),
  maxArchiveSize: bytes().default(0).describe('The largest archive that is served; 0 is no limit').meta({ live: true }),
});

export type GitConfig = z.output<typeof config>;
