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
import { timed, until } from '../harness/measure.mjs';
import { fillRepositories, SimulatedForge } from './simulated-forge.mjs';

const { dataDir, index, alone, repositories: count, seen, rounds } = JSON.parse(process.argv[2]);
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
const options = { languageOf: () => undefined, retireAfter: 0 };
const store = await IndexStore.open(index, options);
// Of what the person may see alone: what a search without permissions costs that finds as much.
const storeAlone = await IndexStore.open(alone, options);
const heads = new Map();
const indexOne = async (i) => {
  const files = [0, 1, 2].map((file) => [
    `part_${file}.js`,
    Buffer.from(`// marker_${i % 1_000}_${file}\nexport const compute = (input) => input + ${i};\nlet total = compute(${file});\n`),
  ]);
  const contents = new Map(files.map(([, content]) => [oidOf(content), content]));
  const commit = createHash('sha1').update(String(i)).digest('hex');
  heads.set(first + i, commit);
  const update = {
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
  };
  await store.update(update);
  if (granted.has(first + i)) await storeAlone.update(update);
  if (i % 5_000 === 4_999) console.error(`  ${i + 1} indexed after ${Math.round((performance.now() - begun) / 1_000)} s`);
};
let next = 0;
const some = async () => {
  while (next < count) await indexOne(next++);
};
await Promise.all(Array.from({ length: 8 }, some));
const indexSeconds = (performance.now() - begun) / 1_000;

const wall = kernel.service(visibility, 'code-host');
const records = kernel.service(repositories, 'code-host');
const log = { debug() {}, info() {}, warn() {}, error() {}, child: () => log };
const settings = {
  defaultTimeout: 60_000,
  maxTimeout: 60_000,
  defaultLimit: 500,
  structural: false,
  suggestTimeout: 10_000,
  unindexedBytes: 1 << 30,
  unindexedRepositories: 50,
  historyRepositories: 50,
  historyRepositoriesInTime: 10_000,
};

/** A search over an index, of these repositories. */
function searchOver(indexed, known) {
  const engine = new SearchEngine(indexed, new InlineExecutor());
  const mirrors = [...heads].map(([id, commit]) => [id, { repositoryId: id, status: 'cloned', head: { branch: 'main', commit } }]);
  const states = new Map(indexed === store ? mirrors : mirrors.filter(([id]) => granted.has(id)));
  const service = new SearchService({
    engine: {
      search: (o) => engine.search(o),
      explain: ({ scope }) => engine.explain(scope),
      status: ({ repositories: ids }) => indexed.list(ids),
      holdings: async ({ knows }) => holdingsOf(await indexed.manifests(), knows),
      skippedFiles: ({ repository, ...page }) => indexed.skipped(repository, page),
    },
    scanner: new InlineExecutor(),
    git: {},
    // Of those that are asked for, as the product's: to copy all of them is no cost of the wall.
    mirrors: { states: async (ids) => new Map(ids.flatMap((id) => (states.has(id) ? [[id, states.get(id)]] : []))) },
    repositories: known,
    visibility: wall,
    catalog: new RepositoryCatalog(known, wall, () => performance.now()),
    clock,
    log,
    meter: { span: (_name, work) => work({ set: () => undefined }) },
    rankers: [],
    predicates: [],
    resultSources: [],
    isLarge: () => false,
    damaged: () => undefined,
    settings: () => settings,
  });
  const ask = async (query, as) => {
    const started = performance.now();
    let matches = 0;
    for await (const event of service.search({ query, actor: as, signal: new AbortController().signal }))
      if (event.type === 'matches') matches += event.matches.length;
    return { milliseconds: performance.now() - started, matches };
  };
  return { ask, close: () => engine.close() };
}

const all = searchOver(store, records);
/** As if there were no others, for one to whom nothing is closed. */
const internal = kernel.service(core.actor, 'code-host').internal();
const those = searchOver(storeAlone, {
  byIds: (_actor, ids) => records.byIds(internal, ids),
  metadata: (_actor, ids) => records.metadata(internal, ids),
  list: (_actor, filter, page) => records.list(internal, { ...filter, ids: [...granted] }, page),
});
const sides = {
  restricted: { enforced: true, ask: (query) => all.ask(query, actor) },
  open: { enforced: false, ask: (query) => all.ask(query, actor) },
  alone: { enforced: false, ask: (query) => those.ask(query, internal) },
};

/** Whether the connection leaves it to its host; when it is done, every process that asks knows. */
async function enforce(on) {
  await codeHostDb.query('UPDATE connections SET enforces_permissions = $1', [on]);
  await codeHostDb.query('UPDATE wall_state SET epoch = epoch + 1');
  await until(async () => (await wall.of(actor)).unrestricted !== on, 'the wall');
}

const queries = Object.fromEntries(QUERIES.map((query) => [query, { restricted: [], open: [], alone: [] }]));
const list = { 'a page of repositories': { restricted: [], open: [] }, 'their number': { restricted: [], open: [] } };
const walls = { warm: [], cold: [] };
const names = Object.keys(sides);
for (let round = 0; round <= rounds; round++) {
  const found = {};
  for (let turn = 0; turn < names.length; turn++) {
    const side = names[(turn + round) % names.length];
    const { enforced, ask } = sides[side];
    await enforce(enforced);
    if (enforced) {
      const number = await records.count(actor, {});
      if (number !== seen) throw new Error(`${number} repositories are seen, not ${seen}`);
    }
    await ask('warm up the catalogue');
    found[side] = [];
    for (const query of QUERIES) {
      const { milliseconds, matches } = await ask(query);
      found[side].push(matches);
      // The first round only warms up.
      if (round > 0) queries[query][side].push(milliseconds);
    }
    if (round === 0 || side === 'alone') continue;
    list['a page of repositories'][side].push(await timed(() => records.list(actor, {}, { limit: 100 })));
    list['their number'][side].push(await timed(() => records.count(actor, {})));
    if (!enforced) continue;
    walls.warm.push(
      (await timed(async () => {
        for (let i = 0; i < 1_000; i++) await wall.of(actor);
      })) / 1_000,
    );
    await db.query(`UPDATE people SET version = nextval('versions') WHERE user_id = $1`, [user.id]);
    await new Promise((resolve) => setTimeout(resolve, 1_050));
    walls.cold.push(await timed(() => wall.of(actor)));
  }
  if (String(found.restricted) !== String(found.alone))
    throw new Error(`${found.restricted} matches behind the wall, ${found.alone} without it`);
}

process.send({ queries, list, wall: walls, indexSeconds });
process.on('message', async () => {
  await all.close();
  await those.close();
  await kernel.stop();
  process.exit(0);
});
