import type { Repositories } from '@sextant/plugin-code-host/api';
import type { Finding, SystemCheck } from '@sextant/plugin-site/api';
import type { SearchEngine } from '../engine/contract.js';
import type { SearchNodeStore } from '../storage/search-node-store.js';
import { seenOf } from './seen-of.js';

/** Repositories that are named; the rest is counted. */
const NAMED = 50;

/** Do the search nodes answer, and is every shard whole? */
export const indexCheck = (parts: {
  readonly engine: Pick<SearchEngine, 'status'>;
  readonly repositories: Pick<Repositories, 'byIds'>;
  readonly rebuild: (repositoryId: number) => Promise<void>;
}): SystemCheck => ({
  name: 'index',
  async run({ actor, signal }) {
    const all = await parts.engine.status({ signal });
    const damaged = all.filter(({ state }) => state === 'degraded');
    const { seen, hidden } = await seenOf(parts.repositories, actor, damaged, ({ repository }) => repository);
    const findings = seen.slice(0, NAMED).map(({ repository: id, problems, name }): Finding => {
      return {
        level: 'error',
        what: `A part of the index of ${name} is damaged and was put aside: answers about it are incomplete.`,
        why: problems?.join(' '),
        code: 'SEXTANT_SEARCH_SHARD_DAMAGED',
        mend: { id: `rebuild:${id}`, does: `Builds what is missing of the index of ${name} now.`, run: () => parts.rebuild(id) },
      };
    });
    if (seen.length > NAMED) findings.push({ level: 'error', what: `${seen.length - NAMED} more repositories have damaged shards.` });
    findings.push(...hidden);
    if (findings.length === 0) findings.push({ level: 'ok', what: `The index of all ${all.length} indexed repositories is whole.` });
    return findings;
  },
});

/** What the process with the role index last saw of search processes. */
export const searchNodeCheck = (nodes: Pick<SearchNodeStore, 'list'>): SystemCheck => ({
  name: 'search-nodes',
  async run() {
    const all = await nodes.list();
    if (all.length === 0) return [{ level: 'warning', what: 'No search process was ever seen.', fix: 'Start one with the role search.' }];
    return all.map(({ name, isOnline, seenAt, problem, repositories }): Finding => {
      if (!isOnline)
        return {
          level: 'error',
          what: `The search node "${name}" does not report${seenAt === undefined ? '' : ` since ${seenAt.toISOString()}`}.`,
          code: 'SEXTANT_SEARCH_NO_NODE',
        };
      if (problem !== undefined) return { level: 'warning', what: `The search node "${name}" has a problem.`, why: problem };
      return { level: 'ok', what: `The search node "${name}" answers, and holds ${repositories} repositories.` };
    });
  },
});
