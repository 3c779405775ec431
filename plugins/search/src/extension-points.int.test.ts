import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import codeHost from '@sextant/plugin-code-host';
import codeHostLocal from '@sextant/plugin-code-host-local';
import git from '@sextant/plugin-git';
import identity from '@sextant/plugin-identity';
import search from '@sextant/plugin-search';
import { languages, symbolExtractors } from '@sextant/plugin-search/api';
import { definePart, definePlugin, z } from '@sextant/sdk';
import { startTestKernel, type TestKernel } from '@sextant/sdk/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { aSextant, type SextantConfig, TestRepository, type TestSextant } from './testing/a-sextant.js';

/** Recipes begin with the word "brew"; a broken one ends the extractor. */
const EXTRACTOR = `
export function extractSymbols(language, content) {
  const text = content.toString('latin1');
  if (text.includes('spilled')) throw new Error('the pot was empty');
  return [...text.matchAll(/^(brew )(\\w+)/gm)].map(({ index, 1: before, 2: name }) => ({ name, kind: 'function', start: index + before.length, container: -1 }));
}
`;
const aPlugin = (module: string) => {
  const config = z.object({});
  const part = definePart(config)({
    deps: {},
    register(r) {
      r.contribute(languages, () => ({ name: 'Brew', aliases: ['tea'], extensions: ['.brew'], fileNames: ['Teapot'] }));
      r.contribute(symbolExtractors, () => ({ id: 'brew', languages: ['Brew', 'Python'], module, version: 1 }));
    },
  });
  return definePlugin({
    id: 'brew',
    version: '1.0.0',
    title: 'Brew',
    summary: 'A language that nobody else knows.',
    engines: { kernel: '^1.0.0' },
    toggle: 'default-on',
    config,
    parts: { api: async () => ({ default: part }), index: async () => ({ default: part }) },
  });
};

let sextant: TestSextant<TestKernel>;
beforeAll(async () => {
  let head = '';
  const start = (config: SextantConfig) => {
    const { localPaths } = config.plugins['code-host'] as { readonly localPaths: readonly string[] };
    const module = join(localPaths[0]!, 'brew-symbols.mjs');
    writeFileSync(module, EXTRACTOR);
    return startTestKernel({
      plugins: [identity, codeHost, codeHostLocal, git, search, aPlugin(pathToFileURL(module).href)],
      config,
    });
  };
  sextant = await aSextant(start, (root) => {
    const repository = new TestRepository(join(root, 'kitchen'));
    head = repository.commit({
      'a.brew': 'brew assam\n  5 minutes\nbrew darjeeling\n',
      Teapot: 'brew sencha\n',
      'spilled.py': '# spilled\ndef assam_fallback(): pass\n',
      'other.rb': 'def assam; end\n',
    });
  });
  await sextant.indexed('kitchen', head);
});
afterAll(() => sextant?.close());

const found = async (query: string): Promise<readonly string[]> => {
  const { matches, verdict } = await sextant.search(query);
  expect(verdict.exhaustive).toBe(true);
  return matches.map(({ path }) => path ?? '').sort();
};

describe('a language that a plugin brings', () => {
  it.each(['', ' index:no'])('is what its files are of, by name and alias%s', async (where) => {
    expect(await found(`lang:brew type:path /./${where}`)).toEqual(['Teapot', 'a.brew']);
    expect(await found(`lang:Tea minutes${where}`)).toEqual(['a.brew']);
  });
});

describe('symbols that a plugin reads', () => {
  it.each(['', ' index:no'])('are found as others are, and those of other languages stay%s', async (where) => {
    expect(await found(`type:symbol sencha${where}`)).toEqual(['Teapot']);
    expect(await found(`type:symbol assam${where}`)).toEqual(['a.brew', 'other.rb', 'spilled.py']);
  });
});
