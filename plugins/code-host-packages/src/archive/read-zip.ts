import type { MadeFile } from '@sextant/plugin-git/api';
import { SextantError } from '@sextant/sdk';
import { type Entry, fromBufferPromise, type ZipFile } from 'yauzl';
import { type ArchiveLimits, Tally } from './archive-limits.js';
import { pathBelow } from './entry-path.js';
import { refusal } from './refusal.js';

const FILE_TYPE = 0o170000;
const REGULAR = [0, 0o100000];

/**
 * The files of a zip, all of which are below `root`. Whether one may be run is not told: the format of the modules leaves it out.
 * @throws SEXTANT_PACKAGES_ARCHIVE, SEXTANT_PACKAGES_TOO_LARGE
 */
export async function* readZip(archive: Buffer, root: string, limits: ArchiveLimits): AsyncGenerator<MadeFile> {
  const tally = new Tally(limits);
  try {
    const zip = await fromBufferPromise(archive, { lazyEntries: true, validateEntrySizes: true, strictFileNames: true });
    for await (const entry of zip.eachEntry()) {
      const path = pathBelow(entry.fileName, root);
      if (entry.fileName.endsWith('/') || path === undefined) continue;
      if (!REGULAR.includes((entry.externalFileAttributes >>> 16) & FILE_TYPE))
        throw refusal('SEXTANT_PACKAGES_ARCHIVE', 'It holds a link, or what is neither file nor folder.');
      tally.file(entry.uncompressedSize);
      yield { path, mode: '100644', content: await contentOf(zip, entry) };
    }
  } catch (error) {
    throw SextantError.is(error) ? error : refusal('SEXTANT_PACKAGES_ARCHIVE', 'It is no archive, or a damaged one.');
  }
}

async function contentOf(zip: ZipFile, entry: Entry): Promise<Buffer> {
  return Buffer.concat(await Array.fromAsync(await zip.openReadStreamPromise(entry)));
}
