import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { z } from '@sextant/sdk';
import type { Verdict } from '../api.js';

/** A git repository in a folder of its own. */
export class TestRepository {
  constructor(readonly folder: string) {
    mkdirSync(folder, { recursive: true });
    this.git('init', '-q', '-b', 'main');
  }

  git(...args: readonly string[]): string {
    return this.#run(args, {});
  }

  #run(args: readonly string[], environment: Readonly<Record<string, string>>): string {
    const identityArgs = ['-c', 'user.name=Ada Test', '-c', 'user.email=ada@example.com', '-c', 'commit.gpgsign=false'];
    return execFileSync('git', [...identityArgs, ...args], {
      cwd: this.folder,
      encoding: 'utf8',
      env: { ...process.env, ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    }).trim();
  }

  /** @param by who wrote it, who committed it, and when @returns the commit. */
  commit(
    files: Readonly<Record<string, string | Buffer>>,
    message = 'Change files',
    by: { readonly author?: string; readonly committer?: string; readonly date?: string } = {},
  ): string {
    for (const [path, content] of Object.entries(files)) {
      mkdirSync(dirname(join(this.folder, path)), { recursive: true });
      writeFileSync(join(this.folder, path), content);
    }
    this.git('add', '-A');
    const [, name, email] = /^(.*) <(.*)>$/.exec(by.committer ?? 'Ada Test <ada@example.com>') ?? [];
    this.#run(['commit', '-q', '-m', message, ...(by.author ? ['--author', by.author] : [])], {
      GIT_COMMITTER_NAME: `${name}`,
      GIT_COMMITTER_EMAIL: `${email}`,
      ...(by.date ? { GIT_AUTHOR_DATE: by.date, GIT_COMMITTER_DATE: by.date } : {}),
    });
    return this.git('rev-parse', 'HEAD');
  }
}

export interface StreamEvent {
  readonly event: string;
  readonly data: unknown;
}

/** What tests read of a match; the rest they compare as it came. */
const Match = z.looseObject({ type: z.string(), repository: z.string(), path: z.string().optional(), commit: z.string().optional() });
const Alert = z.looseObject({ title: z.string(), description: z.string(), proposedQueries: z.array(z.looseObject({ query: z.string() })) });
const Indexed = z.object({
  repository: z
    .object({ textSearchIndex: z.object({ refs: z.array(z.object({ indexedCommit: z.string().nullable() })) }).nullable() })
    .nullable(),
});

export interface Answer {
  readonly events: readonly StreamEvent[];
  readonly matches: readonly z.infer<typeof Match>[];
  readonly verdict: Verdict;
  readonly alert: z.infer<typeof Alert> | undefined;
}

/** What the kit needs of a started kernel. Tests start it, as they alone may know the kernel and the manifests of other plugins. */
export interface StartedKernel {
  readonly dataDir: string;
  graphql(query: string, variables?: Readonly<Record<string, unknown>>): Promise<{ readonly data: unknown }>;
  fetch(path: string, init?: RequestInit): Promise<Response>;
  stop(): Promise<void>;
}
export type SextantConfig = { readonly plugins: Readonly<Record<string, Readonly<Record<string, unknown>>>> };

/** A Sextant over a folder of repositories. */
export interface TestSextant<K extends StartedKernel = StartedKernel> {
  readonly kernel: K;
  readonly root: string;
  search(query: string, parameters?: Readonly<Record<string, string>>): Promise<Answer>;
  /** Resolves when the index holds this commit of the repository. */
  indexed(name: string, commit: string): Promise<void>;
  close(): Promise<void>;
}

export async function aSextant<K extends StartedKernel>(
  start: (config: SextantConfig) => Promise<K>,
  prepare: (root: string) => void,
  config: Readonly<Record<string, unknown>> = {},
): Promise<TestSextant<K>> {
  const root = mkdtempSync(join(tmpdir(), 'sextant-repos-'));
  prepare(root);
  const kernel = await start({ plugins: { 'code-host': { localPaths: [root] }, search: { threads: 1, ...config } } });
  const read = async (query: string, parameters: Readonly<Record<string, string>> = {}): Promise<Answer> => {
    const response = await kernel.fetch(`/.api/search/stream?${new URLSearchParams({ q: query, cm: 't', ...parameters })}`);
    const events = parseStream(await response.text());
    const find = (name: string) => events.find((e) => e.event === name)?.data;
    return {
      events,
      matches: events.filter((e) => e.event === 'matches').flatMap((e) => z.array(Match).parse(e.data)),
      verdict: find('verdict') as Verdict,
      alert: Alert.optional().parse(find('alert')),
    };
  };
  return {
    kernel,
    root,
    search: read,
    indexed: (name, commit) =>
      until(async () => {
        const { data } = await kernel.graphql(
          'query Q($name: String!) { repository(name: $name) { textSearchIndex { refs { indexedCommit } } } }',
          { name },
        );
        return Indexed.safeParse(data).data?.repository?.textSearchIndex?.refs[0]?.indexedCommit === commit;
      }, `${name} to be indexed at ${commit}`),
    close: async () => {
      await kernel.stop();
      rmSync(root, { recursive: true, force: true });
    },
  };
}

export function parseStream(text: string): readonly StreamEvent[] {
  return text
    .split('\n\n')
    .filter((frame) => frame !== '')
    .map((frame) => {
      const match = /^event: ([a-z]+)\ndata: (.*)$/.exec(frame);
      if (!match) throw new Error(`not a frame of the stream: ${frame}`);
      return { event: match[1] as string, data: JSON.parse(match[2] as string) };
    });
}

/** Asks again until it holds: what happens in the background has no other sign to wait for. */
export async function until(holds: () => Promise<boolean>, what: string, timeout = 30_000): Promise<void> {
  const deadline = performance.now() + timeout;
  while (!(await holds())) {
    if (performance.now() > deadline) throw new Error(`waited ${timeout} ms for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
