import { readdirSync, readFileSync } from 'node:fs';

const quietly = (read) => {
  try {
    return read();
  } catch {
    return undefined;
  }
};

/** A process and all its descendants. @param {number} root @returns {number[]} */
export function descendants(root) {
  const children = new Map();
  for (const entry of readdirSync('/proc')) {
    if (!/^\d+$/.test(entry)) continue;
    const stat = quietly(() => readFileSync(`/proc/${entry}/stat`, 'latin1'));
    if (stat === undefined) continue;
    const parent = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
    children.set(parent, [...(children.get(parent) ?? []), Number(entry)]);
  }
  const found = [];
  const visit = (pid) => {
    found.push(pid);
    for (const child of children.get(pid) ?? []) visit(child);
  };
  visit(root);
  return found;
}

/** Ends all of them at once, without a chance to clean up. */
export function killAll(pids) {
  for (const pid of pids) quietly(() => process.kill(pid, 'SIGKILL'));
}
