import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { SearchMatch } from '../api.js';
import { InlineExecutor } from '../engine/inline-executor.js';
import { SpreadEngine } from '../spread/spread-engine.js';
import { BlockingParser } from '../structural/blocking-parser.js';
import { MAX_PARSE_BYTES } from '../structural/contract.js';
import { admin, SearchWorld } from '../testing/a-search-world.js';

const compiled = new URL('../../dist/structural/', import.meta.url);

let world: SearchWorld;
beforeEach(async () => {
  world = await SearchWorld.open();
});
afterEach(() => world.close());

const structural = (query: string) => world.ask(`patterntype:structural ${query}`, admin);
type ContentMatch = Extract<SearchMatch, { type: 'content' }>;
const contents = (matches: readonly SearchMatch[]) => matches.filter((match): match is ContentMatch => match.type === 'content');

/** What was found, cut out of the lines that show it: by the positions that a client gets. */
const found = (matches: readonly SearchMatch[]): string[] =>
  contents(matches).flatMap(({ chunks }) =>
    chunks.flatMap(({ content, start, ranges }) =>
      ranges.map((range) => {
        const lines = content.split('\n').map((line) => [...line]);
        const [from, to] = [range.start.line - start.line, range.end.line - start.line];
        const cut = lines.slice(from, to + 1).map((line) => line.join(''));
        cut[cut.length - 1] = lines[to]!.slice(0, range.end.column).join('');
        cut[0] = [...cut[0]!].slice(range.start.column).join('');
        return cut.join('\n');
      }),
    ),
  );

describe('structural search', () => {
  it.each([
    ['JavaScript', 'a.js', 'const é = "日本😀"; log(é,\n  "b"); blog(1)', 'log($A, $B)', ['log(é,\n  "b")']],
    ['TypeScript', 'a.ts', 'const a: string = f(1); const b = 2;', 'const $N: $T = $V', ['const a: string = f(1);']],
    ['TSX', 'a.tsx', 'const a = <Button kind="x" />;', '<Button $$$ />', ['<Button kind="x" />']],
    ['Go', 'a.go', 'package m\nfunc f() { fmt.Println(a, b) }\n', 'fmt.Println($$$A)', ['fmt.Println(a, b)']],
    ['Python', 'a.py', 'def f(x):\n  return 1\n', 'def $F($$$A): $$$B', ['def f(x):\n  return 1']],
    ['Java', 'a.java', 'class A { void f() { if (x) { y(); } } }', 'if ($C) { $$$ }', ['if (x) { y(); }']],
    ['C', 'a.c', 'int f() { return printf("%d", 1); }', 'printf($$$A)', ['printf("%d", 1)']],
    ['C++', 'a.cpp', 'std::vector<int> a;', 'std::vector<$T>', ['std::vector<int>']],
    ['Rust', 'a.rs', 'fn f() { a().unwrap(); }', '$X.unwrap()', ['a().unwrap()']],
    ['Ruby', 'a.rb', 'puts foo(1)\n', 'foo($A)', ['foo(1)']],
    ['PHP', 'a.php', '<?php ECHO 1; echo 2;', 'echo $A;', ['ECHO 1;', 'echo 2;']],
    ['Shell', 'a.sh', 'grep -q x y\n', 'grep $$$ARGS', ['grep -q x y']],
    ['HTML', 'a.html', '<p><a href="u">t</a></p>', '<a href="u">$T</a>', ['<a href="u">t</a>']],
    ['CSS', 'a.css', 'a { color: red; }', '$S { $$$ }', ['a { color: red; }']],
  ])('finds code of a shape in %s, with an index and without', async (_language, path, content, pattern, expected) => {
    await world.add('a', { tree: { [path]: content } });
    for (const index of ['', 'index:no ']) {
      const { matches, verdict } = await structural(`${index}${pattern}`);
      expect(found(matches)).toEqual(expected);
      expect(verdict.exhaustive).toBe(true);
    }
  });

  it('tells what the metavariables stood for', async () => {
    await world.add('a', { tree: { 'a.js': '// é\nlog("😀", [1], g(2));\n' } });
    const { matches } = await structural('log($A, $$$REST)');
    expect(contents(matches)[0]?.captures).toEqual([
      { name: 'A', text: '"😀"', range: { start: { offset: 10, line: 1, column: 4 }, end: { offset: 16, line: 1, column: 7 } } },
      { name: 'REST', text: '[1], g(2)', range: { start: { offset: 18, line: 1, column: 9 }, end: { offset: 27, line: 1, column: 18 } } },
    ]);
  });

  it('keeps to filters, the wall and the limit like any search', async () => {
    await world.add('a', { tree: { 'a.js': 'f(1);\nf(2);\nf(3);\n', 'b.ts': 'f(4)\n', 'c.js': 'f(5)\n' } });
    await world.add('b', { tree: { 'a.js': 'f(6)\n' } });
    world.wall.hiddenPaths.set(1, new Set(['c.js']));
    world.wall.grant({ ...admin, siteAdmin: false, userId: 2, id: 'user:2' } as typeof admin, [1]);
    const ask = async (query: string) =>
      found(
        (await world.ask(`patterntype:structural ${query}`, { ...admin, siteAdmin: false, userId: 2, id: 'user:2' } as typeof admin))
          .matches,
      );
    expect((await ask('f($X)')).sort()).toEqual(['f(1)', 'f(2)', 'f(3)', 'f(4)']);
    expect(await ask('f($X) lang:typescript')).toEqual(['f(4)']);
    expect(await ask('f($X) -file:a.js')).toEqual(['f(4)']);
    expect(await ask('f($X) file:a.js count:2')).toEqual(['f(1)', 'f(2)']);
  });

  it('says how many files may hold a match and have no grammar', async () => {
    await world.add('a', {
      tree: { 'a.zig': 'foo(1)\n', 'b.zig': 'foo(2)\n', 'c.zig': 'bar(2)\n', 'a.md': 'foo(3)\n', 'a.js': 'foo(5)\n', HUH: 'foo(4)\n' },
    });
    for (const index of ['', 'index:no ']) {
      const { verdict, matches } = await structural(`${index}foo($X)`);
      expect(found(matches)).toEqual(['foo(5)']);
      expect(verdict.exhaustive).toBe(false);
      const said = verdict.reasons.find(({ reason }) => reason === 'not-parsed');
      expect(said).toMatchObject({ count: 4 });
      expect(said?.message.split('; ').sort()).toEqual([
        '1 file in Markdown has no structural grammar',
        '1 file of no known language has no structural grammar',
        '2 files in Zig have no structural grammar',
      ]);
      // Prose holds no code, so that it was not parsed leaves nothing out, unless somebody asks for it.
      expect((await structural(`${index}foo($X) -lang:zig`)).verdict.exhaustive).toBe(true);
      expect((await structural(`${index}foo($X) lang:markdown`)).verdict.exhaustive).toBe(false);
    }
  });

  it('adds up what several nodes could not parse', async () => {
    for (const name of ['a', 'b', 'c']) await world.add(name, { tree: { 'a.zig': 'foo(1)\n' } });
    world.node = new SpreadEngine([1, 2, 3].map((id) => ({ address: `node ${id}`, client: world.nodeWith(new Set([id])) })));
    expect((await structural('foo($X) file:zig')).verdict.words).toContain('3 files in Zig have no structural grammar');
  });

  it('says that a pattern is no code of the language that was named', async () => {
    await world.add('a', { tree: { 'a.js': 'foo(1)\n' } });
    const { verdict } = await structural('lang:javascript foo(');
    expect(verdict.words).toContain('The pattern cannot be read as JavaScript, of which 1 file may hold it');
    expect(verdict.exhaustive).toBe(false);
  });

  it('says which files are too large to parse, or not UTF-8', async () => {
    const large = `foo(1)\n${'x;'.repeat(MAX_PARSE_BYTES / 2)}`;
    await world.add('a', { tree: { 'large.js': large, 'latin.js': Buffer.from('foo("\xe9")', 'latin1'), 'a.js': 'foo(1)' } });
    const { verdict, matches } = await structural('foo($X)');
    expect(found(matches)).toEqual(['foo(1)']);
    expect(verdict.words).toContain('1 file in JavaScript is not UTF-8 and was not parsed');
    expect(verdict.words).toContain('1 file in JavaScript is too large to parse (over 512 KiB)');
  });

  it('answers that it is switched off, and reads nothing', async () => {
    await world.add('a', { tree: { 'a.js': 'foo(1)\n' } });
    world.settings = { ...world.settings, structural: false };
    const { verdict, matches, alert } = await structural('foo($X)');
    expect(matches).toEqual([]);
    expect(alert?.title).toBe('Structural search is switched off');
    expect(verdict).toMatchObject({ exhaustive: false, words: expect.stringContaining('switched off') });
  });

  it('refuses the holes of another template language with a code, and proposes metavariables', async () => {
    const { alert } = await structural('foo(:[x], ...)');
    expect(alert?.description).toContain('SEXTANT_SEARCH_TEMPLATE');
    expect(alert?.proposedQueries).toEqual([{ description: 'Use metavariables', query: 'patterntype:structural foo($X, $$$)' }]);
  });
});

describe('the process that parses', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sextant-parser-'));
    await writeFile(join(folder, 'package.json'), '{"type":"module"}');
    await writeFile(join(folder, 'parser-bridge.js'), `import '${new URL('parser-bridge.js', compiled)}';`);
  });
  afterEach(() => rm(folder, { recursive: true }));

  /** A world whose parser runs this at each question; `real` goes on to the real one. */
  const withParser = async (code: string): Promise<SearchWorld> => {
    const prelude = `import { writeFileSync } from 'node:fs'; const say = (text) => writeFileSync(${JSON.stringify(join(folder, 'said'))}, text);`;
    await writeFile(
      join(folder, 'parser-process.js'),
      `${prelude} process.on('message', (request) => { ${code} }); await import('${new URL('parser-process.js', compiled)}');`,
    );
    await world.close();
    return SearchWorld.open(() => new InlineExecutor(50, new BlockingParser(pathToFileURL(`${folder}/`))));
  };

  it('may crash: the file is named in the verdict, and the search goes on', async () => {
    world = await withParser(`if (Buffer.from(request.content).includes('boom')) process.abort();`);
    await world.add('a', { tree: { 'a.js': 'foo(1)\n', 'b.js': 'foo("boom")\n', 'c.js': 'foo(3)\n' } });
    for (const index of ['', 'index:no ']) {
      const { verdict, matches } = await structural(`${index}foo($X)`);
      expect(found(matches).sort()).toEqual(['foo(1)', 'foo(3)']);
      expect(verdict).toMatchObject({ exhaustive: false, words: expect.stringContaining('The parser crashed at 1 file in JavaScript') });
    }
  });

  it('is given up when it takes too long with one file', async () => {
    world = await withParser(`if (Buffer.from(request.content).includes('boom')) for (;;);`);
    await world.add('a', { tree: { 'a.js': 'foo(1)\n', 'b.js': 'foo("boom")\n', 'c.js': 'foo(3)\n' } });
    const { verdict, matches } = await structural('foo($X)');
    expect(found(matches).sort()).toEqual(['foo(1)', 'foo(3)']);
    expect(verdict.words).toContain('The parser gave up 1 file in JavaScript after 2 s each');
  });

  it('may not start at all, which every answer says', async () => {
    world = await withParser('');
    await writeFile(join(folder, 'parser-process.js'), 'process.exit(1)');
    await world.add('a', { tree: { 'a.js': 'foo(1)\n' } });
    const { verdict } = await structural('foo($X)');
    expect(verdict).toMatchObject({ exhaustive: false, words: expect.stringContaining('The parser crashed at 1 file in JavaScript') });
  });

  it('is ended when the deadline passes in the middle of a file', async () => {
    world = await withParser(`if (Buffer.from(request.content).includes('boom')) { say(String(process.pid)); for (;;); }`);
    await world.add('a', { tree: { 'a.js': 'foo(1)\n', 'b.js': 'bar("boom")\n' } });
    expect((await structural('foo($X)')).verdict.exhaustive).toBe(true); // The process is there: it takes a second where others have the machine.
    const { verdict } = await structural('bar($X) timeout:1s');
    expect(verdict.reasons.map(({ reason }) => reason)).toContain('timed-out');
    const pid = Number(readFileSync(join(folder, 'said'), 'utf8'));
    const runs = () => existsSync(`/proc/${pid}/stat`) && !/\) [ZX] /.test(readFileSync(`/proc/${pid}/stat`, 'latin1'));
    await expect.poll(runs).toBe(false);
  });

  it('is not started by other searches', async () => {
    world = await withParser(`say('asked');`);
    await world.add('a', { tree: { 'a.js': 'foo(1)\n' } });
    await world.ask('foo', admin);
    expect(existsSync(join(folder, 'said'))).toBe(false);
  });
});

describe('structural search on generated code', () => {
  interface Code {
    readonly text: string;
    /** The outermost calls of `f` with one argument. */
    readonly calls: readonly string[];
  }
  const leaf = fc.constantFrom('x', '1', '"f(1)"', "'é😀'", '/* f(1) */ y', '`f(1)`').map((text): Code => ({ text, calls: [] }));
  const code = fc.letrec<{ code: Code }>((tie) => ({
    code: fc.oneof(
      { maxDepth: 4 },
      leaf,
      fc
        .tuple(
          fc.constantFrom('f', 'f', 'f', 'g', 'fun', 'a.f'),
          fc.array(tie('code'), { maxLength: 3 }),
          fc.constantFrom(', ', ',', ',\n\t'),
        )
        .map(([name, args, comma]): Code => {
          const text = `${name}(${args.map((arg) => arg.text).join(comma)})`;
          return { text, calls: name === 'f' && args.length === 1 ? [text] : args.flatMap((arg) => arg.calls) };
        }),
      fc
        .array(tie('code'), { minLength: 1, maxLength: 3 })
        .map((items): Code => ({ text: `[${items.map((item) => item.text).join(', ')}]`, calls: items.flatMap((item) => item.calls) })),
    ),
  })).code;

  it('finds exactly the calls that were written, with an index and without', async () => {
    const files = fc.sample(fc.array(code, { minLength: 1, maxLength: 6 }), {
      numRuns: Number(process.env['SEXTANT_TEST_RUNS'] ?? 300),
      seed: Number(process.env['SEXTANT_TEST_SEED'] ?? 20260101),
    });
    await world.add('a', { tree: Object.fromEntries(files.map((file, i) => [`${i}.js`, file.map(({ text }) => `${text};\n`).join('')])) });
    const expected = files.map((file) => file.flatMap(({ calls }) => calls));
    expect(expected.flat().length).toBeGreaterThan(files.length / 5);
    for (const index of ['', 'index:no ']) {
      const { matches, verdict } = await structural(`${index}count:all f($X)`);
      expect(verdict.exhaustive).toBe(true);
      const byFile = new Map(contents(matches).map((match) => [match.path, found([match])]));
      expect(files.map((_, i) => byFile.get(`${i}.js`) ?? [])).toEqual(expected);
    }
  });
});
