import { describe, expect, it } from 'vitest';
import { aPart, EngineBench, hello, user } from './an-engine.js';

const code = aPart('code', 'type Blob { path: String } extend type Query { blob: Blob }', { Query: { blob: () => ({ path: 'a' }) } });
const failures = async (bench: EngineBench, query: string, options: Parameters<EngineBench['ask']>[1] = {}) =>
  (await bench.ask(query, options)).errors?.map(({ message, extensions }) => [extensions['code'], extensions['system'], message]);
const NOT_INSTALLED = 'SEXTANT_GRAPHQL_NOT_INSTALLED';

describe('an operation of a system that is not installed', () => {
  const bench = new EngineBench([hello, code]);

  it.each([
    ['a query', 'query Preview { hello resolveWorkspacesForBatchSpec(batchSpec: "") { repository { id } } }', 'Batch changes are'],
    [
      'a query with a variable of an unknown type',
      'query SearchJobs($orderBy: SearchJobsOrderBy!) { searchJobs(orderBy: $orderBy) { nodes { ...Fields } } } fragment Fields on SearchJob { id }',
      'Search jobs are',
    ],
    ['a mutation', 'mutation Apply($id: ID!) { applyBatchChange(batchSpec: $id) { url } }', 'Batch changes are'],
    ['a node of a kind', 'query Job($id: ID!) { node(id: $id) { ... on SearchJob { id state } } }', 'Search jobs are'],
    ['a root field in a fragment', '{ ...F } fragment F on Query { savedSearches { nodes { id } } }', 'Saved searches are'],
    ['an input', 'mutation ($i: CodeownersFileInput!) { addCodeownersFile(input: $i) { contents } }', 'Code ownership is'],
  ])('says which system, in place of what does not fit the schema: %s', async (_name, query, sentence) => {
    const system = sentence.replace(/ (?:is|are)$/, '');
    expect(await failures(bench, query)).toEqual([
      [NOT_INSTALLED, system, expect.stringMatching(`^${sentence} not part of this installation\\.`)],
    ]);
  });

  it('tells everybody the same, and names each system once', async () => {
    const query = '{ searchContexts { nodes { id } } savedSearches { id } searchContextBySpec(spec: "x") { id } }';
    for (const actor of [undefined, user])
      expect((await failures(bench, query, actor ? { actor } : {}))?.map(([code, system]) => [code, system])).toEqual([
        [NOT_INSTALLED, 'Search contexts'],
        [NOT_INSTALLED, 'Saved searches'],
      ]);
  });

  it('leaves a mistake in what is installed what it is', async () => {
    expect(await failures(bench, '{ helo }')).toEqual([['SEXTANT_GRAPHQL_INVALID', undefined, expect.stringContaining('Did you mean')]]);
    expect(await failures(bench, '{ blob { batchChanges { id } } }')).toEqual([
      ['SEXTANT_GRAPHQL_INVALID', undefined, expect.stringContaining('batchChanges')],
    ]);
  });

  it('is answered by the plugin that contributes the field, and only what it lacks is not installed', async () => {
    const jobs = aPart('jobs', 'type SearchJob { id: ID! } extend type Query { searchJobs: [SearchJob!] }', {
      Query: { searchJobs: () => [{ id: '1' }] },
    });
    const other = new EngineBench([hello]);
    expect((await failures(other, '{ searchJobs { id } }'))?.[0]?.[0]).toBe(NOT_INSTALLED);
    other.engine.compose([hello, jobs]);
    expect(await other.ask('{ searchJobs { ... on SearchJob { id } } }')).toMatchObject({ data: { searchJobs: [{ id: '1' }] } });
    expect((await failures(other, '{ searchJobs { state } }'))?.[0]?.[0]).toBe('SEXTANT_GRAPHQL_INVALID');
    expect((await failures(other, 'mutation { createSearchJob(query: "x") { id } }'))?.[0]?.[1]).toBe('Search jobs');
    other.engine.compose([hello]);
    expect((await failures(other, '{ searchJobs { id } }'))?.[0]?.[0]).toBe(NOT_INSTALLED);
  });
});
