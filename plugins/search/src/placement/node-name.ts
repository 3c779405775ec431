import { hostname } from 'node:os';
import type { ConfigOf } from '@sextant/sdk';
import { type config, searchNodeName } from '../config.js';

/** How a search process is called where nodes are named: by its configuration, else as its machine. */
export function nodeName({ node }: Pick<ConfigOf<typeof config>, 'node'>): string {
  if (node !== undefined) return node;
  const host = hostname().toLowerCase();
  return searchNodeName.safeParse(host).success ? host : 'search';
}
