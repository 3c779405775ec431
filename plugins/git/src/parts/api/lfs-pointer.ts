const POINTER = /^version https:\/\/git-lfs\.github\.com\/spec\/v1\n(?:[a-z0-9.-]+ [^\n]*\n)*?size (\d+)(?:\n|$)/;

/** Bytes of the file an LFS pointer stands for; undefined for any other text. */
export function lfsSize(content: Buffer): number | undefined {
  if (content.length > 1024) return undefined;
  const size = Number(POINTER.exec(content.toString('utf8'))?.[1] ?? Number.NaN);
  return Number.isSafeInteger(size) ? size : undefined;
}
