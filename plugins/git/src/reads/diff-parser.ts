import type { DiffFile } from '../api.js';
import { NEWLINE, records } from '../process/records.js';
import { unquotePath } from './unquote-path.js';

type Hunk = DiffFile['hunks'][number];

/** Bytes of hunks kept per file; what is longer is counted and marked truncated. */
export const MAX_FILE_DIFF = 1024 * 1024;

/** The same for all files of one commit, which are handed over together. */
const MAX_COMMIT_DIFF = 32 * 1024 * 1024;

const HUNK = /^@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@ ?(.*)$/;
const BACKSLASH = 0x5c;
const [MINUS, PLUS] = [0x2d, 0x2b];

interface OpenFile {
  oldPath: string | null;
  newPath: string | null;
  binary: boolean;
  added: number;
  deleted: number;
  oldMode?: string;
  newMode?: string;
  hunks: Hunk[];
  truncated: boolean;
  bytes: number;
}

interface OpenHunk {
  readonly head: Omit<Hunk, 'body'>;
  readonly lines: string[];
  oldLeft: number;
  newLeft: number;
}

/** Reads a patch line by line. A hunk's line counts say where it ends, so nothing inside a file can pose as a header. */
class PatchReader {
  private file: OpenFile | undefined;
  private hunk: OpenHunk | undefined;
  /** Bytes of all hunks since the last {@link reset}. */
  private kept = 0;

  constructor(
    private readonly maxFileBytes: number,
    private readonly maxBytes = Number.POSITIVE_INFINITY,
  ) {}

  /** A new commit begins: it may keep as much as the one before. */
  reset(): void {
    this.kept = 0;
  }

  /** True while the next line is content of a hunk, whatever it looks like. */
  get insideHunk(): boolean {
    return this.hunk !== undefined && (this.hunk.oldLeft > 0 || this.hunk.newLeft > 0);
  }

  /** Takes a line; gives back the file before when a new one begins. */
  line(bytes: Buffer): DiffFile | undefined {
    if (this.insideHunk) return this.content(bytes);
    if (bytes[0] === BACKSLASH && this.hunk) {
      this.keep(bytes);
      return undefined;
    }
    const text = bytes.toString('utf8');
    if (text.startsWith('diff --git ')) {
      const done = this.end();
      const [oldPath, newPath] = pathsOfHeader(text.slice(11));
      this.file = { oldPath, newPath, binary: false, added: 0, deleted: 0, hunks: [], truncated: false, bytes: 0 };
      return done;
    }
    if (this.file) this.header(this.file, text);
    return undefined;
  }

  end(): DiffFile | undefined {
    this.closeHunk();
    const file = this.file;
    this.file = undefined;
    if (!file) return undefined;
    const { bytes: _, ...done } = file;
    return done.truncated ? { ...done, hunks: [] } : done;
  }

  private content(bytes: Buffer): undefined {
    const hunk = this.hunk!;
    const file = this.file!;
    if (bytes[0] === BACKSLASH) {
      this.keep(bytes);
      return;
    }
    if (bytes[0] !== PLUS) hunk.oldLeft--;
    if (bytes[0] !== MINUS) hunk.newLeft--;
    if (bytes[0] === PLUS) file.added++;
    else if (bytes[0] === MINUS) file.deleted++;
    this.keep(bytes);
  }

  private keep(bytes: Buffer): void {
    const file = this.file!;
    if (file.truncated) return;
    file.bytes += bytes.length + 1;
    this.kept += bytes.length + 1;
    if (file.bytes > this.maxFileBytes || this.kept > this.maxBytes) {
      this.kept -= file.bytes;
      file.truncated = true;
      this.hunk!.lines.length = 0;
      file.hunks = [];
    } else this.hunk!.lines.push(bytes.toString('utf8'));
  }

  private header(file: OpenFile, text: string): void {
    const hunk = HUNK.exec(text);
    if (hunk) {
      this.closeHunk();
      const [oldLines, newLines] = [Number(hunk[2] ?? 1), Number(hunk[4] ?? 1)];
      this.hunk = {
        head: { oldStart: Number(hunk[1]), oldLines, newStart: Number(hunk[3]), newLines, section: hunk[5]! },
        lines: [],
        oldLeft: oldLines,
        newLeft: newLines,
      };
      return;
    }
    const space = (word: string) => (text.startsWith(word) ? text.slice(word.length) : undefined);
    let rest: string | undefined;
    if ((rest = space('old mode ')) || (rest = space('deleted file mode '))) {
      file.oldMode = rest;
      if (text.startsWith('deleted')) file.newPath = null;
    } else if ((rest = space('new mode ')) || (rest = space('new file mode '))) {
      file.newMode = rest;
      if (text.startsWith('new file')) file.oldPath = null;
    } else if ((rest = space('rename from ') ?? space('copy from '))) file.oldPath = unquotePath(rest);
    else if ((rest = space('rename to ') ?? space('copy to '))) file.newPath = unquotePath(rest);
    else if ((rest = /^index [0-9a-f]+\.\.[0-9a-f]+ (\d{6})$/.exec(text)?.[1])) {
      file.oldMode = rest;
      file.newMode = rest;
    } else if ((rest = space('--- '))) {
      if (file.oldPath !== null) file.oldPath = named(rest) ?? file.oldPath;
    } else if ((rest = space('+++ '))) {
      if (file.newPath !== null) file.newPath = named(rest) ?? file.newPath;
    } else if (text.startsWith('Binary files ') || text === 'GIT binary patch') file.binary = true;
  }

  private closeHunk(): void {
    if (this.hunk && this.file && !this.file.truncated)
      this.file.hunks.push({ ...this.hunk.head, body: this.hunk.lines.map((line) => `${line}\n`).join('') });
    this.hunk = undefined;
  }
}

/** The name behind `---` or `+++`. git puts a tab behind a name with blanks, to mark its end. */
function named(text: string): string | undefined {
  const path = unquotePath(text.endsWith('\t') ? text.slice(0, -1) : text);
  return path === '/dev/null' ? undefined : path;
}

/** `x x` or `"x" "x"`: used where no other line names the file, and then both are the same (a mode change, an empty file). */
function pathsOfHeader(text: string): [string, string] {
  const quoted = /^("(?:[^"\\]|\\.)*"|.*?) ("(?:[^"\\]|\\.)*")$/.exec(text) ?? /^("(?:[^"\\]|\\.)*") (.*)$/.exec(text);
  if (quoted) return [unquotePath(quoted[1]!), unquotePath(quoted[2]!)];
  const half = (text.length - 1) / 2;
  const first = text.slice(0, half);
  return Number.isInteger(half) && text[half] === ' ' && first === text.slice(half + 1) ? [first, first] : [text, text];
}

/** The files of a patch made with `--no-prefix`. */
export async function* parsePatch(chunks: AsyncIterable<Uint8Array>, maxFileBytes = MAX_FILE_DIFF): AsyncGenerator<DiffFile> {
  const reader = new PatchReader(maxFileBytes);
  for await (const line of records(chunks, NEWLINE)) {
    const done = reader.line(line);
    if (done) yield done;
  }
  const last = reader.end();
  if (last) yield last;
}

const COMMIT = /^commit ([0-9a-f]{40}|[0-9a-f]{64})$/;

/** The commits of `git log --format='commit %H' --patch`, each with its files. */
export async function* parseHistory(
  chunks: AsyncIterable<Uint8Array>,
  maxFileBytes = MAX_FILE_DIFF,
): AsyncGenerator<{ readonly oid: string; readonly files: readonly DiffFile[] }> {
  const reader = new PatchReader(maxFileBytes, MAX_COMMIT_DIFF);
  let current: { oid: string; files: DiffFile[] } | undefined;
  const finish = () => {
    const last = reader.end();
    if (last) current?.files.push(last);
    return current;
  };
  for await (const line of records(chunks, NEWLINE)) {
    const oid = reader.insideHunk || line[0] !== 0x63 ? undefined : COMMIT.exec(line.toString('latin1'))?.[1];
    if (oid) {
      const before = finish();
      current = { oid, files: [] };
      reader.reset();
      if (before) yield before;
      continue;
    }
    const done = reader.line(line);
    if (done) current?.files.push(done);
  }
  const last = finish();
  if (last) yield last;
}
