import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import codeHost from '@sextant/plugin-code-host';
import codeHostLocal from '@sextant/plugin-code-host-local';
import git from '@sextant/plugin-git';
// As it ships: threads run compiled code.
import highlight from '@sextant/plugin-highlight';
import identity from '@sextant/plugin-identity';
import { z } from '@sextant/sdk';
import { at, startTestKernel, type TestKernel, textAt } from '@sextant/sdk/testing';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';

const folder = mkdtempSync(join(tmpdir(), 'sextant-highlight-'));
const BIDI = 'rtl\u202E<img onerror=x>.js';
const files: Record<string, string> = {
  'a.ts': 'const one = 1;\n/* two\n   three */\n\nexport {};\n',
  'evil.html': '<script>alert(1)</script>\n',
  'x.bin': 'a\0b',
  'big.lua': 'local x = 1 -- one\n'.repeat(20),
  [BIDI]: 'let a = "\u202E";\n',
};

let kernel: TestKernel;
let name: string;
beforeAll(async () => {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
  const run = (...args: string[]) =>
    execFileSync('git', ['-C', folder, '-c', 'user.name=Ada', '-c', 'user.email=ada@example.com', ...args], { stdio: 'pipe' });
  run('init', '-q', '-b', 'main');
  run('add', '-A');
  run('commit', '-q', '-m', 'First');
  kernel = await startTestKernel({ plugins: [identity, codeHost, codeHostLocal, git, highlight] });
  await kernel.graphql('mutation ($input: AddExternalServiceInput!) { addExternalService(input: $input) { id } }', {
    input: { kind: 'LOCAL', displayName: 'here', config: JSON.stringify({ roots: [folder] }) },
  });
  await vi.waitFor(
    async () => {
      const { data } = await kernel.graphql('{ repositories { nodes { name mirrorInfo { cloned } } } }');
      expect(at(data, 'repositories.nodes.0.mirrorInfo.cloned')).toBe(true);
      name = textAt(data, 'repositories.nodes.0.name');
    },
    { timeout: 30_000, interval: 50 },
  );
}, 60_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const highlighted = async (path: string, fields = 'aborted html language', args = 'disableTimeout: false') => {
  const { data, errors } = await kernel.graphql(
    `query ($name: String!, $path: String!) { repository(name: $name) { commit(rev: "HEAD") { blob(path: $path) { name highlight(${args}) { ${fields} } } } } }`,
    { name, path },
  );
  const file = at(data, 'repository.commit.blob.highlight');
  return { blob: at(data, 'repository.commit.blob'), file, html: z.object({ html: z.string() }).safeParse(file).data?.html ?? '', errors };
};

describe('highlighting in a running Sextant', () => {
  it('shows a file as a table of coloured lines', async () => {
    const { file, html, errors } = await highlighted('a.ts');
    expect(errors).toEqual([]);
    expect(file).toMatchObject({ aborted: false, language: 'TypeScript' });
    expect(html).toContain('<tr><td class="line" data-line="1"></td><td class="code"><span class="tok-keyword">const</span>');
    expect(html).toContain('<td class="line" data-line="3"></td><td class="code"><span class="tok-comment">   three */</span></td>');
    expect(html.match(/<tr>/g)).toHaveLength(5);
  });

  it('shows the lines asked for, and no others', async () => {
    const { html } = await highlighted('a.ts', 'html', 'disableTimeout: true, isLightTheme: true, startLine: 2, endLine: 3');
    expect(html.match(/data-line="\d"/g)).toEqual(['data-line="2"', 'data-line="3"']);
    const ranges = 'lineRanges(ranges: [{ startLine: 0, endLine: 2 }, { startLine: 4, endLine: 99 }, { startLine: 7, endLine: 9 }])';
    expect(at((await highlighted('a.ts', ranges)).file, 'lineRanges')).toEqual([
      [expect.stringContaining('data-line="1"'), expect.stringContaining('data-line="2"')],
      [expect.stringContaining('data-line="5"')],
      [],
    ]);
    for (const args of ['startLine: 0', 'startLine: 3, endLine: 2']) {
      const { file: none, errors } = await highlighted('a.ts', 'html', `disableTimeout: false, ${args}`);
      expect([none, errors[0]?.extensions.code]).toEqual([null, 'SEXTANT_HIGHLIGHT_RANGE']);
    }
    const wrong = await highlighted('a.ts', 'lineRanges(ranges: [{ startLine: 2, endLine: 1 }])').catch((error: unknown) => error);
    expect(wrong).toMatchObject({ file: null });
  });

  it('leaves out the colours where plain text is asked for', async () => {
    const { file, html } = await highlighted('a.ts', 'html language', 'disableTimeout: false, format: HTML_PLAINTEXT');
    expect(file).toMatchObject({ language: 'TypeScript' });
    expect(html).not.toContain('<span');
  });

  it('colours on a thread what lezer does not know', async () => {
    const { file, html } = await highlighted('big.lua');
    expect(file).toMatchObject({ aborted: false, language: 'Lua' });
    expect(html.match(/<span class="tok-comment">-- one<\/span>/g)).toHaveLength(20);
  });

  it('rows 5, 7 and 8: shows hostile names and files as text', async () => {
    expect((await highlighted('evil.html')).html).not.toContain('<script');
    const { blob, html } = await highlighted(BIDI);
    expect(at(blob, 'name')).toBe(BIDI);
    expect(html).not.toContain('\u202E');
    expect(html).toContain('tok-bidi');
  });

  it('refuses a binary file, and says what it is', async () => {
    const { file, errors } = await highlighted('x.bin');
    expect(file).toBeNull();
    expect(errors[0]).toMatchObject({ extensions: { code: 'SEXTANT_HIGHLIGHT_BINARY' } });
  });
});
