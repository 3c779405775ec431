import { spawnSync } from 'node:child_process';
import { ran } from './ran.mjs';

const COMMON = ['--no-config', '--no-ignore', '--hidden', '-g', '!.git', '-a', '-j1'];

/** ripgrep where there is one (SEXTANT_BENCH_RG, else `rg` on the PATH), on one thread; undefined without. */
export function findRipgrep(folder) {
  const program = process.env.SEXTANT_BENCH_RG ?? 'rg';
  const { status, stdout } = spawnSync(program, ['--version'], { encoding: 'utf8' });
  if (status !== 0) return undefined;
  const run = (args) => ran(program, [...COMMON, ...args], { cwd: folder, quiet: [1] });
  const filesOf = async (args) =>
    new Set((await run([...(args[0] === '--files' ? [] : ['-l']), ...args, '.'])).text.split('\n').filter(Boolean));
  return {
    name: 'rg -j1',
    version: stdout.split('\n', 1)[0],
    /** @returns {Promise<number | undefined>} milliseconds to count everything */
    async time({ rg, counted, except = [] }) {
      if (rg === undefined) return undefined;
      if (counted === 'lines') return (await run(['--count-matches', '--no-filename', ...rg, '.'])).milliseconds;
      const begun = performance.now();
      for (const args of [...rg, ...except.map((word) => ['-F', '-e', word])]) await filesOf(args);
      return performance.now() - begun;
    },
    /** @returns {Promise<Set<string>>} `<path>:<line>`, the line from 1, or paths alone; below the folder */
    async found({ rg, counted, except = [] }) {
      if (counted === 'lines') {
        // What matched is printed as nothing: the paths and the numbers are all that is compared.
        const { text } = await run(['-n', '-o', '-r', '', '-0', '--no-heading', ...rg, '.']);
        return new Set(
          text
            .split('\n')
            .filter(Boolean)
            .map((line) => line.slice(2).replace('\0', ':').replace(/:$/, '')),
        );
      }
      const [first, ...others] = await Promise.all(rg.map(filesOf));
      const none = await Promise.all(except.map((word) => filesOf(['-F', '-e', word])));
      const wanted = [...first].filter((file) => others.every((set) => set.has(file)) && none.every((set) => !set.has(file)));
      return new Set(wanted.map((file) => file.slice(2)));
    },
  };
}
