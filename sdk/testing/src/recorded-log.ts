import { Writable } from 'node:stream';

export interface LogLine {
  readonly level: string;
  readonly message: string;
  readonly plugin?: string;
  readonly [field: string]: unknown;
}

/** Takes what a process logs, line by line, for tests that look at it. */
export class RecordedLog extends Writable {
  readonly lines: LogLine[] = [];
  #rest = '';

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    const parts = (this.#rest + chunk.toString()).split('\n');
    this.#rest = parts.pop() ?? '';
    for (const line of parts) if (line !== '') this.lines.push(JSON.parse(line) as LogLine);
    done();
  }

  /** Everything that was logged, as text: what a search for a leaked secret reads. */
  get text(): string {
    return this.lines.map((line) => JSON.stringify(line)).join('\n');
  }
}
