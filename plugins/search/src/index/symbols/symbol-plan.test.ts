import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import type { Contribution, Logger } from '@sextant/sdk';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { SymbolPlan } from './symbol-plan.js';
import type { SymbolModule } from './symbol-sources.js';

/** Answers what is asked of ctags before it is used, and finds the class of the probe. */
const FAKE = `#!${process.execPath}
const asked = process.argv.at(-1);
const say = (...lines) => console.log(lines.join('\\n'));
if (process.argv.includes('--version')) say('Universal Ctags 6.1.0, Copyright (C) 2015-2023');
else if (process.argv.includes('--list-features')) say('#NAME DESCRIPTION', 'interactive accepts', ...(process.env.PATH.includes('nojson') ? [] : ['json supports']));
else if (process.argv.includes('--list-languages')) say('Go', 'JavaScript', 'Old [disabled]', 'TypeScript');
else process.stdin.on('data', () => say('{"_type":"tag","name":"Probe","line":1,"kind":"class"}', '{"_type":"completed"}'));
`;

let folder: string;
let said: [level: string, text: string, fields: unknown][];
const path = process.env.PATH;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sextant-plan-'));
  said = [];
});
afterEach(() => {
  process.env.PATH = path;
  rmSync(folder, { recursive: true });
});

function install(): void {
  writeFileSync(join(folder, 'ctags'), FAKE);
  chmodSync(join(folder, 'ctags'), 0o755);
}

function aPlan(wanted: 'auto' | 'builtin' | 'ctags', extractors: readonly Contribution<SymbolModule>[] = []): SymbolPlan {
  process.env.PATH = folder;
  const say = (level: string) => (text: string, fields?: unknown) => void said.push([level, text, fields]);
  const log: Logger = { debug: say('debug'), info: say('info'), warn: say('warn'), error: say('error'), child: () => log };
  return new SymbolPlan({ wanted, temporaryFolder: folder, extractors, log });
}

it('takes ctags where it is installed, but for the languages that the own scanners read better, and says so once', async () => {
  install();
  const plan = aPlan('auto');
  expect(await plan.sources()).toEqual({
    modules: [],
    ctags: { path: 'ctags', version: '6.1.0', sandboxed: false, languages: ['Go'], temporaryFolder: folder },
  });
  await plan.sources();
  expect(said).toEqual([['info', 'symbols are read by ctags', { path: 'ctags', version: '6.1.0', sandboxed: false }]]);
  expect((await aPlan('ctags').sources()).ctags?.languages).toEqual(['Go', 'JavaScript', 'TypeScript']);
});

it('does not look for it when it is not wanted', async () => {
  install();
  const plan = aPlan('builtin');
  expect(await plan.sources()).toEqual({ modules: [] });
  expect([said, plan.health()]).toEqual([[], { status: 'up' }]);
});

it.each<['auto' | 'ctags', string, unknown]>([
  ['auto', 'info', { status: 'up' }],
  [
    'ctags',
    'warn',
    { status: 'degraded', reason: 'Symbols are read by the own scanners: universal-ctags is not installed, or not in PATH.' },
  ],
])('goes on without it where it is missing, and says so as loudly as it was wanted: %s', async (wanted, level, health) => {
  const plan = aPlan(wanted);
  expect(await plan.sources()).toEqual({ modules: [] });
  expect(said.map(([of]) => of)).toEqual([level]);
  expect(plan.health()).toEqual(health);
});

it('refuses one that was built without what is needed', async () => {
  install();
  const plan = aPlan('ctags');
  process.env.PATH = `${folder}${delimiter}nojson`;
  expect(await plan.sources()).toEqual({ modules: [] });
  expect(plan.health()).toMatchObject({ reason: expect.stringContaining('without its interactive mode, or without JSON') });
});

it('takes extractors of plugins as they come and go, and refuses what is none', async () => {
  const refused: string[] = [];
  const good: SymbolModule = { id: 'good', languages: ['Go'], module: 'file:///good.js', version: 1 };
  const of = (value: unknown): Contribution<SymbolModule> => ({
    plugin: 'test',
    value: value as SymbolModule,
    reject: (reason) => void refused.push(reason),
  });
  const live = [
    of(good),
    of({ ...good, id: '' }),
    of({ ...good, module: './good.js' }),
    of({ ...good, languages: 'Go' }),
    of(null),
    of({ ...good, version: '1' }),
  ];
  const plan = aPlan('builtin', live);
  expect((await plan.sources()).modules).toEqual([good]);
  expect(refused).toEqual([
    'a symbol extractor needs an id',
    `the module of the symbol extractor "good" is not a file: URL, such as import.meta.resolve('./my-symbols.js')`,
    'the languages of the symbol extractor "good" are not a list of texts',
    'a symbol extractor is an object with id, languages, module and version',
    'the version of the symbol extractor "good" is not a whole number',
  ]);
  live.length = 0;
  expect((await plan.sources()).modules).toEqual([]);
});
