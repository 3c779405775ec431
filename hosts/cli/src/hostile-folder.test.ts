import { execFileSync } from 'node:child_process';
import { chmodSync, chownSync, existsSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Command } from 'commander';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { programFor, runProgram } from './program.js';

// What a stranger puts into a folder, and the caller then runs a command in.
let base: string;
let folder: string;
let canary: string;
let output = '';
const home = process.cwd();

beforeAll(() => {
  base = realpathSync(mkdtempSync(join(tmpdir(), 'sextant-hostile-')));
});
beforeEach(() => {
  folder = join(base, 'stranger');
  canary = join(base, 'canary');
  mkdirSync(folder);
  process.chdir(folder);
  vi.stubEnv('SEXTANT_ENDPOINT', 'http://127.0.0.1:1');
  vi.stubEnv('SEXTANT_DATA_DIR', join(base, 'data'));
  for (const stream of [process.stdout, process.stderr])
    vi.spyOn(stream, 'write').mockImplementation((text) => {
      output += text;
      return true;
    });
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
  process.chdir(home);
  // "serve" does not live for the channel to who started it; the process of the tests does.
  process.channel?.ref();
  rmSync(folder, { recursive: true, force: true });
});
afterAll(() => rmSync(base, { recursive: true, force: true }));

const write = (name: string, text: string): string => {
  writeFileSync(join(folder, name), text);
  chmodSync(join(folder, name), 0o644);
  return join(folder, name);
};
/** What it runs as CommonJS says so. */
const tell = (who: string): string => `require('node:fs').appendFileSync(${JSON.stringify(canary)}, '${who}\\n'); module.exports = {};`;
const canaries = (): string => (existsSync(canary) ? readFileSync(canary, 'utf8') : '');

interface Leaf {
  readonly words: readonly string[];
  readonly takesConfiguration: boolean;
}

/** Every command that does something, with an argument for each that it needs. */
function leavesOf(command: Command, words: readonly string[] = []): readonly Leaf[] {
  if (command.commands.length > 0) return command.commands.flatMap((below) => leavesOf(below, [...words, below.name()]));
  const needed = command.registeredArguments.filter(({ required }) => required).map(() => '1');
  const options = command.options.filter(({ mandatory }) => mandatory).flatMap(({ long }) => [String(long), '1']);
  const confirm = command.options.some(({ long }) => long === '--yes') ? ['--yes'] : [];
  const takesConfiguration = command.options.some(({ long }) => long === '--config');
  return [{ words: [...words, ...needed, ...options, ...confirm], takesConfiguration }];
}

/** Every command in turn. @returns what each wrote. */
async function runAll(): Promise<readonly (Leaf & { readonly code: number; readonly output: string })[]> {
  const outcomes = [];
  for (const leaf of leavesOf(await programFor([], () => undefined))) {
    output = '';
    const code = await runProgram(leaf.words);
    outcomes.push({ ...leaf, code, output });
  }
  expect(outcomes.length).toBeGreaterThan(30);
  return outcomes;
}

const called = ({ words }: Leaf): string => words.join(' ');
/** Commands that check their own arguments before they read a configuration. */
const isUsage = ({ output: text }: { readonly output: string }): boolean => text.includes('SEXTANT_CLI_USAGE');

describe('in a folder with a configuration file of a stranger', () => {
  it.each(['js', 'ts'])('that is code, no command runs it: .%s', async (ending) => {
    const file = write(
      `sextant.config.${ending}`,
      `import { appendFileSync } from 'node:fs'; appendFileSync(${JSON.stringify(canary)}, 'run'); export default {};`,
    );
    for (const outcome of [...(await runAll())]) {
      if (isUsage(outcome)) continue;
      const isRefused = /SEXTANT_CONFIG_CODE_DISCOVERED/.test(outcome.output) && outcome.output.includes(`--config ${file}`);
      expect([called(outcome), isRefused, outcome.output.includes(file)]).toEqual([
        called(outcome),
        outcome.takesConfiguration,
        outcome.takesConfiguration,
      ]);
    }
    for (const words of [['--version'], ['--help'], ['help'], ['help', 'search'], ['token', '--help'], ['nonsense'], ['serve', '.']])
      await runProgram(words);
    expect(canaries()).toBe('');
  });

  it('that names a program, no command runs it, and every one that reads configuration says so', async () => {
    const evil = write('evil', `#!/bin/sh\necho run >> '${canary}'\n`);
    chmodSync(evil, 0o755);
    write('sextant.config.yaml', `plugins: { git: { program: ${evil} } }\n`);
    for (const outcome of await runAll()) {
      if (isUsage(outcome) || outcome.words.join(' ').startsWith('config explain')) continue;
      const isRefused = /SEXTANT_CONFIG_(?:UNTRUSTED_KEY|INVALID)/.test(outcome.output) && outcome.output.includes('plugins.git.program');
      expect([called(outcome), isRefused]).toEqual([called(outcome), outcome.takesConfiguration]);
    }
    output = '';
    expect(await runProgram(['serve', '.'])).toBe(1);
    expect(output).toMatch(/SEXTANT_CONFIG_UNTRUSTED_KEY.*plugins\.git\.program/);
    expect(canaries()).toBe('');
  });

  it.skipIf(process.getuid?.() !== 0)('that belongs to the stranger, every command that would read it refuses', async () => {
    chownSync(write('sextant.config.yaml', 'http: { port: 1 }\n'), 65_534, 65_534);
    for (const outcome of await runAll())
      if (!isUsage(outcome))
        expect([called(outcome), outcome.output.includes('SEXTANT_CONFIG_UNTRUSTED_FILE')]).toEqual([
          called(outcome),
          outcome.takesConfiguration,
        ]);
  });
});

it('a library that looks for files of its own in the working folder, and above it, finds none', () => {
  mkdirSync(join(folder, '.config'));
  mkdirSync(join(folder, 'below'));
  const names = ['.graphile-workerrc.cjs', '.config/graphile-workerrc.cjs', 'graphile-worker.config.cjs', 'graphile.config.cjs'];
  for (const name of [...names, '.config/config.cjs', '.config.cjs']) write(name, tell(name));
  write('package.json', JSON.stringify({ cosmiconfig: { searchPlaces: ['x'] }, 'graphile-worker': { schema: 'evil' } }));
  const program = join(import.meta.dirname, '..', 'dist', 'main.js');
  for (const cwd of [folder, join(folder, 'below')])
    expect(execFileSync(process.execPath, [program, '--version'], { cwd, encoding: 'utf8', stdio: 'pipe' })).toBe('1.0.0\n');
  expect(canaries()).toBe('');
}, 60_000);
