import type { Repository } from '@sextant/plugin-code-host/api';
import type { DiffFile } from '@sextant/plugin-git/api';
import type { CommitOid, RepoPath } from '@sextant/sdk';
import type { TextFilter } from '../query/plan.js';
import type { Matcher } from '../regex/matcher.js';
import { compilePattern } from '../regex/pattern.js';
import type { SearchRun } from './search-run.js';
import { TimeUpError } from './slices.js';

/** A larger file is not read: one change must not cost the memory of all others. */
const MAX_BYTES = 4 * 1024 * 1024;

type Run = Pick<SearchRun, 'git' | 'signal' | 'tally' | 'timeLeft'>;

/** `file:has.content()` in searches of changes: what the changed files hold in the commit that changed them. */
export class FileContentsTest {
  readonly #tests: readonly { readonly matcher: Matcher; readonly negated: boolean }[];

  constructor(filters: readonly TextFilter[]) {
    this.#tests = filters.map(({ pattern, negated }) => ({ matcher: compilePattern(pattern).matcher(), negated }));
  }

  /** Without it no file is read. */
  get isNeeded(): boolean {
    return this.#tests.length > 0;
  }

  /** Those of the files that pass. A file that the commit deleted holds nothing. @throws TimeUpError */
  async passing(run: Run, repository: Repository, oid: CommitOid, files: readonly DiffFile[]): Promise<readonly DiffFile[]> {
    const kept: DiffFile[] = [];
    for (const file of files) {
      if (run.timeLeft() <= 0) throw new TimeUpError();
      const content = file.newPath === null ? Buffer.alloc(0) : await read(run, repository, oid, file.newPath);
      if (content && this.#tests.every(({ matcher, negated }) => (matcher.find(content, 0, content.length) === undefined) === negated))
        kept.push(file);
    }
    return kept;
  }
}

/** Undefined: it cannot be known. */
async function read(run: Run, repository: Repository, oid: CommitOid, path: string): Promise<Buffer | undefined> {
  const at = { repository: repository.name, oid, path: path as RepoPath, signal: run.signal };
  const entry = await run.git.entry(at);
  if (entry?.type !== 'blob') return Buffer.alloc(0);
  if ((entry.size ?? 0) > MAX_BYTES) {
    run.tally.leaveOut('skipped-files', 'Some files are too large to be looked into', { repository });
    return undefined;
  }
  const chunks: Uint8Array[] = [];
  for await (const chunk of run.git.blob(at)) chunks.push(chunk);
  return Buffer.concat(chunks);
}
