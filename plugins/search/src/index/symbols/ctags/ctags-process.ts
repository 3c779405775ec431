import { type ChildProcessByStdio, spawn } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import { StringDecoder } from 'node:string_decoder';
import { type CtagsProgram, ctagsCommand, ctagsEnvironment } from './ctags-program.js';

/** A definition as ctags tells it. */
export interface CtagsTag {
  readonly name: string;
  /** From 1. */
  readonly line: number;
  readonly kind: string;
  /** The names of what it stands in, joined as the language does. */
  readonly scope?: string;
  readonly scopeKind?: string;
  /** Its last line, where the parser knows it. */
  readonly end?: number;
}

/** Tags kept of one file. */
const MAX_TAGS = 20_000;
/** A reply without a line break beyond this is no reply. */
const MAX_REPLY_CHARACTERS = 1 << 20;

type Child = ChildProcessByStdio<Writable, Readable, null>;

/**
 * One process of ctags. Files are written to it without waiting for the answers before, and are answered in their order.
 * It never throws: `ended` is called once, when it has ended or could not be started.
 */
export class CtagsProcess {
  readonly #child: Child;
  readonly #decoder = new StringDecoder('utf8');
  #line = '';
  #tags: CtagsTag[] = [];
  #isAlive = true;

  constructor(
    program: Pick<CtagsProgram, 'path' | 'sandboxed' | 'temporaryFolder'>,
    private readonly answered: (tags: readonly CtagsTag[]) => void,
    private readonly ended: () => void,
  ) {
    const [command, parameters] = ctagsCommand(program);
    this.#child = spawn(command, parameters, {
      cwd: program.temporaryFolder,
      env: ctagsEnvironment(program.temporaryFolder),
      stdio: ['pipe', 'pipe', 'ignore'],
    });
    this.#child.on('error', () => this.#end());
    this.#child.on('close', () => this.#end());
    this.#child.stdin.on('error', () => undefined); // It ended; `close` tells.
    this.#child.stdout.on('data', (chunk: Buffer) => this.#receive(chunk));
    // What it is asked for keeps the process alive, its being there does not.
    this.#child.unref();
  }

  /** @param content not to be changed before the answer */
  ask(extension: string, content: Buffer): void {
    const request = { command: 'generate-tags', filename: `a.${extension}`, size: content.length };
    this.#child.stdin.write(`${JSON.stringify(request)}\n`);
    this.#child.stdin.write(content);
  }

  kill(): void {
    this.#child.kill('SIGKILL');
    this.#end();
  }

  #end(): void {
    if (!this.#isAlive) return;
    this.#isAlive = false;
    this.ended();
  }

  #receive(chunk: Buffer): void {
    const lines = (this.#line + this.#decoder.write(chunk)).split('\n');
    this.#line = lines.pop()!;
    if (this.#line.length > MAX_REPLY_CHARACTERS) this.kill();
    for (const line of lines) if (this.#isAlive) this.#read(line);
  }

  #read(line: string): void {
    let reply: Readonly<Record<string, unknown>>;
    try {
      reply = JSON.parse(line);
    } catch {
      return; // A name that is not UTF-8 can spoil a line.
    }
    if (reply._type === 'completed') {
      const tags = this.#tags;
      this.#tags = [];
      this.answered(tags);
    } else if (reply._type === 'tag' && this.#tags.length < MAX_TAGS && typeof reply.name === 'string' && typeof reply.line === 'number') {
      this.#tags.push(reply as unknown as CtagsTag);
    }
  }
}
