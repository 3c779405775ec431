import { spawn, spawnSync } from 'node:child_process';

const COMMON = ['--no-config', '--no-ignore', '--hidden', '-g', '!.git', '-a', '-j1'];

/** ripgrep where there is one (SEXTANT_BENCH_RG, else `rg` on the PATH), on one thread; undefined without. */
export function findRipgrep() {
  const program = process.env.SEXTANT_BENCH_RG ?? 'rg';
  const { status, stdout } = spawnSync(program, ['--version'], { encoding: 'utf8' });
  if (status !== 0) return undefined;
  const run = (args, cwd) =>
    new Promise((resolve, reject) => {
      const begun = performance.now();
      const child = spawn(program, [...COMMON, ...args], { cwd, stdio: ['ignore', 'pipe', 'inherit'] });
      const chunks = [];
      child.stdout.on('data', (chunk) => chunks.push(chunk));
      child.once('error', reject);
      // 1 is "nothing found".
      child.once('close', (code) =>
        code > 1
          ? reject(new Error(`ripgrep ended with ${code}.`))
          : resolve({ lines: Buffer.concat(chunks).toString().split('\n').filter(Boolean), milliseconds: performance.now() - begun }),
      );
    });
  return {
    version: stdout.split('\n', 1)[0],
    /** @returns {Promise<{count: number, milliseconds: number}>} */
    async count({ rg, counted }, cwd) {
      if (counted === 'occurrences') {
        const { lines, milliseconds } = await run(['--count-matches', '--no-filename', ...rg, '.'], cwd);
        return { count: lines.reduce((sum, line) => sum + Number(line), 0), milliseconds };
      }
      if (rg[0] === '--files') {
        const { lines, milliseconds } = await run([...rg, '.'], cwd);
        return { count: lines.length, milliseconds };
      }
      const answers = [];
      for (const args of rg) answers.push(await run(['-l', ...args, '.'], cwd));
      const [first, ...others] = answers.map(({ lines }) => new Set(lines));
      const both = [...first].filter((file) => others.every((set) => set.has(file)));
      return { count: both.length, milliseconds: answers.reduce((sum, a) => sum + a.milliseconds, 0) };
    },
  };
}
