import { search } from './stream.mjs';

/**
 * How high the answers put what people judged to be wanted: of the files in the order of the stream, the first ten.
 * @param {{judgements: {q: string, wanted: string[]}[], of: string, note: (sentence: string) => void}} options `of`: what the set is called
 */
export async function ranking(url, { judgements, of, note }) {
  const ranks = [];
  let right = 0;
  let found = 0;
  let wantedInAll = 0;
  const low = [];
  // What a search has in its first batch depends on how soon it is there, and the first search of a shard opens it.
  for (const { q } of judgements) await search(url, { q, t: 'keyword' });
  for (const { q, wanted } of judgements) {
    const { matches } = await search(url, { q, t: 'keyword' }, { keep: true });
    const files = [...new Set(matches.filter(({ path }) => path).map(({ repository, path }) => `${repository.split('/').at(-1)}/${path}`))];
    const rank = files.slice(0, 10).findIndex((file) => wanted.includes(file)) + 1;
    ranks.push(rank === 0 ? 0 : 1 / rank);
    if (files[0] === wanted[0]) right++;
    found += wanted.filter((file) => files.slice(0, 3).includes(file)).length;
    wantedInAll += wanted.length;
    if (rank !== 1) low.push(`${q} (${rank === 0 ? 'not in the first ten' : `rank ${rank}`}; first ${files[0] ?? 'nothing'})`);
  }
  if (low.length > 0) note(`Ranking of ${of}, not first: ${low.join('; ')}`);
  const share = (measure, value) => ({ measure, value, unit: 'of 1' });
  return [
    share(
      `ranking, ${judgements.length} judgements of ${of}: mean reciprocal rank`,
      ranks.reduce((sum, one) => sum + one, 0) / ranks.length,
    ),
    share('  recall@1, the best judged file', right / judgements.length),
    share('  recall@1, any judged file', ranks.filter((one) => one === 1).length / judgements.length),
    share('  recall@3, all judged files', found / wantedInAll),
  ];
}
