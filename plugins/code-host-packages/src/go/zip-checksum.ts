import { createHash } from 'node:crypto';
import type { MadeFile } from '@sextant/plugin-git/api';

/**
 * The checksum of a version's files that go.sum and the checksum database have: over a line for each file, in the order of the names' bytes.
 * @param root the folder that the files are in, with a slash at its end
 */
export async function zipChecksum(files: AsyncIterable<MadeFile>, root: string): Promise<string> {
  const lines: { readonly name: Buffer; readonly line: string }[] = [];
  for await (const { path, content } of files) {
    const name = `${root}${path}`;
    lines.push({ name: Buffer.from(name), line: `${createHash('sha256').update(content).digest('hex')}  ${name}\n` });
  }
  lines.sort((a, b) => Buffer.compare(a.name, b.name));
  const all = createHash('sha256');
  for (const { line } of lines) all.update(line);
  return `h1:${all.digest('base64')}`;
}
