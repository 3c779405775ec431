/** The pieces between separators of one byte; the last piece too when nothing ends it. No piece may pass `limit` bytes. */
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
      if (size > limit) throw new RangeError(`a record of git is longer than ${limit} bytes`);
    }
  }
  if (size > 0) yield Buffer.concat(pending);
}

export const NUL = 0;
export const NEWLINE = 10;
