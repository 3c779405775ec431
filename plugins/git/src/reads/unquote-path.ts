const ESCAPES: Readonly<Record<string, number>> = { a: 7, b: 8, t: 9, n: 10, v: 11, f: 12, r: 13, '"': 34, '\\': 92 };

/** A path as git prints it: as it is, or in double quotes with C escapes of single bytes. */
export function unquotePath(text: string): string {
  if (text.length < 2 || !text.startsWith('"') || !text.endsWith('"')) return text;
  const bytes: number[] = [];
  const source = Buffer.from(text.slice(1, -1));
  for (let i = 0; i < source.length; i++) {
    if (source[i] !== 92) {
      bytes.push(source[i]!);
      continue;
    }
    const next = String.fromCharCode(source[i + 1] ?? 92);
    const octal = /^[0-3][0-7]{2}/.exec(source.toString('latin1', i + 1, i + 4));
    if (octal) {
      bytes.push(Number.parseInt(octal[0], 8));
      i += 3;
    } else {
      bytes.push(ESCAPES[next] ?? next.charCodeAt(0));
      i += 1;
    }
  }
  return Buffer.from(bytes).toString('utf8');
}
