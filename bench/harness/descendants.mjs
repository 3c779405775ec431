import { readdirSync, readFileSync } from 'node:fs';

/** A process and all its descendants, parents first. @param {number} root @returns {number[]} */
export function descendants(root) {
  const children = new Map();
  for (const entry of readdirSync('/proc')) {
    if (!/^\d+$/.test(entry)) continue;
    const stat = quietly(() => readFileSync(`/proc/${entry}/stat`, 'latin1'));
    if (stat === undefined) continue;
    const parent = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
    children.set(parent, [...(children.get(parent) ?? []), Number(entry)]);
  }
  const found = [root];
  for (const pid of found) found.push(...(children.get(pid) ?? []));
  return found;
}

/** For what is read of a process, or done to it: it may be gone at any moment. */
export function quietly(read) {
  try {
    return read();
  } catch {
    return undefined;
  }
}
