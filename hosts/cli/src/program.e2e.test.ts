import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

// The built program, as people run it.
const root = join(import.meta.dirname, '..', '..', '..');
const program = join(root, 'hosts', 'cli', 'dist', 'main.js');
const env = Object.fromEntries(
  Object.entries(process.env).filter(([name]) => !/^(?:SEXTANT_|VITEST|NODE_OPTIONS$|NODE_ENV$|TEST$)/.test(name)),
);

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'sextant-program-'));
  chmodSync(folder, 0o711);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Outcome {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

const sextant = (args: readonly string[], more: Readonly<Record<string, string>> = {}): Promise<Outcome> =>
  new Promise((resolve) => {
    execFile(process.execPath, [program, ...args], { cwd: folder, env: { ...env, ...more } }, (error, out, err) =>
      resolve({ code: error ? Number(error.code) : 0, out, err }),
    );
  });

describe('a start that is refused', () => {
  it('ends with the refusal alone: nothing is cut off on the way out', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const { port } = server.address() as { readonly port: number };
    await new Promise((resolve) => server.close(resolve));
    // A site in which nobody can sign in, now or later.
    writeFileSync(join(folder, 'site.json'), '{ "auth.providers": [] }');
    const declared = { SEXTANT__PLUGINS__SITE__SITE_CONFIGURATION__FILE: join(folder, 'site.json') };
    const args = ['serve', '--host', '0.0.0.0', '--port', String(port), '--data-dir', join(folder, 'data')];
    const { code, err } = await sextant(args, declared);
    expect(code).toBe(1);
    expect(err.slice(err.indexOf('SEXTANT_HTTP_NO_CREDENTIAL')).trimEnd().split('\n')).toEqual([
      expect.stringMatching(/^SEXTANT_HTTP_NO_CREDENTIAL: Sextant does not listen on 0\.0\.0\.0: /),
      expect.stringMatching(/^ {2}Fix: Make one first with `sextant token create`/),
    ]);
    expect(err).not.toMatch(/57P01|calling end|"level":"(?:warn|error)"/);
  }, 120_000);
});

describe('output that nobody reads any more', () => {
  it('ends the command in order', async () => {
    const child = spawn(process.execPath, [program, 'config', 'explain', 'database.main'], { cwd: folder, env });
    child.stdout.destroy();
    let err = '';
    child.stderr.on('data', (text) => (err += String(text)));
    const [code] = await once(child, 'close');
    expect({ code, err }).toEqual({ code: 0, err: '' });
  }, 60_000);
});

describe('commands of plugins that the configuration adds', () => {
  const plugin = (id: string, text: string): string => {
    const at = join(folder, 'plugins', id);
    mkdirSync(join(at, 'node_modules', '@sextant'), { recursive: true });
    symlinkSync(join(root, 'sdk'), join(at, 'node_modules', '@sextant', 'sdk'));
    writeFileSync(join(at, 'package.json'), JSON.stringify({ name: `plugin-${id}`, type: 'module', exports: './index.js' }));
    writeFileSync(
      join(at, 'index.js'),
      `import { appendFileSync } from 'node:fs';
import { definePart, definePlugin, z } from '@sextant/sdk';
const read = (what) => appendFileSync(${JSON.stringify(join(folder, 'read.txt'))}, what + '\\n');
read('${id}');
export default definePlugin({
  id: '${id}', version: '1.0.0', title: '${id}', summary: '${id}', engines: { kernel: '^1.0.0' }, toggle: 'default-on',
  parts: { api: async () => { read('${id} api'); throw new Error('not needed'); }, cli: async () => ({ default: definePart()({ deps: {}, register(r) { ${text} } }) }) },
});
`,
    );
    return at;
  };
  let config: string;
  beforeAll(() => {
    const command = (name: string): string =>
      `r.command({ name: '${name}', summary: 'Greets (${name}).', arguments: z.object({ who: z.string().describe('Whom') }), run: ({ who }, _d, { out }) => { out.line('hello ' + who); return 0; } });`;
    plugin('greeter', `${command('greet loudly')} ${command('serve')}`);
    plugin('broken', `throw new Error('boom');`);
    config = join(folder, 'with-plugins.yaml');
    writeFileSync(config, 'pluginPaths: [plugins]\n');
  });
  const readFiles = async (): Promise<string> => {
    const { readFile } = await import('node:fs/promises');
    return await readFile(join(folder, 'read.txt'), 'utf8').catch(() => '');
  };

  it('are offered, in help too, beside those that cannot be read', async () => {
    const { code, out, err } = await sextant(['--help', '--config', config]);
    expect([code, out]).toEqual([0, expect.stringMatching(/^ {2}greet +Commands: loudly\.$/m)]);
    expect(err).toContain('The commands of "broken" could not be read: boom');
    expect(err).toContain('The command "serve" of "greeter" is left out');
    expect((await sextant(['greet', '--help'], { SEXTANT_CONFIG: config })).out).toContain('Greets (greet loudly).');
    expect((await sextant(['greet', 'loudly', '--help', `--config=${config}`])).out).toContain('--who <value>');
  }, 60_000);

  it('run', async () => {
    const data = join(folder, 'data');
    const { code, out, err } = await sextant(['greet', 'loudly', '--who', 'Ada', '--config', config, '--data-dir', data]);
    expect({ code, out }, err).toEqual({ code: 0, out: 'hello Ada\n' });
  }, 120_000);

  it('load nothing where a command of ours was named, and never a part of another role', async () => {
    rmSync(join(folder, 'read.txt'), { force: true });
    await sextant(['serve', '--help'], { SEXTANT_CONFIG: config });
    await sextant(['token', 'create', '--help'], { SEXTANT_CONFIG: config });
    expect(await readFiles()).toBe('');
    await sextant(['--help'], { SEXTANT_CONFIG: config });
    expect(await readFiles()).toBe('broken\ngreeter\n');
  }, 60_000);

  it('do not keep the others from running when the configuration cannot be read', async () => {
    const broken = join(folder, 'broken.yaml');
    writeFileSync(broken, 'http: [\n');
    const { code, out, err } = await sextant(['--help'], { SEXTANT_CONFIG: broken });
    expect([code, out]).toEqual([0, expect.stringContaining('serve')]);
    expect(err).toContain('could not be read');
  }, 60_000);
});

describe('sextant config explain', () => {
  it('says of a secret that is not set that it exists, and how to set it; of a key that nobody has, that there is none', async () => {
    const { code, out } = await sextant(['config', 'explain', 'database.main']);
    expect([code, out]).toEqual([
      0,
      expect.stringMatching(/^database\.main +not set +a secret; set SEXTANT_DATABASE_URL in the environment, or /m),
    ]);
    const set = await sextant(['config', 'explain', 'database.main'], { SEXTANT_DATABASE_URL: 'postgres://u:canary@h/d' });
    expect(set.out).toMatch(/^database\.main +"\[redacted\]" +environment SEXTANT_DATABASE_URL$/m);
    const none = await sextant(['config', 'explain', 'database.mian']);
    expect([none.code, none.err]).toEqual([2, expect.stringContaining('There is no key "database.mian".')]);
  }, 60_000);

  it('says what a switch in the configuration wins over', async () => {
    expect((await sextant(['config', 'explain', 'plugins.search.enabled'])).out).toContain('a live switch wins over it: sextant plugin');
    const { out } = await sextant(['config', 'explain', 'plugins.search.enabled'], { SEXTANT__PLUGINS__SEARCH: 'false' });
    expect(out).toMatch(
      /^plugins\.search\.enabled +false +environment SEXTANT__PLUGINS__SEARCH +wins over a live switch, which is refused$/m,
    );
  }, 60_000);
});
