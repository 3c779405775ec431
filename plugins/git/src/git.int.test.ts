import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import codeHost from '@sextant/plugin-code-host';
import codeHostLocal from '@sextant/plugin-code-host-local';
import identity from '@sextant/plugin-identity';
import { core } from '@sextant/sdk';
import { at, startTestKernel, type TestKernel, textAt } from '@sextant/sdk/testing';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import git from './manifest.js';
import { scheduleFetches } from './schedule/jobs.js';
import { aRepository, type BuiltRepository } from './testing/a-repository.js';

let kernel: TestKernel;
let source: BuiltRepository;
let name: string;
const ask = async (query: string, variables?: Record<string, unknown>) => {
  const { data, errors } = await kernel.graphql(query, variables);
  expect(errors).toEqual([]);
  return data;
};
const repository = async (fields: string) =>
  at(await ask(`query ($name: String!) { repository(name: $name) { ${fields} } }`, { name }), 'repository');

beforeAll(async () => {
  source = aRepository({
    bare: false,
    commits: [{ message: 'First', files: { 'README.md': '# Hi\n', 'src/x.ts': 'export const x = 1;\n' } }],
    tags: { v1: ':1' },
  });
  kernel = await startTestKernel({ plugins: [identity, codeHost, codeHostLocal, git] });
  const added = await ask('mutation ($input: AddExternalServiceInput!) { addExternalService(input: $input) { id } }', {
    input: { kind: 'LOCAL', displayName: 'here', config: JSON.stringify({ roots: [source.path] }) },
  });
  expect(at(added, 'addExternalService.id')).toBeTruthy();
  await vi.waitFor(
    async () => {
      const data = await ask('{ repositories { nodes { name mirrorInfo { cloned } } } }');
      name = textAt(data, 'repositories.nodes.0.name');
      expect(at(data, 'repositories.nodes.0.mirrorInfo.cloned')).toBe(true);
    },
    { timeout: 30_000, interval: 50 },
  );
}, 60_000);

describe('git in a running Sextant', () => {
  it('is active in every role of the process', () => {
    expect(kernel.plugin('git')).toMatchObject({ state: 'active', reason: undefined });
  });

  it('shows what a connection brought: branch, commit, files', async () => {
    expect(
      await repository(
        'defaultBranch { name displayName target { oid } } commit(rev: "v1") { subject tree { entries { path } } blob(path: "src/x.ts") { content } } mirrorInfo { cloned lastError byteSize updatedAt nextSyncAt shard }',
      ),
    ).toMatchObject({
      defaultBranch: { name: 'refs/heads/main', displayName: 'main', target: { oid: source.git('rev-parse', 'main') } },
      commit: { subject: 'First', tree: { entries: [{ path: 'README.md' }, { path: 'src' }] }, blob: { content: 'export const x = 1;\n' } },
      mirrorInfo: {
        cloned: true,
        lastError: null,
        shard: expect.any(String),
        updatedAt: expect.any(String),
        nextSyncAt: expect.any(String),
      },
    });
  });

  it('answers the list that src asks for, filtered by what is cloned and ordered by size', async () => {
    const list =
      'query ($cloned: Boolean, $notCloned: Boolean) { repositories(cloned: $cloned, notCloned: $notCloned, orderBy: SIZE) { nodes { id defaultBranch { name displayName } } } }';
    expect(at(await ask(list, { cloned: true, notCloned: false }), 'repositories.nodes')).toMatchObject([
      { defaultBranch: { name: 'refs/heads/main' } },
    ]);
    expect(at(await ask(list, { cloned: false, notCloned: true }), 'repositories.nodes')).toEqual([]);
    expect(at(await ask('{ repositoryStats { total cloned notCloned } }'), 'repositoryStats')).toEqual({
      total: 1,
      cloned: 1,
      notCloned: 0,
    });
  });

  it('serves raw files and the zip that src unpacks', async () => {
    const raw = await kernel.fetch(`/${name}@main/-/raw/src/x.ts`);
    expect([raw.status, raw.headers.get('content-type'), await raw.text()]).toEqual([
      200,
      'text/plain; charset=utf-8',
      'export const x = 1;\n',
    ]);
    const zip = await kernel.fetch(`/${name}@${source.git('rev-parse', 'main')}/-/raw`, { headers: { accept: 'application/zip' } });
    expect(zip.headers.get('content-type')).toBe('application/zip');
    expect(Buffer.from(await zip.arrayBuffer()).toString('latin1')).toContain('src/x.ts');
    expect((await kernel.fetch(`/${name}/-/raw`, { method: 'HEAD' })).status).toBe(200);
    const range = await kernel.fetch(`/${name}/-/raw/README.md`, { headers: { range: 'bytes=2-3' } });
    expect([range.status, await range.text()]).toEqual([206, 'Hi']);
  });

  it('row 3: answers 400 for what cannot be, 404 for what is not there', async () => {
    expect((await kernel.fetch(`/${name}/-/raw/%252e%252e%252fx`)).status).toBe(400);
    expect((await kernel.fetch(`/${name}@--output=x/-/raw/README.md`)).status).toBe(400);
    const [a, b] = await Promise.all([kernel.fetch(`/${name}/-/raw/none`), kernel.fetch('/no/such/-/raw/none')]);
    expect([a.status, b.status]).toEqual([404, 404]);
    const [missing, unknown] = await Promise.all(
      [a, b].map(async (reply) => ({ ...((await reply.json()) as { error: object }).error, requestId: '' })),
    );
    expect(missing).toEqual(unknown);
  });

  it('fetches what was committed since, when it is asked to', async () => {
    const oid = source.commit({ message: 'Second', files: { new: '1\n' } });
    const id = at(await repository('id'), 'id');
    await ask('mutation ($id: ID!) { updateMirrorRepository(repository: $id) { alwaysNil } }', { id });
    await expect
      .poll(async () => at(await repository('defaultBranch { target { oid } }'), 'defaultBranch.target.oid'), { timeout: 15_000 })
      .toBe(oid);
    expect((await kernel.fetch(`/.api/repos/${name}/-/refresh`, { method: 'POST' })).status).toBe(202);
    await kernel.jobs.drain();
  });

  it('fetches what is due without being asked', async () => {
    const oid = source.commit({ message: 'Second', files: { due: '1\n' } });
    await kernel.service(core.storage, 'git').query(`update mirrors set next_fetch = now() - interval '1 minute'`);
    await kernel.jobs.enqueue(scheduleFetches, {});
    await kernel.jobs.drain();
    expect(at(await repository('defaultBranch { target { oid } }'), 'defaultBranch.target.oid')).toBe(oid);
  });

  it('clones anew when it is told to', async () => {
    const id = at(await repository('id'), 'id');
    await ask('mutation ($id: ID!) { recloneRepository(repo: $id) { alwaysNil } }', { id });
    await kernel.jobs.drain();
    expect(await repository('mirrorInfo { cloned } commit(rev: "HEAD") { subject }')).toEqual({
      mirrorInfo: { cloned: true },
      commit: { subject: 'Second' },
    });
  });

  it('keeps nothing of the source folder in the mirror', () => {
    const mirrors = join(kernel.dataDir, 'repos');
    const files = readdirSync(mirrors, { recursive: true, withFileTypes: true }).filter((e) => e.isFile() && e.name === 'config');
    expect(files).toHaveLength(1);
    expect(readFileSync(join(files[0]!.parentPath, 'config'), 'utf8')).not.toContain(dirname(source.path));
    expect(execFileSync('git', ['-C', files[0]!.parentPath, 'fsck', '--full'], { encoding: 'utf8' })).toBe('');
  });
});
