import { type ChildProcess, execFile, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, readdirSync, renameSync, rmSync, truncateSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { FakeGitea } from './testing/fake-gitea.js';

// Three things that go wrong with an installation, and what the built program says of each. SEXTANT_TEST_REPORT=1 prints it.
const program = join(import.meta.dirname, '..', '..', '..', 'hosts', 'cli', 'dist', 'main.js');
const eventually = { timeout: 60_000, interval: 250 };
const folder = mkdtempSync(join(tmpdir(), 'sextant-broken-'));
const data = join(folder, 'data');
const env = Object.fromEntries(
  Object.entries(process.env).filter(([name]) => !/^(?:SEXTANT_|SRC_|VITEST|NODE_OPTIONS$|NODE_ENV$|TEST$)/.test(name)),
);

let gitea: FakeGitea;
let nobody: string;
let server: ChildProcess;
let url: string;

interface Outcome {
  readonly code: number;
  readonly out: string;
}

const sextant = (...args: readonly string[]): Promise<Outcome> =>
  new Promise((resolve) => {
    execFile(process.execPath, [program, ...args], { cwd: folder, env: { ...env, SEXTANT_ENDPOINT: url } }, (error, out, err) => {
      const outcome = { code: error ? Number(error.code) : 0, out: out + err };
      if (process.env['SEXTANT_TEST_REPORT'] && !args.includes('--json'))
        process.stdout.write(`$ sextant ${args.join(' ').replace(` --data-dir ${data}`, '')}\n${outcome.out}[code ${outcome.code}]\n\n`);
      resolve(outcome);
    });
  });
const whyStale = async (name: string) => JSON.parse((await sextant('--json', 'why-stale', name)).out) as { verdict: string; steps: Step[] };
const doctor = (...args: readonly string[]) => sextant('doctor', '--data-dir', data, ...args);
interface Step {
  readonly name: string;
  readonly state: string;
  readonly code: string | null;
}
/** The steps that fail, with their codes. */
const failing = async (name: string): Promise<Record<string, string | null>> =>
  Object.fromEntries((await whyStale(name)).steps.filter(({ state }) => state === 'FAILING').map(({ name: step, code }) => [step, code]));

async function graphql(query: string, variables: object = {}): Promise<Record<string, never>> {
  const response = await fetch(`${url}/.api/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query, variables }),
  });
  const { data: answer, errors } = (await response.json()) as { data: Record<string, never>; errors?: unknown };
  expect(errors).toBeUndefined();
  return answer;
}

async function connect(kind: string, displayName: string, config: object): Promise<string> {
  const { addExternalService } = await graphql(
    'mutation($kind: ExternalServiceKind!, $displayName: String!, $config: String!) { addExternalService(input: { kind: $kind, displayName: $displayName, config: $config }) { id } }',
    { kind, displayName, config: JSON.stringify(config) },
  );
  return (addExternalService as unknown as { id: string }).id;
}

/** An address that nobody listens on. */
async function closedAddress(): Promise<string> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as { readonly port: number };
  await new Promise((resolve) => probe.close(resolve));
  return `http://127.0.0.1:${port}`;
}

beforeAll(async () => {
  chmodSync(folder, 0o711);
  const repository = join(folder, 'hosted/ana/anvil.git');
  execFileSync('git', ['init', '--quiet', '--bare', '--initial-branch=main', repository]);
  execFileSync('git', ['-C', repository, 'fast-import', '--quiet'], {
    input:
      'commit refs/heads/main\ncommitter Ana <ana@example.com> 1700000000 +0000\ndata 3\nadd\nM 644 inline first.txt\ndata 7\nneedle\n\n',
  });
  gitea = await FakeGitea.start([{ id: 1, name: 'ana/anvil', private: true }]);
  gitea.gitFolder = join(folder, 'hosted');
  nobody = await closedAddress();
  server = spawn(process.execPath, [program, 'serve', '--port', '0', '--data-dir', data, '--log-level', 'error'], {
    cwd: folder,
    env: { ...env, SEXTANT__PLUGINS__SEARCH__INDEX_EVERY: '5s' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let out = '';
  url = await new Promise((resolve, reject) => {
    server.stdout?.on('data', (chunk) => {
      out += String(chunk);
      const found = /ready at (\S+)/.exec(out)?.[1];
      if (found) resolve(found);
    });
    server.once('exit', (code) => reject(new Error(`ended with ${code}: ${out}`)));
  });
}, 120_000);
afterAll(async () => {
  if (server?.exitCode === null) {
    server.kill('SIGTERM');
    await once(server, 'exit');
  }
  await gitea?.[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true, force: true });
}, 60_000);

it('says of a repository that is well that nothing is stale', { timeout: 120_000 }, async () => {
  await connect('GITEA', 'Forge', { url: gitea.url, token: gitea.token, repositoryPathPattern: 'forge/{nameWithOwner}' });
  await expect.poll(async () => (await whyStale('forge/ana/anvil')).verdict, eventually).toBe('FRESH');
  const { code, out } = await sextant('why-stale', 'forge/ana/anvil');
  expect([code, out]).toEqual([
    0,
    expect.stringMatching(/^forge\/ana\/anvil is fresh\. Nothing is stale: index has [0-9a-f]{12}, the head, seen at /),
  ]);
  expect((await sextant('why-stale', 'forge/ana/anvill')).out).toContain('Did you mean:\n  forge/ana/anvil');
  expect(await doctor()).toMatchObject({ code: 0, out: expect.stringContaining('Connection "Forge" (GITEA) works.') });
});

it('says of an expired token that the host refuses it, at the connection and at the fetch', { timeout: 120_000 }, async () => {
  gitea.tokens.clear();
  const { externalServices } = await graphql('{ externalServices { nodes { id } } }');
  const [{ id }] = (externalServices as unknown as { nodes: [{ id: string }] }).nodes;
  await graphql('mutation($id: ID!) { syncExternalService(id: $id) { alwaysNil } }', { id });
  await fetch(`${url}/.api/repos/forge/ana/anvil/-/refresh`, { method: 'POST' });
  await expect
    .poll(() => failing('forge/ana/anvil'), eventually)
    .toEqual({ connection: 'SEXTANT_CODE_HOST_REFUSED', fetch: 'SEXTANT_GIT_AUTHENTICATION' });
  expect(await sextant('why-stale', 'forge/ana/anvil')).toMatchObject({
    code: 1,
    out: expect.stringMatching(/^forge\/ana\/anvil is stale\. connection: A code host refused the credential/),
  });
  expect(await doctor()).toMatchObject({
    code: 1,
    out: expect.stringMatching(/code-host\/connections +problem +Connection "Forge" \(GITEA\) does not work/),
  });

  gitea.tokens.set(gitea.token, ['repository', 'organization', 'user']);
  const fixed = await doctor('--fix');
  expect(fixed).toMatchObject({
    code: 0,
    out: expect.stringMatching(/This is done now:\n[\s\S]*connection "Forge"[\s\S]*Of it:\n {2}done: /),
  });
  await expect.poll(async () => (await whyStale('forge/ana/anvil')).verdict, eventually).toBe('FRESH');
});

it('says of a git remote that is not there that it cannot be reached, and nothing of what works', { timeout: 120_000 }, async () => {
  const id = await connect('OTHER', 'Old server', { url: nobody, repos: ['tools/lathe'], repositoryPathPattern: 'old/{repo}' });
  await expect.poll(() => failing('old/tools/lathe'), eventually).toEqual({ fetch: 'SEXTANT_GIT_UNREACHABLE' });
  expect(await sextant('why-stale', 'old/tools/lathe')).toMatchObject({
    code: 1,
    out: expect.stringMatching(/^old\/tools\/lathe is stale\. fetch: The code host could not be reached\./),
  });
  expect(await doctor()).toMatchObject({
    code: 1,
    out: expect.stringMatching(/git\/mirrors +problem +old\/tools\/lathe could not be fetched/),
  });
  expect((await whyStale('forge/ana/anvil')).verdict).toBe('FRESH');
  await graphql('mutation($id: ID!) { deleteExternalService(externalService: $id) { alwaysNil } }', { id });
  expect(await sextant('why-stale', 'old/tools/lathe')).toMatchObject({ code: 1, out: expect.stringContaining('is deleted') });
});

it('says of a damaged shard that the answers are incomplete, and builds it anew when it is told to', { timeout: 120_000 }, async () => {
  const shards = readdirSync(data, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.sxc'));
  const mirrors = join(data, 'repos');
  // Without the mirror nothing can be built anew, and the damage stays to be looked at.
  renameSync(mirrors, `${mirrors}-away`);
  for (const shard of shards) truncateSync(join(data, shard), 3);
  const search = () => fetch(`${url}/.api/search/stream?q=needle`).then((response) => response.text());
  await expect
    .poll(async () => [await search(), await failing('forge/ana/anvil')][1], eventually)
    .toEqual({ index: 'SEXTANT_SEARCH_SHARD_DAMAGED' });
  expect(await sextant('why-stale', 'forge/ana/anvil')).toMatchObject({
    code: 1,
    out: expect.stringContaining('index: A part of the index'),
  });
  expect(await doctor()).toMatchObject({
    code: 1,
    out: expect.stringMatching(/search\/index +problem +A part of the index of forge\/ana\/anvil/),
  });

  renameSync(`${mirrors}-away`, mirrors);
  // The build may be tried again by itself before: then there is nothing left to do.
  expect(await doctor('--fix')).toMatchObject({ code: 0 });
  await expect.poll(async () => (await whyStale('forge/ana/anvil')).verdict, eventually).toBe('FRESH');
  expect(await search()).toContain('first.txt');
});
