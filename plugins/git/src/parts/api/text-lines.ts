/** Lines of a text; one that nothing ends counts. */
export function countLines(content: Buffer): number {
  let lines = 0;
  for (let at = content.indexOf(10); at !== -1; at = content.indexOf(10, at + 1)) lines++;
  return content.length > 0 && content[content.length - 1] !== 10 ? lines + 1 : lines;
}

/** Lines `start` to `end`, counted from 1, both included; the line ends stay. */
export function sliceLines(content: Buffer, start = 1, end = Number.POSITIVE_INFINITY): Buffer {
  let from = 0;
  for (let line = 1; line < start; line++) {
    const next = content.indexOf(10, from);
    if (next === -1) return Buffer.alloc(0);
    from = next + 1;
  }
  let to = from;
  for (let line = start; line <= end && to < content.length; line++) {
    const next = content.indexOf(10, to);
    to = next === -1 ? content.length : next + 1;
  }
  return content.subarray(from, to);
}

const SNIFFED = 8_000;
export const isBinary = (content: Buffer): boolean => content.subarray(0, SNIFFED).includes(0);
