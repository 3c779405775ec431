import type { HeapProfiler } from 'node:inspector';

/** Share of all that was sampled from which on a plugin is to blame. */
const MOST = 0.5;

/**
 * Whose code allocated most of what is alive. An allocation belongs to the innermost plugin on its stack: the library that a plugin calls
 * allocates for it.
 * @param homes per plugin, the URL that those of its files begin with
 * @returns undefined when no plugin holds half of it.
 */
export function blameAllocations(profile: HeapProfiler.SamplingHeapProfile, homes: Readonly<Record<string, string>>): string | undefined {
  const bytes = new Map<string, number>();
  let all = 0;
  const ownerOf = (url: string): string | undefined => Object.entries(homes).find(([, home]) => url.startsWith(home))?.[0];
  // Deep stacks are no reason to overflow this one.
  const open: { readonly node: HeapProfiler.SamplingHeapProfileNode; readonly owner: string | undefined }[] = [
    { node: profile.head, owner: undefined },
  ];
  for (let next = open.pop(); next; next = open.pop()) {
    const { node } = next;
    const owner = ownerOf(node.callFrame.url) ?? next.owner;
    all += node.selfSize;
    if (owner !== undefined) bytes.set(owner, (bytes.get(owner) ?? 0) + node.selfSize);
    for (const child of node.children) open.push({ node: child, owner });
  }
  const heaviest = [...bytes].sort((a, b) => b[1] - a[1])[0];
  return heaviest && heaviest[1] >= all * MOST ? heaviest[0] : undefined;
}
