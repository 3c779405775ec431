import { createHash } from 'node:crypto';

/** Exhaustive searches over everything: contents, paths, symbols, filters, revisions. */
const QUERIES = [
  ['needle_', 'literal'],
  ['needle_ka', 'literal'],
  ["return 'kalo", 'literal'],
  ['\\bneedle_(ka|lo)\\w+\\(', 'regexp'],
  ['kamiren vorpexqui', 'literal'],
  ['needle_ lang:typescript', 'literal'],
  ['needle_ file:\\.py$', 'literal'],
  ['-file:\\.(ts|go)$ needle_tu', 'literal'],
  ['type:path \\.md$', 'regexp'],
  ['type:symbol needle_', 'literal'],
  ['needle_ repo:upstream-00', 'literal'],
  ['needle_sa OR needle_vor', 'standard'],
];

/** What differs between two installations with the same answers: when they looked. */
const VOLATILE = new Set(['repoLastFetched', 'indexedAt', 'repositoryID']);

/**
 * Asks every query for all of its matches. @returns {Promise<{sha256: string, matches: number, incomplete: string[]}>} `incomplete`: in the words of each
 * answer that did not cover everything.
 */
export async function answersOf(url) {
  const hash = createHash('sha256');
  const incomplete = [];
  let matches = 0;
  for (const [query, t] of QUERIES) {
    const response = await fetch(`${url}/.api/search/stream?${new URLSearchParams({ q: `${query} count:all timeout:60s`, t })}`);
    if (!response.ok) throw new Error(`"${query}" was answered with ${response.status}: ${await response.text()}`);
    const found = [];
    let exhaustive = false;
    for (const frame of (await response.text()).split('\n\n')) {
      const [, event, data] = /^event: (\w+)\ndata: (.*)$/.exec(frame) ?? [];
      if (event === 'matches')
        for (const match of JSON.parse(data)) found.push(JSON.stringify(match, (key, value) => (VOLATILE.has(key) ? undefined : value)));
      if (event === 'verdict') {
        const verdict = JSON.parse(data);
        exhaustive = verdict.exhaustive;
        if (!exhaustive) incomplete.push(`${query}: ${verdict.words}`);
      }
    }
    matches += found.length;
    hash.update(`${query}\0${found.sort().join('\n')}\0`);
  }
  return { sha256: hash.digest('hex'), matches, incomplete };
}

export const queryCount = QUERIES.length;
