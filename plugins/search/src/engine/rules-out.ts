import type { Shard } from '../index/shard.js';
import type { Node } from './compiled-query.js';
import { mayBeInContent, mayBeInPaths } from './shard-candidates.js';

/** True when what is in memory of a shard tells that nothing in it matches: it need not be searched. Reads no file. */
export function rulesOut(node: Node, shard: Shard, repository: number): boolean {
  switch (node.op) {
    case 'and':
      return node.of.some((child) => rulesOut(child, shard, repository));
    case 'or':
      return node.of.every((child) => rulesOut(child, shard, repository));
    case 'const':
      return !node.value;
    case 'repository':
      return !node.ids.has(repository);
    case 'path':
      return !mayBeInPaths(node.atom.pattern.required, shard);
    case 'content':
      return !mayBeInContent(node.atom.pattern.required, shard);
    case 'match': {
      const { required } = node.atom.pattern;
      const inPath = node.in.has('path') && mayBeInPaths(required, shard);
      // The names of symbols stand in the content.
      const inContent = (node.in.has('content') || node.in.has('symbol')) && mayBeInContent(required, shard);
      return !inPath && !inContent;
    }
    default:
      return false;
  }
}
