import { describe, expect, it } from 'vitest';
import { loadExtractor } from './foreign-extractor.js';

const aModule = (body: string) => `data:text/javascript,${encodeURIComponent(body)}`;
const CONTENT = Buffer.from('größe und mehr');

async function read(body: string) {
  const problems: string[] = [];
  const extractor = await loadExtractor({ id: 'x', module: aModule(body) }, (problem) => problems.push(problem));
  return { symbols: extractor('X', CONTENT), problems };
}

describe('an extractor of another plugin', () => {
  it('is believed where its names stand where it says', async () => {
    const symbols = [
      { name: 'größe', kind: 'class', start: 0, container: -1 },
      { name: 'und', kind: 'method', start: 8, container: 0 },
    ];
    const { symbols: kept, problems } = await read(`export const extractSymbols = () => (${JSON.stringify(symbols)})`);
    expect(kept).toEqual(symbols);
    expect(problems).toEqual([]);
  });

  it('is not believed what is not there, twice there, out of order or of no kind', async () => {
    const symbols = [
      { name: 'wrong', kind: 'class', start: 0, container: -1 },
      { name: 'größe', kind: 'constructor of worlds', start: 0, container: 7 },
      { name: 'größe', kind: 'class', start: 0, container: -1 },
      { name: 'und', kind: 'method', start: 8, container: 0 },
      { name: 'mehr', kind: 'method', start: 12, container: 1 },
      { name: 'größe', kind: 'class', start: 0, container: -1 },
      { name: '', kind: 'class', start: 13, container: -1 },
    ];
    expect((await read(`export const extractSymbols = () => (${JSON.stringify(symbols)})`)).symbols).toEqual([
      { name: 'größe', kind: 'unknown', start: 0, container: -1 },
      { name: 'und', kind: 'method', start: 8, container: -1 },
      { name: 'mehr', kind: 'method', start: 12, container: 0 },
    ]);
  });

  it.each([
    ['export const nothing = 1', 'the symbol extractor "x" exports no function extractSymbols'],
    ['export const extractSymbols = () => { throw new Error("no luck") }', 'the symbol extractor "x" failed: no luck'],
    ['export const extractSymbols = () => 7', 'the symbol extractor "x" answered with something that is not a list of symbols'],
    ['export const extractSymbols = () => [null]', 'the symbol extractor "x" answered with something that is not a list of symbols'],
    ['export const extractSymbols = async () => []', 'the symbol extractor "x" answered with something that is not a list of symbols'],
    ['throw new Error("no luck")', 'the symbol extractor "x" could not be loaded: no luck'],
  ])('leaves its files to others, and says why: %s', async (body, problem) => {
    expect(await read(body)).toEqual({ symbols: undefined, problems: [problem] });
  });
});
