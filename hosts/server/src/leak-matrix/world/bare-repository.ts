import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import type { TargetFile } from '../target.js';

/** What the names in a repository's history are made of. */
export interface RepositoryWords {
  readonly key: string;
  readonly branch: string;
  readonly tag: string;
  readonly author: string;
  readonly message: string;
}

/**
 * Two commits on main, a branch on which files have moved, another branch and a tag, whose every word is the repository's own but for `needle`, which is in
 * all of them. @param files those that are in it besides what all have. @returns the hashes on main, the first first.
 */
export function makeBareRepository(folder: string, words: RepositoryWords, files: readonly TargetFile[]): readonly string[] {
  const at = join(folder, `${words.key}.git`);
  const git = (args: readonly string[], input?: string): string =>
    execFileSync('git', args, {
      encoding: 'utf8',
      env: { PATH: process.env['PATH'], GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_NOSYSTEM: '1' },
      ...(input === undefined ? {} : { input }),
    });
  git(['init', '--quiet', '--bare', '--initial-branch=main', at]);
  git(['-C', at, 'fast-import', '--quiet'], historyOf(words, files));
  return git(['-C', at, 'rev-list', '--reverse', 'main']).trim().split('\n');
}

const data = (text: string): string => `data ${Buffer.byteLength(text)}\n${text}\n`;
const put = (path: string, content: string): string => `M 644 inline ${path}\n${data(content)}`;

function historyOf({ key, branch, tag, author, message }: RepositoryWords, files: readonly TargetFile[]): string {
  const person = (seconds: number): string => `${author} <${author}@example.com> ${seconds} +0000`;
  const commit = (ref: string, mark: number, seconds: number, text: string): string =>
    `commit refs/heads/${ref}\nmark :${mark}\nauthor ${person(seconds)}\ncommitter ${person(seconds)}\n${data(text)}${mark === 1 ? '' : `from :${mark - 1}\n`}`;
  const code = ({ symbol, word }: TargetFile): string => `export function ${symbol}() {\n  return '${word} needle';\n}\n`;
  /** Enough for git to know it again where it has moved. */
  const known = (what: string): string => Array.from({ length: 9 }, (_, line) => `${what}${line}${key}\n`).join('');
  return [
    commit('main', 1, 1_700_000_000, `Begin ${message}\n\nIts body.\n`),
    put('dark/plain.txt', 'plain\n'),
    ...[0, 1].map((at) => put(`open/stay${at}.txt`, known(`c${at}`))),
    ...files.flatMap((file, at) => [
      put(file.path, code(file)),
      put(file.binary, `\0${file.word}`),
      put(file.left, `${known(`l${at}`)}${file.leftLine}\n`),
    ]),
    commit('main', 2, 1_700_086_400, `Go on ${message}\n`),
    ...files.map((file) => put(file.path, `${code(file)}// ${file.added}\n`)),
    commit('moved', 3, 1_700_086_500, `Move ${message}\n`),
    ...files.flatMap((file, at) => [
      `R ${file.left} open/left${at}.txt\n${put(`open/left${at}.txt`, known(`l${at}`))}`,
      `R open/stay${at}.txt ${file.came}\n${put(file.came, `${known(`c${at}`)}${file.cameLine}\n`)}`,
    ]),
    `reset refs/heads/${branch}\nfrom :2\n\n`,
    `tag ${tag}\nfrom :2\ntagger ${person(1_700_090_000)}\n${data(`Tagged ${message}`)}`,
  ].join('');
}
