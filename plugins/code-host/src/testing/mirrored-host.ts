import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Manifest } from '@sextant/sdk';
import { LeakWatch, textAt } from '@sextant/sdk/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ConnectedSextant, connectSextant } from './connected-sextant.js';
import type { FakeDelivery, FakeEntry, ProtocolServer } from './protocol-server.js';

const SECRET = 'hunter2-canary';
const EVENTUALLY = { timeout: 30_000, interval: 100 };

/** One repository at a host, and what the host does with it. */
export interface MirroredHostScene<F extends ProtocolServer<FakeEntry>> {
  /** The kind's manifest, and those that mirror and search. */
  readonly plugins: readonly Manifest[];
  readonly kind: string;
  /** A host with the repository of id 1, which is private. */
  readonly start: () => Promise<F>;
  /** The connection's configuration. Its repositories may bear any name here. */
  readonly config: (host: F) => object;
  /** Where the repository is cloned from, below the host. */
  readonly clonePath: string;
  /** What it is called at the host after a rename. */
  readonly renamed: string;
  /** What must show nowhere: the credential, or each of several. */
  readonly credential: string | readonly string[];
  readonly pushed: (host: F, secret: string) => FakeDelivery;
}

/** What people have a connection for: from the host to the search, through git, with a push that is told of, a rename and a deletion. */
export const describeMirroredHost = <F extends ProtocolServer<FakeEntry>>(title: string, scene: MirroredHostScene<F>): void => {
  describe(`${title}, mirrored`, () => {
    const folder = mkdtempSync(join(tmpdir(), 'sextant-mirrored-'));
    const bare = join(folder, scene.clonePath);
    let host: F;
    let sextant: ConnectedSextant;
    let watch: LeakWatch;

    beforeAll(async () => {
      execFileSync('git', ['init', '--quiet', '--bare', '--initial-branch=main', bare]);
      commit(bare, 'first.txt', 'needleone\n');
      host = await scene.start();
      host.gitFolder = folder;
      watch = await LeakWatch.start([scene.credential, SECRET].flat());
      host.whileGitWaits = watch.look;
      sextant = await connectSextant(scene.plugins, scene.kind, scene.config(host), { config: { tracing: watch.tracing } });
    }, 60_000);
    afterAll(async () => {
      for (const one of [host, watch]) await one?.[Symbol.asyncDispose]();
      rmSync(folder, { recursive: true, force: true });
    });

    it('clones a private repository with the credential, and finds what is in it', { timeout: 60_000 }, async () => {
      await expect.poll(() => sextant.matches('needleone'), EVENTUALLY).toBe(1);
    });

    it('finds what was pushed when the host tells of it', { timeout: 60_000 }, async () => {
      const { data } = await sextant.kernel.graphql(
        'mutation($kind: String!, $urn: String!, $secret: String) { createWebhook(name: "Forge", codeHostKind: $kind, codeHostURN: $urn, secret: $secret) { url } }',
        { kind: scene.kind, urn: host.url, secret: SECRET },
      );
      commit(bare, 'second.txt', 'needletwo\n');
      expect(await sextant.matches('needletwo')).toBe(0);
      const { query = '', ...delivery } = scene.pushed(host, SECRET);
      const path = new URL(textAt(data, 'createWebhook.url')).pathname;
      expect((await sextant.kernel.fetch(`${path}${query}`, { method: 'POST', ...delivery })).status).toBe(200);
      await expect.poll(() => sextant.matches('needletwo'), EVENTUALLY).toBe(1);
    });

    it('follows a rename, and deletes what the host has no more', async () => {
      const before = await sextant.names();
      host.rename(1, scene.renamed);
      await sextant.sync();
      const after = await sextant.names();
      expect(after).toHaveLength(1);
      expect(after).not.toEqual(before);
      host.repositories = host.repositories.filter(({ id }) => id !== 1);
      await sextant.sync();
      expect(await sextant.names()).toEqual([]);
    });

    it('leaves the credential and the secret in no file, table, answer, log, trace or process (row 22)', async () => {
      const { data } = await sextant.kernel.graphql(
        '{ externalServices { nodes { config lastSyncError } } outboundRequests { nodes { url requestHeaders { name values } errorMessage } } webhookLogs { nodes { request { body headers { name values } } } } }',
      );
      expect(await watch.leaks(sextant.kernel, data)).toEqual([]);
      // The mirror's own configuration was among the files.
      expect(readdirSync(sextant.kernel.dataDir, { recursive: true }).some((path) => String(path).endsWith('.git/config'))).toBe(true);
      // It was looked while git and what git starts were at work.
      if (process.platform === 'linux')
        expect([...watch.programs]).toEqual(expect.arrayContaining(['git', expect.stringContaining('git-remote-http')]));
    });
  });
};

/** A commit on main, made without a working tree. */
function commit(bare: string, file: string, content: string): void {
  const run = (args: readonly string[], input?: string): string =>
    execFileSync('git', ['-C', bare, ...args], {
      encoding: 'utf8',
      env: { PATH: process.env['PATH'], GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_NOSYSTEM: '1' },
      ...(input === undefined ? {} : { input }),
    });
  const parent = run(['for-each-ref', '--format=from %(refname)^0', 'refs/heads/main']);
  run(
    ['fast-import', '--quiet', '--date-format=now'],
    `commit refs/heads/main\ncommitter Ana <ana@example.com> now\ndata 3\nadd\n${parent}M 644 inline ${file}\ndata ${Buffer.byteLength(content)}\n${content}\n`,
  );
}
