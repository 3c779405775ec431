import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface CommitPlan {
  readonly branch?: string;
  readonly message?: string;
  readonly author?: string;
  /** `<seconds> <zone>`; default: one second after the commit before. */
  readonly date?: string;
  /** Text, bytes, or an entry of another mode; null removes the path. */
  readonly files: Readonly<
    Record<string, string | Buffer | null | { readonly mode: '100755' | '120000' | '160000'; readonly content: string }>
  >;
  /** Marks (`:n`, the n-th commit) that are merged in. */
  readonly merge?: readonly string[];
}

export interface RepositoryPlan {
  readonly commits?: readonly CommitPlan[];
  /** Name → mark of a commit (`:1`) or a branch. */
  readonly tags?: Readonly<Record<string, string>>;
  readonly branches?: Readonly<Record<string, string>>;
  readonly sha256?: boolean;
  readonly bare?: boolean;
}

export interface BuiltRepository {
  readonly path: string;
  git(...args: string[]): string;
  commit(plan: CommitPlan): string;
}

const ENVIRONMENT = {
  PATH: process.env['PATH'],
  HOME: '/nonexistent',
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_CONFIG_NOSYSTEM: '1',
  LC_ALL: 'C',
};

/** A real repository in a temporary folder. Built by fast-import, which takes names no file system would. */
export function aRepository(plan: RepositoryPlan = {}): BuiltRepository {
  const path = aFolder('repository');
  const run = (args: readonly string[], input?: Buffer): string =>
    execFileSync('git', ['-C', path, ...args], {
      env: ENVIRONMENT,
      encoding: 'utf8',
      maxBuffer: 1 << 28,
      stdio: ['pipe', 'pipe', 'pipe'],
      ...(input ? { input } : {}),
    }).trimEnd();
  run([
    'init',
    '--quiet',
    '--initial-branch=main',
    ...(plan.bare === false ? [] : ['--bare']),
    ...(plan.sha256 ? ['--object-format=sha256'] : []),
  ]);
  let clock = 1_700_000_000;
  const seen = new Set<string>();
  const stream = (commits: readonly CommitPlan[], rest = ''): void => {
    const parts: Buffer[] = [];
    commits.forEach((commit, i) => {
      const branch = commit.branch ?? 'main';
      const date = commit.date ?? `${clock++} +0000`;
      const author = commit.author ?? 'Ada <ada@example.com>';
      const message = Buffer.from(commit.message ?? `Commit ${i + 1}`);
      parts.push(
        Buffer.from(
          `commit refs/heads/${branch}\nmark :${i + 1}\nauthor ${author} ${date}\ncommitter ${author} ${date}\ndata ${message.length}\n`,
        ),
        message,
        Buffer.from('\n'),
      );
      if (i === 0 && seen.has(branch)) parts.push(Buffer.from(`from refs/heads/${branch}^0\n`));
      else if (i > 0 && !seen.has(branch)) parts.push(Buffer.from(`from :${i}\n`));
      seen.add(branch);
      for (const mark of commit.merge ?? []) parts.push(Buffer.from(`merge ${mark}\n`));
      for (const [name, entry] of Object.entries(commit.files)) parts.push(...change(name, entry));
    });
    run(['fast-import', '--quiet', '--force'], Buffer.concat([...parts, Buffer.from(rest)]));
  };
  const resets = [
    ...Object.entries(plan.branches ?? {}).map(([name, at]) => `reset refs/heads/${name}\nfrom ${at}\n\n`),
    ...Object.entries(plan.tags ?? {}).map(([name, at]) => `reset refs/tags/${name}\nfrom ${at}\n\n`),
  ].join('');
  stream(plan.commits ?? [{ files: { 'README.md': '# Hello\n' } }], resets);
  return {
    path,
    git: (...args) => run(args),
    commit: (commit) => {
      stream([commit]);
      return run(['rev-parse', `refs/heads/${commit.branch ?? 'main'}`]);
    },
  };
}

function change(name: string, entry: CommitPlan['files'][string]): Buffer[] {
  const quoted = `"${name.replace(/[\\"]/g, '\\$&').replace(/\n/g, '\\n')}"`;
  if (entry === null) return [Buffer.from(`D ${quoted}\n`)];
  const plain = typeof entry === 'string' || Buffer.isBuffer(entry);
  const mode = plain ? '100644' : entry.mode;
  if (mode === '160000') return [Buffer.from(`M 160000 ${(entry as { content: string }).content} ${quoted}\n`)];
  const content = plain ? Buffer.from(entry as string) : Buffer.from(entry.content);
  return [Buffer.from(`M ${mode} inline ${quoted}\ndata ${content.length}\n`), content, Buffer.from('\n')];
}

const folders: string[] = [];
process.once('exit', () => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

export function aFolder(purpose: string): string {
  const folder = mkdtempSync(join(tmpdir(), `sextant-git-${purpose}-`));
  folders.push(folder);
  return folder;
}
