import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { config } from '../config.js';
import { PooledHighlighter } from './pooled-highlighter.js';

// Threads run compiled code, as in production.
const compiled = new URL('../../dist/pool/highlight-worker.js', import.meta.url);
const folder = mkdtempSync(join(tmpdir(), 'sextant-pool-'));
let scripts = 0;
const script = (code: string): URL => {
  const file = join(folder, `${scripts++}.mjs`);
  writeFileSync(file, code);
  return pathToFileURL(file);
};
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const warnings: string[] = [];
const open: PooledHighlighter[] = [];
const start = (worker = compiled, settings: object = {}) => {
  const made = new PooledHighlighter(() => config.parse(settings), { warn: (message) => void warnings.push(message) }, worker);
  open.push(made);
  return made;
};
afterEach(async () => {
  warnings.length = 0;
  for (const one of open.splice(0)) await one[Symbol.asyncDispose]();
});
const request = (text: string, more: object = {}) => ({ blob: '1', path: 'a.ts', text, timeout: 10_000, ...more });

describe('the pool', () => {
  it('ends a thread that is late, answers plainly, and goes on with a new one', async () => {
    const stuck = start(script(`export default ({ text }) => { while (text.includes('loop')); return ['done']; }`), { threads: 1 });
    expect(await stuck.highlight(request('loop <\n', { timeout: 100 }))).toEqual({
      aborted: true,
      language: 'TypeScript',
      lines: ['loop &lt;'],
    });
    expect(await stuck.highlight(request('x\n'))).toMatchObject({ aborted: false, lines: ['done'] });
    expect(warnings).toEqual([]);
  });

  it('survives a thread that throws, ends itself or runs out of memory', { timeout: 60_000 }, async () => {
    const bad = start(
      script(
        `export default ({ text }) => { if (text === 'throw') throw new Error('x'); if (text === 'exit') process.exit(1); for (const all = []; text === 'memory';) all.push(new Array(1e6).fill({})); return ['done']; }`,
      ),
      { threads: 1 },
    );
    for (const text of ['throw', 'exit', 'memory'])
      expect(await bad.highlight(request(text, { disableTimeout: true }))).toMatchObject({ aborted: true, lines: [text] });
    expect(warnings).toHaveLength(3);
    expect(await bad.highlight(request('fine'))).toMatchObject({ aborted: false });
  });

  it('answers from memory what it has done, and forgets an aborted answer', async () => {
    const counting = start(script(`export default ({ text }) => { while (text === 'loop'); return [text]; }`));
    expect(await counting.highlight(request('loop', { timeout: 100 }))).not.toBe(
      await counting.highlight(request('loop', { timeout: 100 })),
    );
    const first = await counting.highlight(request('x'));
    expect(await counting.highlight(request('x'))).toBe(first);
    expect(await counting.highlight(request('x', { path: 'a.py' }))).not.toBe(first);
    expect(await counting.highlight(request('x', { highlightLongLines: true }))).not.toBe(first);
    expect(await counting.highlight(request('x', { blob: '2' }))).not.toBe(first);
  });

  it('stops with the reader', async () => {
    const stuck = start(script('export default () => { for (;;); }'));
    const controller = new AbortController();
    const answer = stuck.highlight(request('x'), controller.signal);
    controller.abort(new Error('gone'));
    await expect(answer).rejects.toThrow('gone');
    await expect(stuck.highlight(request('x'), controller.signal)).rejects.toThrow('gone');
  });

  it('shows a file plain that is larger than what is coloured', async () => {
    expect(await start(compiled, { maxFileSize: 10 }).highlight(request('let a = 1;\n'))).toMatchObject({
      aborted: true,
      lines: ['let a = 1;'],
    });
  });

  it('colours 100,000 lines', async () => {
    const found = await start().highlight(request('const a = 1; // one\n'.repeat(100_000), { disableTimeout: true }));
    expect([found.aborted, found.lines.length, new Set(found.lines).size]).toEqual([false, 100_000, 1]);
    expect(found.lines[0]).toContain('tok-keyword');
  });

  it('shows a line of 1 MB, plain, and in colours when asked to', { timeout: 60_000 }, async () => {
    const text = `let x = [${'"a",'.repeat(250_000)}];`;
    const pool = start();
    expect((await pool.highlight(request(text))).lines[0]).not.toContain('<span');
    const coloured = await pool.highlight(request(text, { highlightLongLines: true, disableTimeout: true }));
    expect([coloured.aborted, coloured.lines.length]).toEqual([false, 1]);
    expect(coloured.lines[0]).toContain('tok-string');
  });
});
