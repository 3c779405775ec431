import type { Running } from '@sextant/preset';

/** A line with a request that will be answered; empty where nothing searches. */
export function firstSearch({ url, localMode, active }: Running): string {
  if (!active.has('search')) return '';
  const credential = localMode ? '' : '-H "Authorization: token $SRC_ACCESS_TOKEN" ';
  return `Try it: curl -s ${credential}'${url}/.api/search/stream?q=TODO'\n`;
}
