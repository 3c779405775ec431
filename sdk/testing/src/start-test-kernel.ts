import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import type { LookupFunction } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Configuration } from '@sextant/config';
import { JobSpy, Kernel, type KernelOptions, Logs } from '@sextant/kernel';
import {
  type Actor,
  type AnyJob,
  type Authenticator,
  core,
  type JobState,
  type Jobs,
  type Manifest,
  type PluginStatus,
  type Programs,
  type Role,
  SextantError,
  type Token,
} from '@sextant/sdk';
import { afterAll } from 'vitest';
import { RecordedLog } from './recorded-log.js';
import { TestClock } from './test-clock.js';
import { aTestDatabase, stopOwnDatabaseServer } from './test-database-server.js';

export interface TestKernelOptions {
  // biome-ignore lint/suspicious/noExplicitAny: plugins of any configuration
  readonly plugins: readonly Manifest<any>[];
  /** As in the configuration file: `{ plugins: { 'my-plugin': { marker: 'FIXME' } } }`. */
  readonly config?: Readonly<Record<string, unknown>>;
  /** Default: all roles of one process. */
  readonly roles?: readonly Role[];
  /** Default: real time. */
  readonly clock?: TestClock;
  /** A folder to keep things in over several kernels; default: one of its own, removed at the end. */
  readonly dataDir?: string;
  /** How names of other servers are resolved, such as `rebindingDns`; default: as the system does. */
  readonly lookup?: LookupFunction;
  /** The database of another test kernel, to start on it again. */
  readonly databaseUrl?: string;
  /** Who starts programs; default: this process. */
  readonly programs?: Programs;
  /** Tells which account of this machine connects; default: as the system does. */
  readonly peerLookup?: KernelOptions['peerLookup'];
}

export interface GraphQLAnswer {
  /** What the query selects; read it with `at`. */
  readonly data: unknown;
  readonly errors: readonly { readonly message: string; readonly extensions: Readonly<Record<string, unknown>> }[];
}

/** A running Sextant with some plugins, on a database of its own and a free port. */
export interface TestKernel {
  readonly url: string;
  readonly databaseUrl: string;
  readonly dataDir: string;
  readonly log: RecordedLog;
  readonly kernel: Kernel;
  /** As the local site admin; with `token` as its user, which takes a plugin that knows tokens. */
  graphql(query: string, variables?: Readonly<Record<string, unknown>>, options?: { readonly token?: string }): Promise<GraphQLAnswer>;
  /** `path` from the root. */
  fetch(path: string, init?: RequestInit): Promise<Response>;
  /** A service that a plugin provides. @throws when nobody does. */
  service<V>(token: Token<V>, plugin?: string): V;
  readonly jobs: {
    enqueue<P>(job: Parameters<Jobs['enqueue']>[0], payload: P): Promise<string>;
    /** Resolves when nothing waits and nothing runs. */
    drain(): Promise<void>;
    waitFor(job: AnyJob, state: JobState): Promise<unknown>;
  };
  plugin(id: string): PluginStatus;
  stop(): Promise<void>;
}

const running = new Set<() => Promise<void>>();

/**
 * Ends the test kernels that run, and the database server if one was started for them. Importing this module has vitest call it at the end of the
 * file's tests. Where the files of a process share their modules (`isolate: false`), only the first file imports it: a setup file that says
 * `afterAll(stopTestKernels)` is then needed.
 */
export async function stopTestKernels(): Promise<void> {
  await Promise.all([...running].map((stop) => stop()));
  await stopOwnDatabaseServer();
}

// Registered while the file is read: vitest never runs an afterAll that a test or another hook declares. The first one declared runs last.
afterAll(stopTestKernels);

/** Starts a kernel for a test; it stops by itself when the file's tests are done. */
export async function startTestKernel(options: TestKernelOptions): Promise<TestKernel> {
  const database = options.databaseUrl === undefined ? await aTestDatabase() : undefined;
  const databaseUrl = options.databaseUrl ?? (database?.dsn as string);
  const dataDir = options.dataDir ?? mkdtempSync(join(tmpdir(), 'sextant-kernel-'));
  chmodSync(dataDir, 0o711);
  const log = new RecordedLog();
  const configuration = await Configuration.load({
    folder: dataDir,
    env: {},
    flags: {
      dataDir,
      http: { port: 0 },
      database: { main: databaseUrl, poolSize: 10 },
      ...(options.roles ? { roles: options.roles } : {}),
      ...options.config,
    },
  });
  const kernel = await Kernel.create({
    builtin: options.plugins as readonly Manifest[],
    configuration,
    logs: new Logs({ level: 'debug', format: 'json', destination: log }),
    ...(options.clock ? { clock: options.clock } : {}),
    ...(options.lookup ? { lookup: options.lookup } : {}),
    ...(options.peerLookup ? { peerLookup: options.peerLookup } : {}),
    ...(options.programs ? { programs: options.programs } : {}),
  });
  let stopped: Promise<void> | undefined;
  const stop = (): Promise<void> => {
    stopped ??= (async () => {
      running.delete(stop);
      await kernel.stop();
      await database?.drop();
      if (options.dataDir === undefined) rmSync(dataDir, { recursive: true, force: true });
    })();
    return stopped;
  };
  running.add(stop);
  try {
    await kernel.start();
    letInTheLocalAdmin(kernel);
  } catch (error) {
    await stop();
    throw error;
  }
  const spy = kernel.stored ? new JobSpy(kernel.stored.jobs.runner, kernel.stored.database.databases.pool('main')) : undefined;
  const needSpy = (): JobSpy => spy ?? none('core.jobs@1');
  const request = (path: string, init?: RequestInit): Promise<Response> => fetch(`${kernel.url}${path}`, init);
  return {
    url: kernel.url,
    databaseUrl,
    dataDir,
    log,
    kernel,
    fetch: request,
    graphql: async (query, variables, { token } = {}) => {
      const response = await request('/.api/graphql', {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...(token ? { authorization: `token ${token}` } : {}) },
        body: JSON.stringify({ query, variables }),
      });
      const answer = (await response.json()) as Partial<GraphQLAnswer>;
      return { data: answer.data ?? null, errors: answer.errors ?? [] };
    },
    service: (token, plugin) => kernel.service(token, plugin) ?? none(token.key),
    jobs: {
      enqueue: (job, payload) =>
        (kernel.service(core.jobs, job.name.slice(0, job.name.indexOf('.'))) ?? none(core.jobs.key)).enqueue(job, payload),
      drain: async () => void (await needSpy().drain()),
      waitFor: (job, state) => needSpy().waitFor(job.name, state as never),
    },
    plugin: (id) => kernel.switchboard.list().find((status) => status.id === id) ?? none(id),
    stop,
  };
}

/** With no plugin that tells who a request is from, requests are the local site admin's, as they are on an author's own machine. */
function letInTheLocalAdmin(kernel: Kernel): void {
  if (kernel.points.list(core.authenticators).length > 0) return;
  const admin: Actor = { kind: 'user', id: 'user:1', userId: 1, username: 'admin', siteAdmin: true, via: 'local' };
  const authenticator: Authenticator = {
    name: 'test-kernel',
    hasCredentials: async () => false,
    authenticate: async ({ headers }) => (headers.authorization === undefined ? admin : undefined),
  };
  kernel.points.add(core.authenticators, 'test-kernel', authenticator, () => undefined);
}

function none(what: string): never {
  throw new SextantError('SEXTANT_SERVICE_MISSING', {
    what: `Nothing provides ${what} in this test kernel.`,
    fix: 'Add the plugin that does.',
  });
}
