import { isAbsolute } from 'node:path';
import { z } from '@sextant/sdk';

/** Folders below which repositories are looked for. */
export const localConfig = z.object({
  roots: z
    .array(z.string().refine(isAbsolute, 'must be an absolute path'))
    .min(1)
    .describe('Git repositories, or folders that hold some. Nothing outside of them is ever read'),
  include: z.array(z.string()).optional().describe('Only repositories whose path below the root matches one of these globs'),
  exclude: z.array(z.string()).default([]).describe('Folders whose path below the root matches one of these globs are not entered'),
  depth: z.int().min(0).max(20).default(4).describe('How many folders below a root a repository may lie'),
});
export type LocalConfig = z.output<typeof localConfig>;
