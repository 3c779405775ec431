import { readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { basename, dirname, join } from 'node:path';
import { gitBackend } from '@sextant/plugin-code-host/testing';
import { RepoName, RevSpec } from '@sextant/sdk';
import { inMemoryServices, rebindingDns } from '@sextant/sdk/testing';
import { describe, expect, it, vi } from 'vitest';
import type { FetchSource } from '../api.js';
import { aGit, type TestGit } from '../testing/a-git.js';
import { aGitServer } from '../testing/a-git-server.js';
import { aFolder, aRepository } from '../testing/a-repository.js';

const [USER, PASSWORD] = ['ana', 'pass'];
const portOf = (url: string): number => Number(new URL(url).port);
const refused = { code: 'SEXTANT_OUTBOUND_ADDRESS' };
const started = (test: TestGit): readonly string[] => test.spans.map(({ name }) => name);

/** A git for which names are as `table` has them: of several addresses each look-up is given the next, and then the last. */
async function gitWith(table: Readonly<Record<string, readonly string[]>>, allow: readonly string[]) {
  const dns = await rebindingDns(table);
  const test = await aGit({ http: inMemoryServices({ allow, lookup: dns.lookup }).http });
  return {
    test,
    dns,
    fetch: (name: string, source: FetchSource) => test.fetch(name, source),
    [Symbol.asyncDispose]: async () => {
      await test.close();
      await dns[Symbol.asyncDispose]();
    },
  };
}

// Only Linux answers at every address of 127.0.0.0/8 without being told to: 127.0.0.2 stands for a host outside, 127.0.0.1 for one inside.
describe.skipIf(process.platform !== 'linux')('row 21: a name that git would resolve by itself', () => {
  it('leads to the address that was checked, whatever it leads to by the time of the connection', async () => {
    const source = aRepository();
    await using outside = await aGitServer(dirname(source.path), USER, PASSWORD, { host: '127.0.0.2' });
    // What every system takes "localhost" for is what the attacker's server says from the second look-up on.
    await using inside = await aGitServer(dirname(source.path), USER, PASSWORD, { port: portOf(outside.url) });
    await using git = await gitWith({ localhost: ['127.0.0.2', '127.0.0.1'] }, ['127.0.0.2']);
    const from = { url: `http://localhost:${portOf(outside.url)}/${basename(source.path)}`, username: USER, password: PASSWORD };

    expect((await git.fetch('rebound', from)).at(-1)).toMatchObject({ type: 'done', cloned: true });
    // The connection went to an address, the credential to a name.
    expect(outside.seen).toContain(`Basic ${Buffer.from(`${USER}:${PASSWORD}`).toString('base64')}`);
    expect(git.dns.asked).toEqual(['localhost']);
    const before = started(git.test).length;
    await expect(git.fetch('rebound', from)).rejects.toMatchObject(refused);
    expect([inside.seen, started(git.test).length]).toEqual([[], before]);
    // What was cloned stays.
    expect(await git.test.git.resolve({ repository: RepoName.parse('rebound'), revision: RevSpec.HEAD })).toMatch(/^[0-9a-f]{40}$/);
  });

  it('leads to any of its addresses, where one does not answer', async () => {
    const source = aRepository();
    await using server = await aGitServer(dirname(source.path), USER, PASSWORD, { host: '127.0.0.2' });
    const http = { resolve: async () => ['::1', '127.0.0.2'] };
    const test = await aGit({ http });
    const url = `http://git.example:${portOf(server.url)}/${basename(source.path)}`;
    expect((await test.fetch('many', { url, username: USER, password: PASSWORD })).at(-1)).toMatchObject({ cloned: true });
    await test.close();
  });

  it.each([
    ['http://metadata.example/a.git', 'admin'],
    ['https://metadata.example/a.git', 'admin'],
    ['ssh://git@metadata.example/a.git', 'admin'],
    ['git@metadata.example:a.git', 'admin'],
    ['http://169.254.169.254/a.git', 'admin'],
    ['http://[::ffff:a9fe:a9fe]/a.git', 'admin'],
    ['ssh://git@169.254.169.254/a.git', 'admin'],
    ['http://inside.example/a.git', 'person'],
    ['https://127.0.0.1/a.git', 'person'],
    ['ssh://git@0x7f.1/a.git', 'person'],
    ['git@inside.example:a.git', undefined],
  ] as const)('and so %s, written by %s, starts no git', async (url, from) => {
    await using git = await gitWith({ 'metadata.example': ['169.254.169.254'], 'inside.example': ['10.0.0.1'] }, []);
    await expect(git.fetch('refused', { url, ...(from ? { from } : {}) })).rejects.toMatchObject(refused);
    expect(started(git.test)).toEqual([]);
  });

  it('is told to ssh by its address, and its key is known by its name', async () => {
    const source = aRepository();
    const folder = aFolder('ssh');
    const log = join(folder, 'calls');
    // Stands for ssh: it writes down its arguments, and runs here what would run there.
    writeFileSync(join(folder, 'ssh'), `#!/bin/sh\necho "$*" >> ${log}\nfor last; do :; done\nexec sh -c "$last"\n`, { mode: 0o700 });
    vi.stubEnv('PATH', `${folder}:${process.env['PATH']}`);
    await using git = await gitWith({ 'git.example': ['192.88.99.7', '127.0.0.1'] }, ['192.88.99.7']);
    await git.fetch('key', { url: `ssh://git@Git.Example:2222${source.path}` });
    await expect(git.fetch('key', { url: `git@git.example:${source.path}` })).rejects.toMatchObject(refused);
    const calls = readFileSync(log, 'utf8').trim().split('\n');
    expect(calls.length).toBeGreaterThan(1); // ls-remote, and the fetch
    for (const call of calls) expect(call).toContain('-o HostName=192.88.99.7 -o HostKeyAlias=[git.example]:2222');
  });

  it('that a proxy alone knows is left to the proxy, and to nothing else', async () => {
    const source = aRepository();
    const asked: string[] = [];
    const serve = gitBackend(dirname(source.path), () => true);
    const proxy = createServer((request, response) => {
      asked.push(String(request.url));
      request.url = new URL(String(request.url)).pathname + new URL(String(request.url)).search;
      serve(request, response);
    });
    await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
    await using git = await gitWith({}, []);
    vi.stubEnv('http_proxy', `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`);
    await git.fetch('proxied', { url: `http://unknown.example/${basename(source.path)}` });
    expect(asked[0]).toMatch(/^http:\/\/unknown\.example\//);
    // Past the proxy, which NO_PROXY asks for, the system's own resolver would come in: by it "localhost" is this machine.
    vi.stubEnv('no_proxy', 'localhost');
    const hits: string[] = [];
    const inside = createServer((request, response) => {
      hits.push(String(request.url));
      serve(request, response);
    });
    await new Promise<void>((resolve) => inside.listen(0, '127.0.0.1', resolve));
    const url = `http://localhost:${(inside.address() as AddressInfo).port}/${basename(source.path)}`;
    await expect(git.fetch('direct', { url })).rejects.toMatchObject({ code: 'SEXTANT_GIT_UNREACHABLE' });
    expect(hits).toEqual([]);
    for (const server of [proxy, inside]) {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    }
  });

  it('that a repository holds in its submodules is not asked for', async () => {
    const hits: string[] = [];
    const submodule = createServer((request, response) => {
      hits.push(String(request.url));
      response.writeHead(404).end();
    });
    await new Promise<void>((resolve) => submodule.listen(0, '127.0.0.1', resolve));
    const { port } = submodule.address() as AddressInfo;
    const source = aRepository({
      commits: [
        {
          files: {
            '.gitmodules': `[submodule "sub"]\n\tpath = sub\n\turl = http://127.0.0.1:${port}/sub.git\n\tfetchRecurseSubmodules = true\n`,
            sub: { mode: '160000', content: 'a'.repeat(40) },
          },
        },
      ],
    });
    const test = await aGit();
    await using server = await aGitServer(dirname(source.path), USER, PASSWORD);
    const from = { url: `${server.url}/${basename(source.path)}`, username: USER, password: PASSWORD };
    await test.fetch('super', from);
    source.commit({ files: { sub: { mode: '160000', content: 'b'.repeat(40) } } });
    expect((await test.fetch('super', from)).at(-1)).toMatchObject({ changed: true });
    expect(hits).toEqual([]);
    await test.close();
    submodule.closeAllConnections();
    await new Promise((resolve) => submodule.close(resolve));
  });
});
