import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';

const root = join(import.meta.dirname, '..', '..', '..', '..');
const configs = join(root, 'examples', 'configs', 'roles');

export const PROCESSES = ['server', 'worker', 'git-0', 'git-1', 'search'] as const;
/** Further search processes, each with its name as that of its node. */
const SEARCH_NODES = ['search-0', 'search-1', 'search-2'] as const;
export type SearchNodeName = (typeof SEARCH_NODES)[number];
export type ProcessName = (typeof PROCESSES)[number] | SearchNodeName;

interface Running {
  readonly child: ChildProcess;
  /** Resolves with the address when it says that it is ready. */
  readonly ready: Promise<string>;
  /** Standard error. */
  log: string;
}

/** The processes of `examples/configs/roles`, from these very files, on free ports and in folders of a test's own. */
export class FiveProcesses {
  readonly #running = new Map<ProcessName, Running>();
  readonly certificates: string;
  #http = new Map<ProcessName, number>();
  #internal = new Map<ProcessName, number>();

  private constructor(
    readonly folder: string,
    private readonly env: Readonly<Record<string, string>>,
    private readonly everywhere: Readonly<Record<string, string>>,
    private readonly searchNodes: readonly ProcessName[],
  ) {
    this.certificates = join(folder, 'certificates');
  }

  /**
   * @param env what every process that stores is given besides, such as SEXTANT_DATABASE_URL
   * @param everywhere what every process is given besides
   * @param searchNodes the processes that are asked for searches
   */
  static async in(
    folder: string,
    env: Readonly<Record<string, string>>,
    everywhere: Readonly<Record<string, string>> = {},
    searchNodes: readonly ProcessName[] = ['search'],
  ): Promise<FiveProcesses> {
    const five = new FiveProcesses(folder, env, everywhere, searchNodes);
    execFileSync(join(configs, 'make-certificates.sh'), [five.certificates], { stdio: 'ignore' });
    const names = [...PROCESSES, ...SEARCH_NODES];
    const ports = await freePorts(names.length * 2);
    for (const name of names) {
      five.#http.set(name, ports.pop() as number);
      five.#internal.set(name, ports.pop() as number);
    }
    return five;
  }

  url(name: ProcessName): string {
    return `http://127.0.0.1:${this.#http.get(name)}`;
  }

  internal(name: ProcessName): string {
    return `https://127.0.0.1:${this.#internal.get(name)}`;
  }

  dataDir(name: ProcessName): string {
    return join(this.folder, 'data', name);
  }

  log(name: ProcessName): string {
    return this.#running.get(name)?.log ?? '';
  }

  /** @param more what this process is given besides, this time */
  start(name: ProcessName, more: Readonly<Record<string, string>> = {}): void {
    const host = name.replace(/-\d$/, '');
    // All search processes are configured alike, but for their names.
    const like = host === 'search' ? host : name;
    const tls = Object.fromEntries(
      [
        ['ca', 'ca.crt'],
        ['cert', `${like}.crt`],
        ['key', `${like}.key`],
      ].map(([key, file]) => [key, join(this.certificates, file as string)]),
    );
    const isStoring = name === 'server' || name === 'worker';
    const addresses = (...names: readonly ProcessName[]): string => JSON.stringify(names.map((n) => this.internal(n)));
    const child = spawn(process.execPath, [join(root, 'hosts', host, 'dist', 'main.js'), '--config', join(configs, `${like}.yaml`)], {
      cwd: this.folder,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        PATH: process.env.PATH ?? '',
        HOME: this.folder,
        // A test that kills a process means that process, and starts it again itself.
        SEXTANT_SUPERVISOR: 'off',
        SEXTANT_PORT: String(this.#http.get(name)),
        SEXTANT_DATA_DIR: this.dataDir(name),
        SEXTANT__LOG__FORMAT: 'json',
        SEXTANT__INTERNAL__TLS: JSON.stringify(tls),
        ...(name === 'server' ? {} : { SEXTANT__INTERNAL__LISTEN: `127.0.0.1:${this.#internal.get(name)}` }),
        ...(isStoring ? { SEXTANT__KEYS_DIR: join(this.folder, 'data', 'keys'), SEXTANT__REMOTES__GIT: addresses('git-0', 'git-1') } : {}),
        ...(name === 'server' ? { SEXTANT__REMOTES__SEARCH: addresses(...this.searchNodes) } : {}),
        ...(host === 'search' ? { SEXTANT__REMOTES__INDEX: addresses('worker'), SEXTANT__PLUGINS__SEARCH__NODE: name } : {}),
        ...(isStoring ? this.env : {}),
        ...this.everywhere,
        ...more,
      },
    });
    const ready = Promise.withResolvers<string>();
    ready.promise.catch(() => undefined);
    const running: Running = { child, ready: ready.promise, log: '' };
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      running.log += text;
    });
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      const url = /ready at (\S+)/.exec(text)?.[1];
      if (url) ready.resolve(url);
    });
    child.once('exit', (code, signal) => ready.reject(new Error(`${name} ended (${signal ?? code}):\n${running.log.slice(-4_000)}`)));
    this.#running.set(name, running);
  }

  async ready(name: ProcessName): Promise<string> {
    const running = this.#running.get(name);
    if (!running) throw new Error(`${name} was not started`);
    return await running.ready;
  }

  /** Ends it at once, as a machine that loses its power. */
  async kill(name: ProcessName): Promise<void> {
    await this.#end(name, 'SIGKILL');
  }

  /** @returns the exit codes by process. */
  async stop(): Promise<Readonly<Record<string, number | null>>> {
    const codes = await Promise.all([...this.#running.keys()].map(async (name) => [name, await this.#end(name, 'SIGTERM')] as const));
    return Object.fromEntries(codes);
  }

  async #end(name: ProcessName, signal: NodeJS.Signals): Promise<number | null> {
    const child = this.#running.get(name)?.child;
    if (!child || child.exitCode !== null || child.signalCode !== null) return child?.exitCode ?? null;
    child.kill(signal);
    const [code] = await once(child, 'exit');
    return code as number | null;
  }

  /** A call from outside to the port that is for other processes. @returns the status, or the code of the error. */
  async call(name: ProcessName, path: string, certificate?: { readonly folder: string; readonly name: string }): Promise<number | string> {
    const read = (file: string): Buffer => readFileSync(join(certificate?.folder ?? '', file));
    return await new Promise((resolve) => {
      const call = request(
        `${this.internal(name)}${path}`,
        {
          method: 'POST',
          ca: readFileSync(join(this.certificates, 'ca.crt')),
          agent: false,
          ...(certificate ? { cert: read(`${certificate.name}.crt`), key: read(`${certificate.name}.key`) } : {}),
        },
        (response) => resolve(response.resume().statusCode as number),
      );
      call.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
      call.end('{}');
    });
  }

  /** Bytes that other processes sent to this one, and were sent by it. */
  async bytes(name: ProcessName): Promise<{ readonly received: number; readonly sent: number }> {
    const text = await (await fetch(`${this.url(name)}/metrics`)).text();
    const of = (direction: string): number =>
      Number(new RegExp(`^sextant_remote_bytes_total\\{direction="${direction}"\\} (\\d+)`, 'm').exec(text)?.[1] ?? Number.NaN);
    return { received: of('received'), sent: of('sent') };
  }
}

/**
 * Writes two plugins from outside: `echo`, whose service is in the git processes, and `asker`, which is always on and asks a shard
 * for it at `/ask?shard=N`. @returns the folder that holds them.
 */
export function echoPlugins(folder: string): string {
  const plugins = join(folder, 'plugins');
  const write = (id: string, toggle: string, parts: string): void => {
    const at = join(plugins, id);
    mkdirSync(join(at, 'node_modules', '@sextant'), { recursive: true });
    symlinkSync(join(root, 'sdk'), join(at, 'node_modules', '@sextant', 'sdk'));
    writeFileSync(join(at, 'package.json'), JSON.stringify({ name: id, type: 'module', exports: './index.js' }));
    writeFileSync(
      join(at, 'index.js'),
      `import { definePart, definePlugin, serviceToken } from '@sextant/sdk';
const combine = (nodes) => ({ say: ({ shard, ...options }) => nodes[shard].client.say(options) });
const echo = serviceToken('echo.service@1', { remote: { role: 'git', methods: { say: 'call' }, combine } });
const part = (definition) => async () => ({ default: definePart()(definition) });
export default definePlugin({
  id: '${id}', version: '1.0.0', title: '${id}', summary: '${id}', engines: { kernel: '^1.0.0' }, toggle: '${toggle}', parts: {${parts}},
});
`,
    );
  };
  write('echo', 'default-on', `git: part({ deps: {}, register: (r) => r.provide(echo, () => ({ say: async ({ text }) => text })) })`);
  const ask = `async ({ query }) => ({ body: { said: await deps.echo.say({ shard: Number(query.get('shard')), text: 'hello' }) } })`;
  write(
    'asker',
    'always-on',
    `api: part({ deps: { echo }, register: (r) => r.http((router, deps) => router.get('/ask', ${ask}, { auth: 'public' })) })`,
  );
  return plugins;
}

/** Makes a repository, or adds a commit to it. @returns the commit. */
export function commit(folder: string, files: Readonly<Record<string, string>>): string {
  const git = (...args: readonly string[]): string =>
    execFileSync('git', ['-c', 'user.name=Ada', '-c', 'user.email=ada@example.com', '-c', 'commit.gpgsign=false', ...args], {
      cwd: folder,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    }).trim();
  mkdirSync(folder, { recursive: true });
  git('init', '-q', '-b', 'main');
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
  git('add', '-A');
  git('commit', '-q', '-m', 'Change files');
  chmodSync(folder, 0o755);
  return git('rev-parse', 'HEAD');
}

/** Held open together, so that they differ. */
async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(
    Array.from({ length: count }, async () => {
      const server = createServer().listen(0, '127.0.0.1');
      await once(server, 'listening');
      return server;
    }),
  );
  const ports = servers.map((server) => (server.address() as { readonly port: number }).port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}
