import { SextantError } from '@sextant/sdk';
import { gitFailure } from './git-failure.js';
import type { GitRunner, RunningGit } from './git-runner.js';

export type ObjectType = 'blob' | 'tree' | 'commit' | 'tag';
export interface ObjectInfo {
  readonly oid: string;
  readonly type: ObjectType;
  readonly size: number;
}

export type WholeObject = ObjectInfo & { readonly content: Buffer };

const HEADER = /^([0-9a-f]{40}|[0-9a-f]{64}) (blob|tree|commit|tag) (\d+)$/;
const ABSENT = ['missing', 'ambiguous', 'dangling', 'loop', 'notdir'];
const LARGEST = 64 * 1024 * 1024;

/**
 * One long-lived `cat-file --batch-command -z`. Names go in over a pipe, never in arguments, so nothing in them can be an option.
 * One conversation at a time: the pool hands it to one user after another, and ends it when a user left in the middle.
 */
export class CatFile {
  private readonly chunks: AsyncIterator<Buffer>;
  private buffered: Buffer = Buffer.alloc(0);
  private exited = false;
  /** Bytes of an answer are still in the pipe. */
  busy = false;

  private constructor(private readonly process: RunningGit) {
    this.chunks = process.stdout[Symbol.asyncIterator]();
    void process.ended.then(() => {
      this.exited = true;
    });
  }

  static async start(runner: GitRunner, gitDir: string): Promise<CatFile> {
    return new CatFile(await runner.open({ subcommand: 'cat-file', options: ['--batch-command', '-z'] }, { gitDir }));
  }

  get alive(): boolean {
    return !this.exited;
  }

  end(): void {
    this.process.end();
    this.process.stdin?.destroy();
    this.process.stdout.destroy();
  }

  /** Null when the name names nothing. */
  async info(name: string): Promise<ObjectInfo | null> {
    return (await this.infos([name]))[0]!;
  }

  /** Many in one go, in order. */
  async infos(names: readonly string[]): Promise<(ObjectInfo | null)[]> {
    this.busy = true;
    this.ask(names.map((name) => `info ${name}\0`).join(''));
    const found: (ObjectInfo | null)[] = [];
    for (const name of names) found.push(await this.header(name));
    this.busy = false;
    return found;
  }

  /** A whole object in memory. @throws SEXTANT_GIT_TOO_LARGE beyond 64 MiB. */
  async object(name: string): Promise<WholeObject | null> {
    return (await this.objects([name]))[0]!;
  }

  /** Many in one go, in order. */
  async objects(names: readonly string[]): Promise<(WholeObject | null)[]> {
    this.busy = true;
    this.ask(names.map((name) => `contents ${name}\0`).join(''));
    const found: (WholeObject | null)[] = [];
    for (const name of names) {
      const header = await this.header(name);
      if (header && header.size > LARGEST) {
        throw new SextantError('SEXTANT_GIT_TOO_LARGE', { what: `The object has ${header.size} bytes.`, fix: 'Read a range of it.' });
      }
      found.push(header && { ...header, content: await this.body(header.size) });
    }
    this.busy = false;
    return found;
  }

  private async body(size: number): Promise<Buffer> {
    const parts: Buffer[] = [];
    for (let left = size; left > 0; ) {
      if (this.buffered.length === 0) await this.more();
      const part = this.buffered.subarray(0, left);
      this.buffered = this.buffered.subarray(part.length);
      left -= part.length;
      parts.push(part);
    }
    while (this.buffered.length === 0) await this.more();
    this.buffered = this.buffered.subarray(1); // the newline behind the content
    return parts.length === 1 ? parts[0]! : Buffer.concat(parts);
  }

  private ask(text: string): void {
    this.process.stdin!.write(text);
  }

  /** The line that begins an answer. An absent name is echoed, newlines of its own included. */
  private async header(name: string): Promise<ObjectInfo | null> {
    const echo = Buffer.from(name);
    for (;;) {
      if (
        this.buffered.length >= echo.length + 1 &&
        this.buffered.subarray(0, echo.length).equals(echo) &&
        this.buffered[echo.length] === 0x20
      ) {
        const end = this.buffered.indexOf(10, echo.length);
        if (end !== -1 && ABSENT.includes(this.buffered.toString('latin1', echo.length + 1, end))) {
          this.buffered = this.buffered.subarray(end + 1);
          return null;
        }
      }
      const end = this.buffered.indexOf(10);
      const match = end === -1 ? null : HEADER.exec(this.buffered.toString('latin1', 0, end));
      if (match) {
        this.buffered = this.buffered.subarray(end + 1);
        return { oid: match[1]!, type: match[2] as ObjectType, size: Number(match[3]) };
      }
      await this.more();
    }
  }

  private async more(): Promise<void> {
    const { value, done } = await this.chunks.next();
    if (done) throw gitFailure('cat-file', await this.process.ended, this.process.said());
    this.buffered = this.buffered.length === 0 ? value : Buffer.concat([this.buffered, value]);
  }
}
