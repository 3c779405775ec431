import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { definePart, definePlugin, type Manifest, type Role, serviceToken } from '@sextant/sdk';
import { at, startTestKernel as start, type TestKernel, type TestKernelOptions } from '@sextant/sdk/testing';
import { afterAll, afterEach, describe, expect, it } from 'vitest';

// biome-ignore lint/suspicious/noExplicitAny: plugins of any shape are tried
type Any = any;
interface Echo {
  say(options: { readonly text: string; readonly signal?: AbortSignal }): Promise<string>;
}
const echo = serviceToken<Echo>('echo.service@1', { remote: { role: 'git', methods: { say: 'call' } } });

/** Of `echo` in git processes. */
let starts = 0;

/** Its service is in git processes, its route where people ask. */
const echoPlugin = (more: Partial<Manifest> = {}): Manifest =>
  definePlugin({
    id: 'echo',
    version: '1.0.0',
    title: 'Echo',
    summary: 'Says it again.',
    engines: { kernel: '^1.0.0' },
    toggle: 'default-on',
    parts: {
      git: async () => ({
        default: definePart()({
          deps: {},
          register(r) {
            r.provide(echo, () => ({ say: async ({ text }) => text }));
            r.start(() => void starts++);
          },
        }),
      }),
      api: async () => ({ default: definePart()({ deps: { echo }, register: () => undefined }) }),
    },
    ...more,
  } as Any);

/** Calls `echo` as anybody in the process with the database would, whatever this process's own switch says. */
const askerPlugin = definePlugin({
  id: 'asker',
  version: '1.0.0',
  title: 'Asker',
  summary: 'Asks Echo.',
  engines: { kernel: '^1.0.0' },
  toggle: 'always-on',
  parts: {
    api: async () => ({
      default: definePart()({
        deps: { echo },
        register: (r) =>
          r.http((router, deps) =>
            router.get('/ask', async () => ({ body: { said: await deps.echo.say({ text: 'hello' }) } }), { auth: 'public' }),
          ),
      }),
    }),
  },
} as Any);

/** Five seconds by design; a busy machine may take longer. */
const soon = { timeout: 20_000, interval: 50 };
const folder = mkdtempSync(join(tmpdir(), 'sextant-switches-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
let sockets = 0;

const running: TestKernel[] = [];
afterEach(async () => {
  // The first one's database goes with it.
  for (const kernel of running.splice(0).reverse()) await kernel.stop();
});
async function startTestKernel(options: TestKernelOptions): Promise<TestKernel> {
  const kernel = await start(options);
  running.push(kernel);
  return kernel;
}

async function twoProcesses(): Promise<{ readonly storing: TestKernel; readonly git: TestKernel; startGit(): Promise<TestKernel> }> {
  const address = `unix:${join(folder, `s${sockets++}`)}`;
  const plugins = [echoPlugin(), askerPlugin] as Manifest[];
  const storing = await startTestKernel({
    plugins,
    roles: ['api', 'worker', 'scheduler', 'migrator'],
    config: { remotes: { git: [address] } },
  });
  const dataDir = mkdtempSync(join(folder, 'git-'));
  const startGit = () =>
    startTestKernel({ plugins, roles: ['git'], config: { internal: { listen: address } }, dataDir, databaseUrl: storing.databaseUrl });
  return { storing, git: await startGit(), startGit };
}

const answerOf = async (kernel: TestKernel): Promise<unknown> => (await kernel.fetch('/ask')).json();

async function processesOf(
  kernel: TestKernel,
  id: string,
): Promise<readonly { readonly roles: readonly Role[]; readonly state: string }[]> {
  const { data } = await kernel.graphql('{ plugins { id processes { roles state } } }');
  const found = at(data, 'plugins') as { readonly id: string; readonly processes: readonly { roles: readonly Role[]; state: string }[] }[];
  return found.find((plugin) => plugin.id === id)?.processes ?? [];
}

describe('a live switch', () => {
  it('reaches a process without a database, and a call there is refused with the reason until it is back', async () => {
    const { storing, git } = await twoProcesses();
    expect(git.kernel.stored).toBeUndefined();
    for (const verb of ['enable', 'disable'] as const)
      await expect(git.kernel.switchboard[verb]('echo')).rejects.toMatchObject({ code: 'SEXTANT_STORAGE_DSN_NEEDED' });
    expect(await answerOf(storing)).toEqual({ said: 'hello' });
    await storing.kernel.switchboard.disable('echo');
    await expect.poll(() => git.plugin('echo').state, soon).toBe('disabled');
    expect(await answerOf(storing)).toMatchObject({
      error: {
        code: 'SEXTANT_REMOTE_PLUGIN_OFF',
        what: expect.stringContaining('does not run the plugin "echo": it is disabled there'),
      },
    });
    await storing.kernel.switchboard.enable('echo');
    await expect.poll(() => git.plugin('echo').state, soon).toBe('active');
    expect(await answerOf(storing)).toEqual({ said: 'hello' });
  });

  it('is shown by process', async () => {
    const { storing } = await twoProcesses();
    const there = { roles: ['git'], state: 'ACTIVE' };
    await expect.poll(() => processesOf(storing, 'echo'), soon).toEqual([{ roles: storing.kernel.roles, state: 'ACTIVE' }, there]);
    expect(await processesOf(storing, 'asker')).toEqual([{ roles: storing.kernel.roles, state: 'ACTIVE' }]);
    await storing.kernel.switchboard.disable('echo');
    await expect.poll(async () => (await processesOf(storing, 'echo'))[1]?.state, soon).toBe('DISABLED');
  });

  it('survives a restart of the process without a database, and one that it missed reaches it after that', async () => {
    const { storing, git, startGit } = await twoProcesses();
    await storing.kernel.switchboard.disable('echo');
    await expect.poll(() => git.plugin('echo').state, soon).toBe('disabled');
    await git.stop();
    const before = starts;
    const again = await startGit();
    // From what it kept, before anybody could have told it: it did not even start.
    expect([again.plugin('echo').state, starts]).toEqual(['disabled', before]);
    await again.stop();
    await storing.kernel.switchboard.enable('echo');
    const third = await startGit();
    await expect.poll(() => third.plugin('echo').state, soon).toBe('active');
    expect(await answerOf(storing)).toEqual({ said: 'hello' });
  });

  it('starts with the defaults, and says so, when the kept switches are damaged', async () => {
    const { git, startGit } = await twoProcesses();
    await git.stop();
    mkdirSync(join(git.dataDir, 'run'), { recursive: true });
    writeFileSync(join(git.dataDir, 'run', 'switches.json'), '{');
    const again = await startGit();
    expect(again.plugin('echo').state).toBe('active');
    expect(again.log.lines.map((line) => line.message)).toContain(
      'the file of plugin switches cannot be read; the defaults hold until they are told anew',
    );
  });

  it('of a plugin with a storage comes up where another process migrates', async () => {
    const storage = {
      migrations: async () => [{ name: 'create-notes-1763990000000', up: async (db: Any) => db.query('create table notes (n int)') }],
    };
    const part = async () => ({ default: definePart()({ deps: {}, register: (r) => r.storage(storage) }) as Any });
    const plugins = [echoPlugin({ toggle: 'default-off', parts: { api: part, migrator: part } })];
    const migrating = await startTestKernel({ plugins, roles: ['worker', 'scheduler', 'migrator'] });
    const asking = await startTestKernel({ plugins, roles: ['api'], databaseUrl: migrating.databaseUrl });
    expect(await asking.kernel.switchboard.enable('echo')).toMatchObject({ state: 'active' });
    await expect.poll(() => migrating.plugin('echo').state, soon).toBe('active');
  });

  it('is found in the table by a process that missed the notice', async () => {
    const { storing } = await twoProcesses();
    await storing.kernel.stored?.switches.save(new Map([['echo', false]]));
    await expect.poll(() => storing.plugin('echo').state, soon).toBe('disabled');
  });
});

describe('the configuration, read again,', () => {
  const write = (kernel: TestKernel, text: string): void =>
    writeFileSync(join(kernel.dataDir, 'sextant.config.yaml'), text, { mode: 0o600 });
  const local = (more: Partial<Manifest> = {}): Manifest =>
    echoPlugin({ parts: { api: async () => ({ default: definePart()({ deps: {}, register: () => undefined }) as Any }) }, ...more });

  it('switches plugins, wins over the live switch, and gives it back', async () => {
    const kernel = await startTestKernel({ plugins: [local()] });
    const { switchboard } = kernel.kernel;
    write(kernel, 'plugins: { echo: false }\n');
    expect(await kernel.kernel.reload()).toEqual({ applied: ['plugins.echo.enabled'], restartNeeded: [], problems: [] });
    expect(kernel.plugin('echo').state).toBe('disabled');
    expect(kernel.log.lines).toContainEqual(
      expect.objectContaining({ message: 'the configuration switched plugins', enabled: [], disabled: ['echo'] }),
    );
    await expect(switchboard.enable('echo')).rejects.toMatchObject({ code: 'SEXTANT_PLUGIN_PINNED' });

    write(kernel, 'plugins: { echo: {} }\n');
    await kernel.kernel.reload();
    expect(kernel.plugin('echo').state).toBe('active');
    await switchboard.disable('echo');

    write(kernel, 'plugins: { echo: { enabled: true } }\n');
    await kernel.kernel.reload();
    expect(kernel.plugin('echo').state).toBe('active');

    write(kernel, '{}\n');
    await kernel.kernel.reload();
    expect(kernel.plugin('echo').state).toBe('disabled');
  });

  it('makes a process not ready whose plugin must run and does not, and ready when it need not', async () => {
    const fails = local({ parts: { api: async () => ({ default: definePart()({ deps: {}, register: (r) => r.start(boom) }) as Any }) } });
    const kernel = await startTestKernel({ plugins: [fails] });
    const ready = async (): Promise<string> => (await kernel.fetch('/readyz')).text();
    expect([kernel.plugin('echo').state, await ready()]).toEqual(['failed', 'ready\n']);
    write(kernel, 'plugins: { echo: { onFailure: abort } }\n');
    expect((await kernel.kernel.reload()).applied).toEqual(['plugins.echo.onFailure']);
    expect(await ready()).toBe('not ready: the plugin echo, which must run, is failed\n');
    write(kernel, 'plugins: { echo: { onFailure: continue } }\n');
    await kernel.kernel.reload();
    expect(await ready()).toBe('ready\n');
  });

  it('stays as it was when it names a plugin that nobody has', async () => {
    const kernel = await startTestKernel({ plugins: [local()] });
    write(kernel, 'plugins: { echo: false, eco: true }\n');
    await expect(kernel.kernel.reload()).rejects.toMatchObject({ code: 'SEXTANT_PLUGIN_UNKNOWN' });
    expect(kernel.plugin('echo').state).toBe('active');
  });
});

describe('a plugin that had another id', () => {
  const renamed = (part: Any = definePart()({ deps: {}, register: () => undefined })): Manifest =>
    echoPlugin({ renamedFrom: ['parrot'], parts: { api: async () => ({ default: part }) } });

  it('is switched, and must run, as was written for the old one, with a warning that names the new key', async () => {
    const kernel = await startTestKernel({ plugins: [renamed()], config: { plugins: { parrot: false } } });
    expect(kernel.plugin('echo').state).toBe('disabled');
    await expect(kernel.kernel.switchboard.enable('echo')).rejects.toMatchObject({ code: 'SEXTANT_PLUGIN_PINNED' });
    expect(kernel.log.lines.filter((line) => line.level === 'warn').map((line) => line.message)).toEqual([
      'The plugin "parrot" is now called "echo": rename plugins.parrot to plugins.echo in the configuration.',
    ]);
    const failing = definePart()({ deps: {}, register: (r) => r.start(boom) });
    await expect(
      startTestKernel({ plugins: [renamed(failing)], config: { plugins: { parrot: { onFailure: 'abort' } } } }),
    ).rejects.toMatchObject({ code: 'SEXTANT_BOOT_ABORTED' });
  });

  it('keeps the live switch of the old one until it is switched itself', async () => {
    const first = await startTestKernel({ plugins: [echoPlugin({ id: 'parrot', parts: renamed().parts })] });
    await first.kernel.switchboard.disable('parrot');
    const second = await startTestKernel({ plugins: [renamed()], databaseUrl: first.databaseUrl });
    expect(second.plugin('echo').state).toBe('disabled');
    await second.kernel.switchboard.enable('parrot');
    const third = await startTestKernel({ plugins: [renamed()], databaseUrl: first.databaseUrl });
    expect(third.plugin('echo').state).toBe('active');
  });

  it('is refused under both names', async () => {
    await expect(
      startTestKernel({ plugins: [renamed()], config: { plugins: { parrot: { enabled: true }, echo: { enabled: false } } } }),
    ).rejects.toMatchObject({ code: 'SEXTANT_CONFIG_INVALID', message: expect.stringContaining('plugins.parrot') });
  });
});

const boom = (): never => {
  throw new Error('boom');
};
