import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import codeHost from '@sextant/plugin-code-host';
import git from '@sextant/plugin-git';
import identity from '@sextant/plugin-identity';
import { at, type RebindingDns, rebindingDns, startTestKernel, type TestKernel, textAt } from '@sextant/sdk/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import manifest from './manifest.js';
import { FakeGitea } from './testing/fake-gitea.js';

const eventually = { timeout: 30_000, interval: 50 };

describe('a code host by a name that an attacker’s name server answers for (row 21)', () => {
  const folder = mkdtempSync(join(tmpdir(), 'sextant-rebinding-'));
  // Names that this machine's own resolver does not know.
  const addresses: Record<string, string[]> = {
    'forge.example': ['127.0.0.1'],
    'gitea.internal.example': ['127.0.0.1'],
    'hop.example': ['127.0.0.1'],
  };
  const hits: string[] = [];
  let dns: RebindingDns;
  let gitea: FakeGitea;
  let inside: Server;
  let kernel: TestKernel;

  beforeAll(async () => {
    execFileSync('git', ['init', '--quiet', '--bare', join(folder, 'ana/anvil.git')]);
    gitea = await FakeGitea.start([{ id: 1, name: 'ana/anvil', private: true }]);
    gitea.gitFolder = folder;
    inside = createServer((request, response) => {
      hits.push(`${request.headers.host} ${request.url}`);
      // The first request is to the host of a connection: it leads to a name that is nobody's in the configuration.
      if (request.headers.host?.startsWith('hop.')) response.end('[]');
      else response.writeHead(302, { location: `http://hop.example:${portOf(inside)}${request.url}` }).end();
    });
    await new Promise<void>((resolve) => inside.listen(0, '127.0.0.1', resolve));
    dns = await rebindingDns(addresses);
    kernel = await startTestKernel({ plugins: [identity, codeHost, manifest, git], lookup: dns.lookup });
  }, 60_000);
  afterAll(async () => {
    inside.closeAllConnections();
    await new Promise((resolve) => inside.close(resolve));
    for (const one of [dns, gitea]) await one?.[Symbol.asyncDispose]();
    rmSync(folder, { recursive: true, force: true });
  });

  const portOf = (server: Server): number => (server.address() as AddressInfo).port;
  const connected = async (name: string, config: object): Promise<string> => {
    const { data, errors } = await kernel.graphql(
      'mutation($name: String!, $config: String!) { addExternalService(input: { kind: GITEA, displayName: $name, config: $config }) { id } }',
      { name, config: JSON.stringify({ token: gitea.token, repositoryPathPattern: `${name}/{nameWithOwner}`, ...config }) },
    );
    expect(errors).toEqual([]);
    return textAt(data, 'addExternalService.id');
  };
  const byName = () => ({ url: gitea.url.replace('127.0.0.1', 'forge.example') });
  const synced = async (id: string): Promise<unknown> => {
    await kernel.graphql('mutation($id: ID!) { syncExternalService(id: $id) { alwaysNil } }', { id });
    await kernel.jobs.drain();
    const query = 'query($id: ID!) { node(id: $id) { ... on ExternalService { lastSyncError } } }';
    return at((await kernel.graphql(query, { id })).data, 'node.lastSyncError');
  };
  const mirror = async (name: string): Promise<{ id: string; mirrorInfo: { cloned: boolean; lastError: string | null } } | null> => {
    const query = 'query($name: String!) { repository(name: $name) { id mirrorInfo { cloned lastError } } }';
    return at((await kernel.graphql(query, { name })).data, 'repository') as never;
  };

  it('is listed and cloned at the address that was checked, and at no other once the name is bound anew', { timeout: 60_000 }, async () => {
    const id = await connected('forge', byName());
    expect(await synced(id)).toBeNull();
    await expect.poll(async () => (await mirror('forge/ana/anvil'))?.mirrorInfo, eventually).toEqual({ cloned: true, lastError: null });

    addresses['forge.example'] = ['169.254.169.254'];
    // The connection that is open leads to where it was checked; the next one asks for the name again.
    gitea.faults.next('reset', { times: 1 });
    expect(await synced(id)).toContain('forge.example is not called');
    const repository = await mirror('forge/ana/anvil');
    expect(repository?.mirrorInfo.cloned).toBe(true);
    await kernel.graphql('mutation($id: ID!) { updateMirrorRepository(repository: $id) { alwaysNil } }', { id: repository?.id });
    await expect
      .poll(async () => (await mirror('forge/ana/anvil'))?.mirrorInfo.lastError, eventually)
      .toContain('SEXTANT_OUTBOUND_ADDRESS: forge.example is not called');
  });

  it('is not followed inside by a redirect', async () => {
    const id = await connected('redirect', { url: `http://127.0.0.1:${portOf(inside)}` });
    expect(await synced(id)).toContain('hop.example is not called');
    expect(hits.filter((hit) => hit.startsWith('hop.'))).toEqual([]);
    expect(hits.length).toBeGreaterThan(0);
  });

  it('sends no clone to another name of its own choice', { timeout: 60_000 }, async () => {
    await connected('ssh', { url: gitea.url, gitURLType: 'ssh' });
    await expect
      .poll(async () => (await mirror('ssh/ana/anvil'))?.mirrorInfo.lastError, eventually)
      .toContain('SEXTANT_OUTBOUND_ADDRESS: gitea.internal.example is not called');
  });
});
