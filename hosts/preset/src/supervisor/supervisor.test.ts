import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { Supervisor } from './supervisor.js';

let folder: string;
let script: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'supervisor-'));
  script = join(folder, 'process.mjs');
  // Each start takes the next line of its plan.
  writeFileSync(
    script,
    `import { appendFileSync, readFileSync, writeSync } from 'node:fs';
const [, , plan, log] = process.argv;
const { descriptor, runaways, discovered } = JSON.parse(process.env.SEXTANT_SUPERVISION);
const starts = (() => { try { return readFileSync(log, 'utf8').split('\\n').length - 1 } catch { return 0 } })();
appendFileSync(log, JSON.stringify(runaways.map((r) => r.plugin)) + '\\n');
for (const step of JSON.parse(plan)[starts]) {
  if (step === 'ready') process.send({ is: 'ready' });
  else if (step.found !== undefined) process.send({ is: 'configured', discovered: step.found });
  else if (step.expects !== undefined) { if (discovered !== step.expects) process.exit(9); }
  else if (step.forgive) process.send({ is: 'forgiven', plugin: step.forgive });
  else if (step.runaway) { writeSync(descriptor, JSON.stringify({ cause: 'loop', plugin: step.runaway, reason: 'It looped' }) + '\\n'); process.kill(process.pid, 'SIGKILL'); }
  else { process.disconnect(); process.exitCode = step.exit; }
}
`,
  );
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));
// A supervisor does not live for the channel to who started it; the process of the tests does.
afterEach(() => process.channel?.ref());

async function follow(name: string, plan: readonly unknown[]): Promise<{ code: number; left: unknown[]; said: string[] }> {
  const log = join(folder, name);
  const said: string[] = [];
  const code = await new Supervisor(script, [JSON.stringify(plan), log], (line) => said.push(line)).run();
  return {
    code,
    said,
    left: readFileSync(log, 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as unknown),
  };
}

it('gives the exit code of a process that refused to start, and does not try again', async () => {
  expect(await follow('refused', [[{ exit: 2 }]])).toEqual({ code: 2, left: [[]], said: [] });
});

it('gives the process less memory than it would take, and what the supervisor itself was given before that', async () => {
  const asked = join(folder, 'asked.mjs');
  const said = join(folder, 'asked');
  writeFileSync(
    asked,
    `import { writeFileSync } from 'node:fs';
writeFileSync(process.argv[2], JSON.stringify([process.execArgv, process.env.MALLOC_ARENA_MAX]));
process.disconnect();
`,
  );
  const { execArgv } = process;
  process.execArgv = ['--max-semi-space-size=64'];
  try {
    expect(await new Supervisor(asked, [said], () => undefined).run()).toBe(0);
  } finally {
    process.execArgv = execArgv;
  }
  expect(JSON.parse(readFileSync(said, 'utf8'))).toEqual([
    ['--max-semi-space-size=16', '--heap-growing-percent=100', '--max-semi-space-size=64'],
    '2',
  ]);
});

it('starts a process again that had been ready, with all plugins', async () => {
  const { code, left, said } = await follow('ended', [['ready', { exit: 7 }], [{ exit: 3 }]]);
  expect({ code, left }).toEqual({ code: 3, left: [[], []] });
  expect(said).toEqual(['sextant: the process ended unasked (exit code 7); it is started again.']);
});

it('leaves out what ran away until it is forgiven', async () => {
  const { code, left } = await follow('runaway', [
    [{ runaway: 'a' }],
    ['ready', { runaway: 'b' }],
    ['ready', { forgive: 'a' }, { exit: 0 }],
    [{ exit: 4 }],
  ]);
  expect({ code, left }).toEqual({ code: 4, left: [[], ['a'], ['a', 'b'], ['b']] });
});

it('gives a process that is started again the configuration file that the first one found in the working folder, or that there was none', async () => {
  for (const found of [null, '/srv/sextant.config.yaml']) {
    const { code } = await follow(`found ${found === null}`, [
      [{ found }, 'ready', { exit: 7 }],
      [{ expects: found }, { exit: 3 }],
    ]);
    expect(code).toBe(3);
  }
});

it('gives up when the process keeps running away', async () => {
  const { code, left, said } = await follow('hopeless', new Array(11).fill(['ready', { runaway: 'a' }]));
  expect(code).toBe(1);
  expect(left).toHaveLength(11);
  expect(said.at(-1)).toContain('it is not started again');
});
