import type { DiffFile } from '../api.js';

const NAMES: Readonly<Record<number, string>> = { 7: 'a', 8: 'b', 9: 't', 10: 'n', 11: 'v', 12: 'f', 13: 'r', 34: '"', 92: '\\' };

// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is quoted
const QUOTED = /[\u0000-\u001f\u007f"\\]/g;

/** A path as git writes it: quoted only when it holds a quote, a backslash or a control character. */
export function quotePath(path: string): string {
  const body = path.replace(QUOTED, (c) => `\\${NAMES[c.charCodeAt(0)] ?? c.charCodeAt(0).toString(8).padStart(3, '0')}`);
  return body === path ? path : `"${body}"`;
}

/** A patch that git and people read: the files of a diff, put together again. */
export function formatPatch(files: readonly DiffFile[]): string {
  return files.map(formatFile).join('');
}

function formatFile(file: DiffFile): string {
  const [oldPath, newPath] = [file.oldPath ?? file.newPath ?? '', file.newPath ?? file.oldPath ?? ''];
  const lines = [`diff --git ${quotePath(`a/${oldPath}`)} ${quotePath(`b/${newPath}`)}`];
  if (file.oldPath === null) lines.push(`new file mode ${file.newMode ?? '100644'}`);
  else if (file.newPath === null) lines.push(`deleted file mode ${file.oldMode ?? '100644'}`);
  else if (file.oldMode !== file.newMode) lines.push(`old mode ${file.oldMode}`, `new mode ${file.newMode}`);
  if (file.oldPath !== null && file.newPath !== null && oldPath !== newPath)
    lines.push(`rename from ${quotePath(oldPath)}`, `rename to ${quotePath(newPath)}`);
  const sides = [file.oldPath === null ? '/dev/null' : named('a', oldPath), file.newPath === null ? '/dev/null' : named('b', newPath)];
  if (file.binary) lines.push(`Binary files ${sides[0]} and ${sides[1]} differ`);
  else if (file.hunks.length > 0) lines.push(`--- ${sides[0]}`, `+++ ${sides[1]}`);
  const hunks = file.hunks.map(
    (hunk) =>
      `@@ -${range(hunk.oldStart, hunk.oldLines)} +${range(hunk.newStart, hunk.newLines)} @@${hunk.section ? ` ${hunk.section}` : ''}\n${hunk.body}`,
  );
  return `${lines.join('\n')}\n${hunks.join('')}`;
}

const range = (start: number, lines: number): string => (lines === 1 ? String(start) : `${start},${lines}`);

/** A tab behind a name with blanks marks its end. */
function named(side: string, path: string): string {
  const quoted = quotePath(`${side}/${path}`);
  return quoted.includes(' ') && !quoted.startsWith('"') ? `${quoted}\t` : quoted;
}
