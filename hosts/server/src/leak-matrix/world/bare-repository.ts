import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { fileOf, type TargetFile } from '../target.js';

/** What the names in a repository's history are made of. */
export interface RepositoryWords {
  readonly key: string;
  readonly branch: string;
  readonly tag: string;
  readonly author: string;
  readonly message: string;
}

/** Two commits on main, a branch and a tag, whose every word is the repository's own but for `needle`, which is in all of them. @returns the hashes, the first first. */
export function makeBareRepository(folder: string, words: RepositoryWords): readonly string[] {
  const at = join(folder, `${words.key}.git`);
  const git = (args: readonly string[], input?: string): string =>
    execFileSync('git', args, {
      encoding: 'utf8',
      env: { PATH: process.env['PATH'], GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_NOSYSTEM: '1' },
      ...(input === undefined ? {} : { input }),
    });
  git(['init', '--quiet', '--bare', '--initial-branch=main', at]);
  git(['-C', at, 'fast-import', '--quiet'], historyOf(words));
  return git(['-C', at, 'rev-list', '--reverse', 'main']).trim().split('\n');
}

function historyOf({ key, branch, tag, author, message }: RepositoryWords): string {
  const files = [fileOf(key, false), fileOf(key, true)];
  const person = (seconds: number): string => `${author} <${author}@example.com> ${seconds} +0000`;
  const data = (text: string): string => `data ${Buffer.byteLength(text)}\n${text}\n`;
  const commit = (mark: number, seconds: number, text: string, tree: (file: TargetFile) => Readonly<Record<string, string>>): string =>
    [
      `commit refs/heads/main\nmark :${mark}\nauthor ${person(seconds)}\ncommitter ${person(seconds)}\n${data(text)}`,
      mark === 1 ? '' : `from :${mark - 1}\n`,
      ...files.flatMap((file) => Object.entries(tree(file)).map(([path, content]) => `M 644 inline ${path}\n${data(content)}`)),
    ].join('');
  const code = ({ symbol, word }: TargetFile): string => `export function ${symbol}() {\n  return '${word} needle';\n}\n`;
  return [
    commit(1, 1_700_000_000, `Begin ${message}\n\nIts body.\n`, (file) => ({ [file.path]: code(file), [file.binary]: `\0${file.word}` })),
    commit(2, 1_700_086_400, `Go on ${message}\n`, (file) => ({ [file.path]: `${code(file)}// ${file.added}\n` })),
    `reset refs/heads/${branch}\nfrom :2\n\n`,
    `tag ${tag}\nfrom :2\ntagger ${person(1_700_090_000)}\n${data(`Tagged ${message}`)}`,
  ].join('');
}
