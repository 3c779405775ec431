import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { EmbeddedPostgres } from '@sextant/kernel';
import { Databases } from '../../kernel/dist/storage/databases.js';
import { decodeManifest } from '../../plugins/search/dist/index/manifest.js';
import { descendants } from '../harness/descendants.mjs';
import { until } from '../harness/measure.mjs';
import { killAll } from './kill-all.mjs';

const PROGRAM = fileURLToPath(import.meta.resolve('@sextant/cli'));
const silent = { debug() {}, info() {}, warn() {}, error() {}, child: () => silent };

const RUNNING = `
  select t.identifier as name, (p.payload->'payload'->>'repositoryId')::int as repository, h.progress, m.status, m.head_commit
  from graphile_worker._private_jobs p join graphile_worker._private_tasks t on t.id = p.task_id
  left join kernel.job_history h on h.id = p.id left join plugin_git.mirrors m on m.repository_id = (p.payload->'payload'->>'repositoryId')::int
  where p.locked_at is not null`;

/** One data folder and the program on it, started, killed and started again as a user would. */
export class Installation {
  #child;
  #databases;
  #url;
  /** Lines of the log of the present process. */
  log = [];
  #onLog = () => undefined;

  /** @param {string} folder @param {string} upstream the folder of its repositories */
  constructor(folder, upstream) {
    this.folder = folder;
    this.dataDir = join(folder, 'data');
    this.temporary = join(folder, 'tmp');
    this.upstream = upstream;
    for (const path of [folder, this.dataDir, this.temporary]) {
      mkdirSync(path, { recursive: true });
      chmodSync(path, 0o711); // Started as root, the database runs as another account, which has to reach it.
    }
  }

  get url() {
    return this.#url;
  }

  get env() {
    return {
      ...process.env,
      TMPDIR: this.temporary,
      // What a person would wait a minute for.
      SEXTANT__PLUGINS__SEARCH__INDEX_EVERY: '2s',
      SEXTANT__PLUGINS__CODE_HOST_LOCAL__SEARCH_INTERVAL: '2s',
    };
  }

  /** Spawns the program. Its log is followed by `onLog`, a line at a time. */
  spawn({ args = [], onLog = () => undefined } = {}) {
    this.log = [];
    this.#url = undefined;
    this.#onLog = onLog;
    const all = ['serve', this.upstream, '--data-dir', this.dataDir, '--port', '0', '--log-level', 'info', ...args];
    const child = spawn(process.execPath, ['--enable-source-maps', PROGRAM, ...all], {
      cwd: this.folder,
      env: this.env,
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
    this.#child = child;
    createInterface({ input: child.stderr }).on('line', (line) => {
      if (child !== this.#child) return;
      this.log.push(line);
      if (this.log.length > 2_000) this.log.shift();
      this.#onLog(line);
    });
    createInterface({ input: child.stdout }).on('line', (line) => {
      const url = /Sextant is ready at (\S+)/.exec(line)?.[1];
      if (url !== undefined && child === this.#child) this.#url = url;
    });
  }

  /** @returns {Promise<number>} milliseconds from the call. @throws when it ends instead. */
  async ready(timeout = 120_000) {
    const begun = performance.now();
    const what = () => `${this.folder} to be ready`;
    await until(() => this.#url !== undefined || this.#ended(), what(), timeout, 10);
    if (this.#url === undefined) throw new Error(`The program ended before it was ready:\n${this.log.slice(-40).join('\n')}`);
    const answer = await fetch(`${this.#url}/readyz`);
    if (!answer.ok) throw new Error(`It says that it is ready, and /readyz ${answer.status}: ${await answer.text()}`);
    return performance.now() - begun;
  }

  #ended() {
    return this.#child.exitCode !== null || this.#child.signalCode !== null;
  }

  /** Ends everything at this moment: with `whole`, the database and git too; else the program alone, and its children become orphans. */
  async kill({ whole }) {
    const { pid } = this.#child;
    // Several looks: git starts others while we look.
    if (whole) for (let i = 0; i < 2; i++) killAll(descendants(pid));
    else killAll([pid]);
    if (!this.#ended()) await once(this.#child, 'exit');
    await this.#disconnect();
  }

  async stop() {
    if (this.#child === undefined || this.#ended()) return;
    await this.#disconnect();
    this.#child.kill('SIGTERM');
    const hard = setTimeout(() => killAll(descendants(this.#child.pid)), 60_000);
    if (!this.#ended()) await once(this.#child, 'exit');
    clearTimeout(hard);
  }

  async #disconnect() {
    await this.#databases?.end().catch(() => undefined);
    this.#databases = undefined;
  }

  /** What the jobs table says is under way: any of clone, fetch, index, compaction, sync; empty when nothing is. @returns {Promise<Set<string>>} */
  async phases() {
    if (this.#databases === undefined) {
      const address = await EmbeddedPostgres.running(this.dataDir);
      if (address === undefined) return new Set();
      this.#databases = new Databases({
        main: { ...address },
        poolSize: 1,
        acquireTimeout: 2_000,
        log: silent,
        applicationName: 'crash bench',
      });
    }
    const { rows } = await this.#databases.pool('main').query(RUNNING);
    return new Set(rows.map((row) => this.#phaseOf(row)).filter((phase) => phase !== undefined));
  }

  #phaseOf({ name, repository, progress, status, head_commit: head }) {
    if (name === 'git.fetch-repository') return status === 'cloned' ? 'fetch' : 'clone';
    if (name === 'code-host.sync-connection') return 'sync';
    if (name !== 'search.index-repository') return undefined;
    if (progress?.startsWith('compacting')) return 'compaction';
    // The new state is in service already, and shards are being written: that is the rewriting of old ones.
    const manifest = join(this.dataDir, 'index', 'repositories', `${repository}.json`);
    if (!existsSync(manifest) || decodeManifest(readFileSync(manifest, 'utf8')).branches[0]?.commit !== head) return 'index';
    return readdirSync(join(this.dataDir, 'index', 'shards')).some((file) => file.endsWith('.tmp')) ? 'compaction' : 'index';
  }

  async graphql(query) {
    const response = await fetch(`${this.#url}/.api/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query }),
    });
    const answer = await response.json();
    if (answer.errors) throw new Error(`GraphQL: ${JSON.stringify(answer.errors)}`);
    return answer.data;
  }

  /** Until every repository is mirrored and indexed at its head, and nothing is under way. @param {Map<string, string>} heads */
  async settled(heads, timeout = 180_000) {
    let last = '';
    const holds = async () => {
      if (this.#ended()) throw new Error(`The program ended by itself:\n${this.log.slice(-40).join('\n')}`);
      const { repositories } = await this.graphql(
        '{ repositories(first: 200) { nodes { name mirrorInfo { cloned } textSearchIndex { refs { indexedCommit } } } } }',
      );
      const at = new Map(repositories.nodes.map((node) => [node.name, node.textSearchIndex?.refs[0]?.indexedCommit]));
      const behind = [...heads].filter(([name, commit]) => at.get(name) !== commit).map(([name]) => name);
      const under = [...(await this.phases())].filter((phase) => phase !== 'sync');
      last = `behind: ${behind.join(', ') || 'none'}; under way: ${under.join(', ') || 'nothing'}`;
      return behind.length === 0 && at.size === heads.size && under.length === 0;
    };
    try {
      await until(holds, 'it to settle', timeout, 100);
    } catch (error) {
      throw new Error(`${error.message} ${last}\n${this.log.slice(-30).join('\n')}`);
    }
  }

  /** Ends a command at this moment. */
  static async killCommand({ child, done }, { whole }) {
    if (whole) for (let i = 0; i < 2; i++) killAll(descendants(child.pid));
    else killAll([child.pid]);
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
    if (whole) await done;
  }

  /** Runs a command of the program on this data folder. @returns the child, and a promise of its exit code and its words. */
  command(args, onLine = () => undefined) {
    const child = spawn(process.execPath, [PROGRAM, ...args, '--data-dir', this.dataDir], {
      cwd: this.folder,
      env: this.env,
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
    const lines = [];
    for (const stream of [child.stdout, child.stderr])
      createInterface({ input: stream }).on('line', (line) => {
        lines.push(line);
        onLine(line);
      });
    return { child, done: once(child, 'close').then(([code]) => ({ code, lines })) };
  }
}
