/**
 * One search by the public stream.
 * @returns {Promise<{milliseconds: number, firstMatch: number | undefined, matchCount: number, files: number, words: string, alert: string | undefined}>}
 */
export async function search(url, q, t, signal) {
  const begun = performance.now();
  const response = await fetch(`${url}/.api/search/stream?${new URLSearchParams({ q, t, cm: 't' })}`, { signal });
  if (!response.ok) throw new Error(`The search "${q}" was answered with ${response.status}: ${await response.text()}`);
  let firstMatch;
  let text = '';
  const decoder = new TextDecoder();
  for await (const chunk of response.body) {
    text += decoder.decode(chunk, { stream: true });
    if (firstMatch === undefined && text.includes('event: matches')) firstMatch = performance.now() - begun;
  }
  const milliseconds = performance.now() - begun;
  let matchCount = 0;
  let files = 0;
  let words = '';
  let alert;
  for (const frame of text.split('\n\n')) {
    const [, event, data] = /^event: (\w+)\ndata: (.*)$/.exec(frame) ?? [];
    if (event === 'progress') ({ matchCount } = JSON.parse(data));
    else if (event === 'matches') files += JSON.parse(data).length;
    else if (event === 'verdict') ({ words } = JSON.parse(data));
    else if (event === 'alert') ({ title: alert } = JSON.parse(data));
  }
  return { milliseconds, firstMatch, matchCount, files, words, alert };
}
