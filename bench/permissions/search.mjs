// Run by forked(): a search over very many small repositories in a real index, behind the real wall, with git left out.
import { createHash } from 'node:crypto';
import codeHost from '@sextant/plugin-code-host';
import { repositories, visibility } from '@sextant/plugin-code-host/api';
import identity from '@sextant/plugin-identity';
import { accounts } from '@sextant/plugin-identity/api';
import outboundWebhooks from '@sextant/plugin-outbound-webhooks';
import permissions from '@sextant/plugin-permissions';
import site from '@sextant/plugin-site';
import { core, IdSet } from '@sextant/sdk';
import { piecesOf } from '../../plugins/permissions/dist/grants/bitmap.js';
import { RepositoryCatalog } from '../../plugins/search/dist/answer/repository-catalog.js';
import { SearchService } from '../../plugins/search/dist/answer/search-service.js';
import { InlineExecutor } from '../../plugins/search/dist/engine/inline-executor.js';
import { SearchEngine } from '../../plugins/search/dist/engine/search-engine.js';
import { IndexStore } from '../../plugins/search/dist/index/index-store.js';
import { holdingsOf } from '../../plugins/search/dist/placement/holdings.js';
import { kernelOf } from '../harness/kernel-of.mjs';
import { until } from '../harness/measure.mjs';
import { fillRepositories, SimulatedForge } from './simulated-forge.mjs';

const { dataDir, index, repositories: count, seen, rounds } = JSON.parse(process.argv[2]);
const QUERIES = ['marker_7', 'compute total', 'type:path part', 'absentEverywhere'];
const oidOf = (content) => createHash('sha1').update(`blob ${content.length}\0`).update(content).digest('hex');

const forge = new SimulatedForge(1, count);
const kernel = await kernelOf({
  plugins: [identity, site, codeHost, outboundWebhooks, permissions, forge.plugin],
  dataDir,
  config: {
    plugins: { 'code-host': { connections: [{ kind: 'FORGE', displayName: 'Forge', config: {} }], repoListUpdateInterval: '24h' } },
  },
});
await kernel.start();
const codeHostDb = kernel.service(core.storage, 'code-host');
const db = kernel.service(core.storage, 'permissions');
const clock = kernel.service(core.clock, 'code-host');
await until(async () => (await codeHostDb.query('SELECT FROM connections WHERE last_sync_at IS NOT NULL')).length > 0, 'the first list');
const [{ id: connectionId }] = await codeHostDb.query('SELECT id FROM connections');
const first = await fillRepositories(codeHostDb, connectionId, count);
const user = await kernel.service(accounts, 'identity').create({ username: 'user-0' });
const actor = { kind: 'user', id: `user:${user.id}`, userId: user.id, username: user.username, siteAdmin: false, via: 'session' };

// A fifth of the repositories, the rest of which is hidden once the connection leaves it to its host.
const granted = IdSet.of(Array.from({ length: seen }, (_, i) => first + i * 5));
const [{ id: source }] = await db.query(
  `INSERT INTO sources (user_id, service_type, service_id, key, username, synced_at) VALUES ($1, 'forge', 'https://forge.example.com/', 'name:user-0', 'user-0', now()) RETURNING id`,
  [user.id],
);
for (const { piece, bits } of piecesOf(granted))
  await db.query('INSERT INTO grants (source_id, piece, bits) VALUES ($1, $2, $3)', [source, piece, bits]);
await db.query(`INSERT INTO people (user_id) VALUES ($1) ON CONFLICT (user_id) DO UPDATE SET version = nextval('versions')`, [user.id]);

const begun = performance.now();
const store = await IndexStore.open(index, { languageOf: () => undefined, retireAfter: 0 });
const heads = new Map();
const indexOne = async (i) => {
  const files = [0, 1, 2].map((file) => [
    `part_${file}.js`,
    Buffer.from(`// marker_${i % 1_000}_${file}\nexport const compute = (input) => input + ${i};\nlet total = compute(${file});\n`),
  ]);
  const contents = new Map(files.map(([, content]) => [oidOf(content), content]));
  const commit = createHash('sha1').update(String(i)).digest('hex');
  heads.set(first + i, commit);
  await store.update({
    repository: { id: first + i, name: `forge/r${i}` },
    branches: [{ name: 'main', commit }],
    source: {
      async *listTree() {
        for (const [path, content] of files) yield { path, oid: oidOf(content), mode: 0o100644, size: content.length };
      },
      async *readBlobs(oids) {
        for (const oid of oids) yield { oid, content: contents.get(oid) };
      },
    },
  });
  if (i % 5_000 === 4_999) console.error(`  ${i + 1} indexed after ${Math.round((performance.now() - begun) / 1_000)} s`);
};
let next = 0;
const some = async () => {
  while (next < count) await indexOne(next++);
};
await Promise.all(Array.from({ length: 8 }, some));
const indexSeconds = (performance.now() - begun) / 1_000;

const engine = new SearchEngine(store, new InlineExecutor());
const wall = kernel.service(visibility, 'code-host');
const records = kernel.service(repositories, 'code-host');
const states = new Map([...heads].map(([id, commit]) => [id, { repositoryId: id, status: 'cloned', head: { branch: 'main', commit } }]));
const log = { debug() {}, info() {}, warn() {}, error() {}, child: () => log };
const service = new SearchService({
  engine: {
    search: (o) => engine.search(o),
    explain: ({ scope }) => engine.explain(scope),
    status: ({ repositories: ids }) => store.list(ids),
    holdings: async ({ knows }) => holdingsOf(await store.manifests(), knows),
    skippedFiles: ({ repository, ...page }) => store.skipped(repository, page),
  },
  scanner: new InlineExecutor(),
  git: {},
  mirrors: { states: async () => states },
  repositories: records,
  visibility: wall,
  catalog: new RepositoryCatalog(records, wall, () => performance.now()),
  clock,
  log,
  meter: { span: (_name, work) => work({ set: () => undefined }) },
  rankers: [],
  predicates: [],
  resultSources: [],
  isLarge: () => false,
  damaged: () => undefined,
  settings: () => ({
    defaultTimeout: 60_000,
    maxTimeout: 60_000,
    defaultLimit: 500,
    structural: false,
    suggestTimeout: 10_000,
    unindexedBytes: 1 << 30,
    unindexedRepositories: 50,
    historyRepositories: 50,
    historyRepositoriesInTime: 10_000,
  }),
});
const ask = async (query) => {
  const started = performance.now();
  let matches = 0;
  for await (const event of service.search({ query, actor, signal: new AbortController().signal }))
    if (event.type === 'matches') matches += event.matches.length;
  return { milliseconds: performance.now() - started, matches };
};

/** Whether the connection leaves it to its host; when it is done, every process that asks knows. */
async function enforce(on) {
  await codeHostDb.query('UPDATE connections SET enforces_permissions = $1', [on]);
  await codeHostDb.query('UPDATE wall_state SET epoch = epoch + 1');
  await until(async () => (await wall.of(actor)).unrestricted !== on, 'the wall');
}

const queries = Object.fromEntries(QUERIES.map((query) => [query, { restricted: [], open: [] }]));
const list = { 'a page of repositories': { restricted: [], open: [] }, 'their number': { restricted: [], open: [] } };
const walls = { warm: [], cold: [] };
const timed = async (work) => {
  const started = performance.now();
  await work();
  return performance.now() - started;
};
for (let round = -1; round < rounds; round++)
  for (const on of round % 2 === 0 ? [true, false] : [false, true]) {
    await enforce(on);
    if (on) {
      const number = await records.count(actor, {});
      if (number !== seen) throw new Error(`${number} repositories are seen, not ${seen}`);
    }
    const side = on ? 'restricted' : 'open';
    await ask('warm up the catalogue');
    for (const query of QUERIES) {
      const { milliseconds } = await ask(query);
      if (round >= 0) queries[query][side].push(milliseconds);
    }
    if (round < 0) continue;
    list['a page of repositories'][side].push(await timed(() => records.list(actor, {}, { limit: 100 })));
    list['their number'][side].push(await timed(() => records.count(actor, {})));
    if (!on) continue;
    walls.warm.push(
      (await timed(async () => {
        for (let i = 0; i < 1_000; i++) await wall.of(actor);
      })) / 1_000,
    );
    await db.query(`UPDATE people SET version = nextval('versions') WHERE user_id = $1`, [user.id]);
    await new Promise((resolve) => setTimeout(resolve, 1_050));
    walls.cold.push(await timed(() => wall.of(actor)));
  }

process.send({ queries, list, wall: walls, indexSeconds });
process.on('message', async () => {
  await engine.close();
  await kernel.stop();
  process.exit(0);
});
