import { SextantError } from '@sextant/sdk';

/** The pieces between separators of one byte; the last piece too when nothing ends it. @throws SEXTANT_GIT_TOO_LARGE for a piece of more than `limit` bytes. */
export async function* records(chunks: AsyncIterable<Uint8Array>, separator: number, limit = 64 * 1024 * 1024): AsyncGenerator<Buffer> {
  let pending: Buffer[] = [];
  let size = 0;
  for await (const chunk of chunks) {
    const buffer = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    let start = 0;
    for (let end = buffer.indexOf(separator, start); end !== -1; end = buffer.indexOf(separator, start)) {
      const piece = buffer.subarray(start, end);
      yield pending.length > 0 ? Buffer.concat([...pending, piece]) : piece;
      pending = [];
      size = 0;
      start = end + 1;
    }
    if (start < buffer.length) {
      pending.push(buffer.subarray(start));
      size += buffer.length - start;
      if (size > limit) throw tooLong(limit);
    }
  }
  if (size > 0) yield Buffer.concat(pending);
}

const tooLong = (limit: number): SextantError =>
  new SextantError('SEXTANT_GIT_TOO_LARGE', { what: `A line of what git says is longer than ${limit} bytes.`, fix: 'Ask for less.' });

/** As {@link records}, in the groups they arrive in; none larger than `most`. */
export async function* recordGroups(chunks: AsyncIterable<Uint8Array>, separator: number, most: number): AsyncGenerator<Buffer[]> {
  let rest = Buffer.alloc(0);
  for await (const chunk of chunks) {
    const buffer = Buffer.concat([rest, chunk]);
    const end = buffer.lastIndexOf(separator) + 1;
    rest = buffer.subarray(end);
    let group: Buffer[] = [];
    for (let at = 0; at < end; ) {
      const next = buffer.indexOf(separator, at);
      group.push(buffer.subarray(at, next));
      at = next + 1;
      if (group.length < most) continue;
      yield group;
      group = [];
    }
    if (group.length > 0) yield group;
  }
  if (rest.length > 0) yield [rest];
}

export const NUL = 0;
export const NEWLINE = 10;
