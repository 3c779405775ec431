import { bytes, duration, z } from '@sextant/sdk';

export const config = z.object({
  timeout: duration()
    .default(5_000)
    .describe('How long highlighting one file may take before its lines are shown plain')
    .meta({ live: true }),
  longTimeout: duration().default(30_000).describe('The same for a reader who asks to wait').meta({ live: true }),
  maxFileSize: bytes()
    .default(8 * 1024 ** 2)
    .describe('Larger files are shown plain')
    .meta({ live: true }),
  cacheSize: bytes()
    .default(64 * 1024 ** 2)
    .describe('What highlighted files may take in memory'),
  threads: z.number().int().min(1).default(2).describe('Files highlighted at once in one process'),
});

export type HighlightConfig = z.output<typeof config>;
