import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { TestCollector } from '@sextant/kernel';
import { expect } from 'vitest';
import { ownProcesses } from './own-processes.js';
import type { TestKernel } from './start-test-kernel.js';

/**
 * Looks for secrets wherever a Sextant under test could leave them: its folder of data, its database, its log, the traces it sends, and the arguments and
 * environments of the processes it starts. Each is looked for as it is, in JSON, in base64 and percent-encoded.
 */
export class LeakWatch implements AsyncDisposable {
  /** Programs that were seen at work, so that a test can show that it looked while they ran. */
  readonly programs = new Set<string>();
  readonly #processes = new Set<string>();
  readonly #forms: string[] = [];
  #looked = 0;

  private constructor(
    secrets: readonly string[],
    private readonly collector: TestCollector,
  ) {
    this.lookFor(secrets);
  }

  /** Secrets that come into being only while the kernel is watched, such as tokens that it gives out. */
  lookFor(secrets: readonly string[]): void {
    const forms = secrets.flatMap((secret) => [
      secret,
      JSON.stringify(secret).slice(1, -1),
      encodeURIComponent(secret),
      // Of a short secret so little is left by some places that it could stand anywhere.
      ...[0, 1, 2].map((shift) => insideBase64(secret, shift)).filter(({ length }) => length >= 8),
    ]);
    this.#forms.push(...forms);
  }

  /** @param secrets canaries, long enough to stand nowhere by chance */
  static async start(secrets: readonly string[]): Promise<LeakWatch> {
    // As long as spans of a kernel that is started from now on wait for others.
    process.env['OTEL_BSP_SCHEDULE_DELAY'] ??= '100';
    return new LeakWatch(secrets, await TestCollector.start());
  }

  /** Of the kernel that is watched: it keeps every trace and sends it here. */
  get tracing(): { readonly otlpEndpoint: string; readonly sampleRatio: number } {
    return { otlpEndpoint: this.collector.url, sampleRatio: 1 };
  }

  /** Reads the processes below this one, on Linux. To be called while they wait for something, such as an answer that the test gives. */
  readonly look = (): void => {
    for (const { cmdline, environ } of ownProcesses()) {
      const program = cmdline.split('\0', 1)[0] ?? '';
      if (program !== '') this.programs.add(program.replace(/^.*\//, ''));
      this.#processes.add(`${cmdline}\n${environ}`);
    }
  };

  /**
   * The places where a secret stands; none where all is well.
   * @param answers whatever else was said to people
   */
  async leaks(kernel: TestKernel, answers: unknown = []): Promise<readonly string[]> {
    // Spans arrive in the order in which they end: once this operation's is there, so are all before.
    const last = `LeakWatch${++this.#looked}`;
    await kernel.graphql(`query ${last} { __typename }`);
    await expect.poll(() => this.collector.received.includes(last), { timeout: 20_000, interval: 50 }).toBe(true);
    const places: [string, string][] = [
      ['answers', JSON.stringify(answers)],
      ['log', kernel.log.text],
      ['traces', this.collector.received],
      ...[...this.#processes].map((text): [string, string] => [`process ${text.split('\0', 1)[0]}`, text]),
      ...(await tablesOf(kernel)),
    ];
    for (const entry of readdirSync(kernel.dataDir, { recursive: true, withFileTypes: true })) {
      if (!entry.isFile()) continue;
      const path = join(entry.parentPath, entry.name);
      places.push([relative(kernel.dataDir, path), readFileSync(path, 'latin1')]);
    }
    return places.filter(([, text]) => this.#forms.some((form) => text.includes(form))).map(([place]) => place);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.collector[Symbol.asyncDispose]();
  }
}

/** All rows of all tables, as text. */
async function tablesOf(kernel: TestKernel): Promise<readonly [string, string][]> {
  const pool = kernel.kernel.stored?.database.databases.pool('main').pool;
  if (!pool) return [];
  const { rows: tables } = await pool.query<{ name: string }>(
    `SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema')`,
  );
  return await Promise.all(
    tables.map(async ({ name }): Promise<[string, string]> => {
      const { rows } = await pool.query<{ row: string }>(`SELECT t::text AS row FROM ${name} t`);
      return [`table ${name}`, rows.map(({ row }) => row).join('\n')];
    }),
  );
}

/** What the base64 of any text has in it that holds this one after `shift` other bytes. */
const insideBase64 = (text: string, shift: number): string =>
  Buffer.from('x'.repeat(shift) + text)
    .toString('base64')
    .slice(shift === 0 ? 0 : 4, -4);
