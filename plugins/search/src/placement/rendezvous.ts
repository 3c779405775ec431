/**
 * Rendezvous hashing: the nodes by their hash with the repository, greatest first. A node more or less moves only its own
 * share: it is put in or taken out of the order, which is otherwise as it was.
 */
export function byPreference(nodes: readonly string[], repository: number): readonly string[] {
  return nodes
    .map((node) => ({ node, weight: hash(`${node}\0${repository}`) }))
    .sort((a, b) => b.weight - a.weight || (a.node < b.node ? -1 : 1))
    .map(({ node }) => node);
}

/** FNV-1a, with the final mix of MurmurHash3: names that differ in their last letter must not go together. */
function hash(text: string): number {
  let h = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193);
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}
