import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { withSymbols } from '../../../answer/unindexed-symbols.js';
import { InlineExecutor } from '../../../engine/inline-executor.js';
import { scanDocuments } from '../../../engine/scan-documents.js';
import type { ScanInput } from '../../../engine/scan-request.js';
import { SearchEngine } from '../../../engine/search-engine.js';
import { languageOf } from '../../../query/languages/languages.js';
import { IndexStore } from '../../index-store.js';
import { MemoryBlobSource, type MemoryTree } from '../../memory-blob-source.js';
import type { SymbolSources } from '../symbol-sources.js';
import type { CtagsProgram } from './ctags-program.js';
import { CtagsReader } from './ctags-reader.js';
import { findCtags } from './find-ctags.js';

let folder: string;
let found: CtagsProgram | string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sextant-ctags-'));
  found = await findCtags(folder);
});
afterAll(() => rmSync(folder, { recursive: true }));

const SOURCES: Record<string, [source: string, expected: string[]]> = {
  TypeScript: [
    'namespace N {\n  export class Größe extends B {\n    x = 1;\n    area(): number { return 1; }\n  }\n}\nenum E { A }\n',
    ['N namespace', 'N.Größe class', 'Größe.x property', 'Größe.area method', 'E enum', 'E.A enum-member'],
  ],
  Python: [
    'LIMIT = 1\nclass A(B):\n    size = 2\n    def run(self):\n        pass\n\ndef top(run): pass\n',
    ['LIMIT variable', 'A class', 'A.size field', 'A.run method', 'top function'],
  ],
  Go: [
    'package a\ntype Store struct {\n\tname string\n}\nfunc (s *Store) Get(key string) string { return s.name }\nfunc New() *Store { return nil }\n',
    ['a package', 'a.Store struct', 'Store.name field', 'Store.Get method', 'a.New function'],
  ],
  'C++': [
    'namespace ns {\nclass Foo {\n public:\n  int bar(int x) { return x; }\n  int size_;\n};\n}\nint ns::Foo::baz(int a) { return a; }\n#define MAX(a) a\n',
    ['ns namespace', 'ns.Foo class', 'Foo.bar method', 'Foo.size_ field', 'Foo.baz method', 'MAX macro'],
  ],
  C: ['#pragma once\ntemplate <class T>\nclass Foo {\n public:\n  int bar() { return 1; }\n};\n', ['Foo class', 'Foo.bar method']],
  Rust: [
    'pub struct Point { x: i32 }\npub trait Shape { fn area(&self) -> f64; }\nimpl Shape for Point { fn area(&self) -> f64 { 1.0 } }\nmod inner { fn deep() {} }\n',
    [
      'Point struct',
      'Point.x field',
      'Shape trait',
      'Shape.area method',
      'Point class',
      'Point.area method',
      'inner module',
      'inner.deep function',
    ],
  ],
  Java: [
    'package a.b;\npublic class Shop {\n  static final int MAX = 3;\n  enum Kind { GOOD }\n  Shop() {}\n  void sell(int n) {}\n}\n',
    ['a.b package', 'Shop class', 'Shop.MAX field', 'Shop.Kind enum', 'Kind.GOOD enum-member', 'Shop.Shop method', 'Shop.sell method'],
  ],
  Ruby: [
    'module M\n  class C\n    def self.make; end\n    def run?; end\n  end\nend\n',
    ['M module', 'M.C class', 'C.make method', 'C.run? method'],
  ],
  PHP: [
    '<?php\nnamespace App;\nclass A {\n  const X = 1;\n  public $size = 2;\n  function run() {}\n}\n',
    ['App namespace', 'App.A class', 'A.X constant', 'A.size field', 'A.run method'],
  ],
  Lua: ['local function helper() end\nfunction M.run() end\n', ['helper function', 'M.run function']],
};

describe('symbols by ctags', () => {
  beforeEach((context) => {
    if (typeof found === 'string') context.skip(`${found}: a fake one is tested in its place`);
  });
  const program = () => found as CtagsProgram;

  it.each(Object.entries(SOURCES))('are the definitions of %s with their kinds and containers', async (language, [source, expected]) => {
    const reader = new CtagsReader(program());
    const content = Buffer.from(source);
    const symbols = (await reader.read(language, content))!;
    reader.close();
    for (const { name, start } of symbols) expect(content.toString('utf8', start, start + Buffer.byteLength(name))).toBe(name);
    expect(symbols.map(({ name, kind, container }) => `${container < 0 ? '' : `${symbols[container]!.name}.`}${name} ${kind}`)).toEqual(
      expected,
    );
  });

  it('are those of the index and of a revision without one alike, and another way of reading them builds the index anew', async () => {
    const ctags: SymbolSources = { modules: [], ctags: program() };
    const tree: MemoryTree = {
      'a.lua': 'function hidden() end\n',
      'b.py': 'class B:\n    def hidden(self): pass\n',
      'c.scala': 'def hidden = 1\n',
    };
    const source = new MemoryBlobSource();
    const store = await IndexStore.open(join(folder, 'index'), { languageOf, retireAfter: 0 });
    const update = () =>
      store.update({ repository: { id: 1, name: 'r' }, branches: [{ name: 'main', commit: source.commit(tree) }], source });
    await update();
    const pattern = { source: 'hidden', kind: 'literal', caseSensitive: true } as const;
    const request = {
      expr: { op: 'match', in: ['symbol'], pattern },
      want: 'symbol',
      limits: { maxMatches: 100, maxDocuments: 100, contextLines: 0, deadline: 10_000, countAll: false },
      signal: new AbortController().signal,
    } as const;
    const engine = new SearchEngine(store, new InlineExecutor());
    const indexed = async () => {
      const found: string[] = [];
      for await (const event of engine.search({ ...request, scope: { repositories: [{ id: 1 }] } }))
        if (event.type === 'documents')
          found.push(...event.documents.flatMap(({ path, symbols }) => symbols.map((s) => `${path} ${s.container ?? ''}.${s.name}`)));
      return found.sort();
    };
    expect(await indexed()).toEqual(['b.py B.hidden', 'c.scala .hidden']);
    store.use({ languageOf, retireAfter: 0, symbols: ctags });
    expect(await store.isCurrent({ id: 1, name: 'r' }, [{ name: 'main', commit: source.commit(tree) }])).toBe(false);
    expect(await update()).toMatchObject({ changed: true, blobsRead: 3, problems: [] });
    const byIndex = await indexed();
    expect(byIndex).toEqual(['a.lua .hidden', 'b.py B.hidden', 'c.scala .hidden']);
    const scanned: string[] = [];
    async function* documents(): AsyncGenerator<ScanInput> {
      for (const [path, text] of Object.entries(tree)) yield { path, oid: path, content: Buffer.from(String(text)) };
    }
    const scan = { ...request, repository: { id: 1 }, revision: 'main', commit: 'c', languageOf };
    for await (const event of scanDocuments(scan, withSymbols(documents(), ctags, languageOf), new InlineExecutor()))
      if (event.type === 'documents')
        scanned.push(...event.documents.flatMap(({ path, symbols }) => symbols.map((s) => `${path} ${s.container ?? ''}.${s.name}`)));
    expect(scanned.sort()).toEqual(byIndex);
    await engine.close();
  });

  it('are read in a sandbox where ctags has one', () => {
    if (process.platform === 'linux') expect(program().sandboxed).toBe(true);
  });
});

describe('ctags that cannot be used', () => {
  it('is told of in words, and is not asked', async () => {
    const path = process.env.PATH;
    process.env.PATH = folder;
    try {
      expect(await findCtags(folder)).toBe('universal-ctags is not installed, or not in PATH');
    } finally {
      process.env.PATH = path;
    }
    if (typeof found === 'string') return;
    expect(await findCtags(join(folder, 'nowhere'))).toMatch(/does not answer; it needs a temporary folder that it may write to/);
  });
});
