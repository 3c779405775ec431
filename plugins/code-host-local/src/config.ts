import { duration, z } from '@sextant/sdk';

export const config = z.object({
  maxWatched: z.int().min(0).default(500).describe('Repositories that are watched by file events; the rest is looked at by interval'),
  pollInterval: duration().default(5_000).describe('How often repositories without file events are looked at'),
  searchInterval: duration().default(15_000).describe('How often the folders are searched for new and gone repositories'),
});
