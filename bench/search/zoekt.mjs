import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, statSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { until } from '../harness/measure.mjs';
import { processTree } from '../harness/process-tree.mjs';
import { ran } from './ran.mjs';

const FIRST = { TotalMaxMatchCount: 500, MaxMatchDisplayCount: 500, ChunkMatches: true };
const ALL = 100_000_000;
const COUNT = { ShardMaxMatchCount: ALL, TotalMaxMatchCount: ALL, MaxDocDisplayCount: 1, ChunkMatches: true, MaxWallTime: 20_000_000_000 };

/**
 * zoekt (`zoekt-index` and `zoekt-webserver`, in the folder SEXTANT_BENCH_ZOEKT or on the PATH) with these repositories'
 * folders indexed on one core and without symbols, asked over HTTP; undefined where it is missing.
 */
export async function startZoekt({ repositories, index }) {
  const program = (name) => (process.env.SEXTANT_BENCH_ZOEKT === undefined ? name : join(process.env.SEXTANT_BENCH_ZOEKT, name));
  const built = { cpuSeconds: 0, milliseconds: 0, peak: 0, bytes: 0 };
  try {
    for (const folder of repositories) {
      const args = ['-index', index, '-disable_ctags', '-file_limit', String(1024 * 1024), '-parallelism', '1', folder];
      const one = await ran(program('zoekt-index'), args, { env: { GOMAXPROCS: '1' } });
      built.cpuSeconds += one.cpuSeconds;
      built.milliseconds += one.milliseconds;
      built.peak = Math.max(built.peak, one.peak);
    }
  } catch (error) {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  }
  built.bytes = readdirSync(index).reduce((sum, name) => sum + statSync(join(index, name)).size, 0);
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const server = spawn(program('zoekt-webserver'), ['-index', index, '-listen', `127.0.0.1:${port}`, '-rpc', '-html=false'], {
    stdio: 'ignore',
  });
  const ask = async (path, body) => {
    const begun = performance.now();
    const response = await fetch(`${url}/api/${path}`, { method: 'POST', body: JSON.stringify(body) });
    const answer = await response.text();
    if (!response.ok) throw new Error(`zoekt answered ${response.status}: ${answer.slice(0, 300)}`);
    return { milliseconds: performance.now() - begun, answer };
  };
  const ready = async () => JSON.parse((await ask('list', { Q: '' })).answer).List?.Repos?.length >= repositories.length;
  await until(() => ready().catch(() => false), 'zoekt-webserver to load its shards', 60_000);
  return {
    name: 'zoekt',
    version: 'zoekt-webserver over HTTP',
    built,
    /** @returns {Promise<number | undefined>} milliseconds */
    time: async ({ zoekt, mode }) =>
      zoekt === undefined ? undefined : (await ask('search', { Q: zoekt, Opts: mode === 'count' ? COUNT : FIRST })).milliseconds,
    /** Bytes resident beside the page cache. */
    memory: () => processTree(server.pid).reduce((sum, { anonymous }) => sum + anonymous, 0),
    async stop() {
      if (server.exitCode !== null || server.signalCode !== null) return;
      server.kill('SIGKILL');
      await once(server, 'exit');
    },
  };
}

async function freePort() {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address();
  probe.close();
  await once(probe, 'close');
  return port;
}
