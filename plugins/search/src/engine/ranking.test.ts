import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { IndexStore } from '../index/index-store.js';
import { MemoryBlobSource, type MemoryTree } from '../index/memory-blob-source.js';
import { languageOf } from '../query/languages/languages.js';
import type { DocExpr } from './contract.js';
import { InlineExecutor } from './inline-executor.js';
import { SearchEngine } from './search-engine.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sextant-ranking-'));
});
afterEach(() => rm(folder, { recursive: true }));

/** The paths of a tree in the order in which a search for these words has them. */
async function order(tree: MemoryTree, ...words: readonly string[]): Promise<string[]> {
  const source = new MemoryBlobSource();
  const store = await IndexStore.open(folder, { languageOf, retireAfter: 0 });
  await store.update({ repository: { id: 1, name: 'r' }, branches: [{ name: 'main', commit: source.commit(tree) }], source });
  const engine = new SearchEngine(store, new InlineExecutor());
  const of = words.map(
    (word): DocExpr => ({
      op: 'match',
      in: ['content', 'path'],
      pattern: { kind: 'literal', source: word, caseSensitive: false },
    }),
  );
  const paths: string[] = [];
  for await (const event of engine.search({
    scope: { repositories: [{ id: 1 }] },
    expr: of.length === 1 ? of[0]! : { op: 'and', of },
    want: 'content',
    limits: { maxMatches: 1_000, maxDocuments: 1_000, contextLines: 0, deadline: 60_000, countAll: false },
    hold: 60_000,
    signal: new AbortController().signal,
  }))
    if (event.type === 'documents') paths.push(...event.documents.map(({ path }) => path));
  await engine.close();
  return paths;
}

describe('of a name, a search puts first', () => {
  it('its definition, before those who import it, and before fields and locals that are called alike', async () => {
    const tree = {
      'b/import.js': "const openStore = require('./elsewhere');\nopenStore(openStore);\n",
      'c/field.ts': 'class Options {\n  openStore: boolean;\n}\n',
      'd/definition-of-it.js': 'function openStore(path) {\n  return path;\n}\n',
    };
    expect(await order(tree, 'openStore')).toEqual(['d/definition-of-it.js', 'c/field.ts', 'b/import.js']);
  });

  it('what everybody may use, before what is for its own package', async () => {
    const tree = { 'wrap.rs': 'pub(crate) struct Engine(u8);\n', 'real.rs': 'pub struct Engine { size: u64, }\n' };
    expect(await order(tree, 'Engine')).toEqual(['real.rs', 'wrap.rs']);
  });

  it('the implementation, before its declarations', async () => {
    const tree = { 'a.d.ts': 'export declare class Agent {}\n', 'agent/impl.js': 'class Agent {}\nmodule.exports = Agent;\n' };
    expect(await order(tree, 'Agent')).toEqual(['agent/impl.js', 'a.d.ts']);
  });

  it('the file that is called so, however the parts of its name are separated', async () => {
    const body = 'export class RetryAgent {}\n';
    expect(await order({ 'a.js': body, 'http-retry.js': body, 'lib/retry-agent.js': body }, 'RetryAgent')).toEqual([
      'lib/retry-agent.js',
      'a.js',
      'http-retry.js',
    ]);
  });

  it('the method where it is defined, when it is asked for with its class', async () => {
    const tree = {
      'call.cc': '// See Store::Open, and Store::Open.\nint x = Store::Open();\n',
      'open.cc': 'Status Store::Open(const Options& o) {\n  return o;\n}\n',
    };
    expect(await order(tree, 'Store::Open')).toEqual(['open.cc', 'call.cc']);
  });
});

describe('of several words, a search puts first', () => {
  it('where they stand one after another, before where they stand on a line', async () => {
    const tree = { 'a.ts': '// checksum of the block: a mismatch\n', 'longer-name.ts': 'fail("block checksum mismatch");\n' };
    expect(await order(tree, 'block', 'checksum', 'mismatch')).toEqual(['longer-name.ts', 'a.ts']);
  });

  it('the definition whose name they are', async () => {
    const tree = { 'a.ts': '// A rate limiter limits the rate.\n', 'z.ts': 'export class RateLimiter {}\n' };
    expect(await order(tree, 'rate', 'limiter')).toEqual(['z.ts', 'a.ts']);
  });
});

describe('below what it is a test or copy of, a search puts', () => {
  const body = 'export class Store {}\n';

  it('the tests of vendored code, which stand behind that code', async () => {
    expect(await order({ 'deps/lib/store_test.ts': body, 'deps/lib/stores/s.ts': body, 'lib/stores/s.ts': body }, 'Store')).toEqual([
      'lib/stores/s.ts',
      'deps/lib/stores/s.ts',
      'deps/lib/store_test.ts',
    ]);
  });

  it('no test where tests are asked for', async () => {
    expect(await order({ 'src/z.ts': 'export class StoreTest {}\n', 'test/a.ts': 'export class StoreTest {}\n' }, 'StoreTest')).toEqual([
      'src/z.ts',
      'test/a.ts',
    ]);
    expect(await order({ 'src/longer.ts': body, 'test/store-test.ts': body }, 'Store', 'test')).toEqual(['test/store-test.ts']);
  });
});
