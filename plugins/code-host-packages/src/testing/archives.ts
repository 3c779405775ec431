import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { type Headers, pack } from 'tar-stream';
import { ZipFile } from 'yazl';

export type TarEntry = Partial<Headers> & { readonly name: string; readonly content?: string };

/** A gzipped tar, entry by entry, whatever they are. */
export async function aTarball(entries: readonly TarEntry[]): Promise<Buffer> {
  const tar = pack();
  for (const { content = '', ...header } of entries) tar.entry(header, content);
  tar.finalize();
  return gzipSync(Buffer.concat(await Array.fromAsync(tar as AsyncIterable<Uint8Array>)));
}

/** A zip of files by their names. */
export async function aZip(files: Readonly<Record<string, string>>, options: { readonly mode?: number } = {}): Promise<Buffer> {
  const zip = new ZipFile();
  for (const [name, content] of Object.entries(files)) zip.addBuffer(Buffer.from(content), name, { mtime: new Date(0), ...options });
  zip.end();
  return Buffer.concat(await Array.fromAsync(zip.outputStream as AsyncIterable<Uint8Array>));
}

/** As npm and its registries write a checksum. */
export const integrityOf = (archive: Uint8Array): string => `sha512-${createHash('sha512').update(archive).digest('base64')}`;
