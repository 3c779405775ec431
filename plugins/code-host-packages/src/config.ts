import { bytes, z } from '@sextant/sdk';

const MIB = 1024 ** 2;

export const config = z.object({
  maxArchive: bytes()
    .default(64 * MIB)
    .describe('The largest archive of a version that is fetched; a version with a larger one is left out'),
  maxUnpacked: bytes()
    .default(512 * MIB)
    .describe('What the files of a version may take together; a version with more is left out'),
  maxFile: bytes()
    .default(64 * MIB)
    .describe('The largest file of a version; a version with a larger one is left out'),
  maxFiles: z.int().min(1).default(50_000).describe('Files in a version; a version with more is left out'),
});
export type PackagesConfig = z.output<typeof config>;
