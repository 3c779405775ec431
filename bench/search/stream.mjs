/**
 * One search by the public stream, without lines of context.
 * @param {{display?: number, signal?: AbortSignal, keep?: boolean}} options `display` 0 only counts; `keep` answers the matches too
 * @returns {Promise<{milliseconds: number, firstMatch: number | undefined, matchCount: number, words: string, alert: string | undefined, matches: object[]}>}
 *   `firstMatch` in milliseconds; `matches` as the stream has them, in its order
 */
export async function search(url, { q, t }, { display, signal, keep = false } = {}) {
  const begun = performance.now();
  const asked = new URLSearchParams({ q, t, cm: 't', cl: '0', ...(display === undefined ? {} : { display: String(display) }) });
  const response = await fetch(`${url}/.api/search/stream?${asked}`, { signal });
  if (!response.ok) throw new Error(`The search "${q}" was answered with ${response.status}: ${await response.text()}`);
  let firstMatch;
  const chunks = [];
  for await (const chunk of response.body) {
    chunks.push(chunk);
    if (firstMatch === undefined && Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length).includes('event: matches'))
      firstMatch = performance.now() - begun;
  }
  const milliseconds = performance.now() - begun;
  const answer = { milliseconds, firstMatch, matchCount: 0, words: '', alert: undefined, matches: [] };
  for (const frame of Buffer.concat(chunks).toString().split('\n\n')) {
    const [, event, data] = /^event: (\w+)\ndata: (.*)$/.exec(frame) ?? [];
    if (event === 'progress') answer.matchCount = JSON.parse(data).matchCount;
    else if (event === 'matches' && keep) for (const match of JSON.parse(data)) answer.matches.push(match);
    else if (event === 'verdict') answer.words = JSON.parse(data).words;
    else if (event === 'alert') answer.alert = JSON.parse(data).title;
    else if (event === 'error') throw new Error(`The search "${q}" failed: ${JSON.parse(data).message}`);
  }
  return answer;
}

/** Where the matches are, as ripgrep says it: `<repository>/<path>:<line>`, the line from 1, or without the line. */
export function placesOf(matches, counted) {
  const places = new Set();
  for (const { repository, path, chunkMatches = [] } of matches) {
    const file = `${repository.split('/').at(-1)}/${path}`;
    if (counted === 'files') places.add(file);
    else for (const { ranges } of chunkMatches) for (const { start } of ranges) places.add(`${file}:${start.line + 1}`);
  }
  return places;
}
