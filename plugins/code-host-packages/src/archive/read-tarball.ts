import { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import type { MadeFile } from '@sextant/plugin-git/api';
import { SextantError } from '@sextant/sdk';
import { type Entry, extract } from 'tar-stream';
import { type ArchiveLimits, Tally } from './archive-limits.js';
import { leadsInside, pathBelow } from './entry-path.js';
import { refusal } from './refusal.js';

/** What a tar takes beside its files, at most: a header and the padding of each. */
const BESIDE = 2_048;

/**
 * The files of a gzipped tar, without the folder that all of them are in.
 * @throws SEXTANT_PACKAGES_ARCHIVE, SEXTANT_PACKAGES_TOO_LARGE
 */
export async function* readTarball(archive: Uint8Array, limits: ArchiveLimits): AsyncGenerator<MadeFile> {
  const tally = new Tally(limits);
  const most = limits.maxUnpacked + limits.maxFiles * BESIDE;
  const unpacking = extract();
  const gunzip = createGunzip();
  let unpacked = 0;
  gunzip.on('data', (chunk: Buffer) => {
    unpacked += chunk.length;
    // Not only files fill an archive: names and padding do as well.
    if (unpacked > most) unpacking.destroy(refusal('SEXTANT_PACKAGES_TOO_LARGE', `It unpacks to more than ${most} bytes.`));
  });
  gunzip.on('error', () => unpacking.destroy(refusal('SEXTANT_PACKAGES_ARCHIVE', 'It is no gzipped archive, or ends early.')));
  Readable.from([archive]).pipe(gunzip).pipe(unpacking);
  try {
    for await (const entry of unpacking) {
      const file = await fileOf(entry, tally);
      if (file) yield file;
    }
  } catch (error) {
    throw SextantError.is(error) ? error : refusal('SEXTANT_PACKAGES_ARCHIVE', 'It is no archive, or a damaged one.');
  } finally {
    gunzip.destroy();
    unpacking.destroy();
  }
}

async function fileOf(entry: Entry, tally: Tally): Promise<MadeFile | undefined> {
  const { name, type, linkname, mode, size = 0 } = entry.header;
  const path = pathBelow(name, undefined);
  if (type === 'file' || type === 'contiguous-file') {
    tally.file(size);
    const content = await Array.fromAsync(entry as AsyncIterable<Uint8Array>);
    return path === undefined
      ? undefined
      : { path, mode: ((mode ?? 0) & 0o100) === 0 ? '100644' : '100755', content: Buffer.concat(content) };
  }
  entry.resume();
  if (type === 'directory' || type === 'pax-header' || type === 'pax-global-header') return undefined;
  if (type !== 'symlink' || path === undefined || !leadsInside(path, linkname ?? ''))
    throw refusal('SEXTANT_PACKAGES_ARCHIVE', 'It holds a link that leads out of it, or what is neither file, folder nor link.');
  tally.file(0);
  return { path, mode: '120000', content: Buffer.from(linkname ?? '') };
}
