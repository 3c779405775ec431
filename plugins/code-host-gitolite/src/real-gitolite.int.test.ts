import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import codeHost from '@sextant/plugin-code-host';
import { askBySsh } from '@sextant/plugin-code-host/api';
import { type ConnectedSextant, codeHostKindContract, connectSextant, failureOf, kindOnHost } from '@sextant/plugin-code-host/testing';
import git from '@sextant/plugin-git';
import highlight from '@sextant/plugin-highlight';
import identity from '@sextant/plugin-identity';
import search from '@sextant/plugin-search';
import { at, describeContract, inMemoryServices, LeakWatch, type RebindingDns, rebindingDns } from '@sextant/sdk/testing';
import { localPrograms } from '@sextant/sdk/testing/programs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { gitoliteKind } from './gitolite-kind.js';
import manifest from './manifest.js';
import { type KeyPair, missingForGitolite, RealGitolite } from './testing/real-gitolite.js';

const FIRST =
  'repo dev/anvil\n  RW+ = ana\nrepo tools/hammer\n  R = ana\nrepo secret\n  RW+ = admin\nrepo dev/CREATOR/[a-z]+\n  C = ana\n  RW+ = CREATOR\n';
const eventually = { timeout: 30_000, interval: 100 };

let gitolite: RealGitolite;
let ana: KeyPair;
let stranger: KeyPair;

const itself = `Gitolite itself, over ssh${missingForGitolite === undefined ? '' : ` (skipped: ${missingForGitolite})`}`;
describe.skipIf(missingForGitolite !== undefined)(itself, () => {
  beforeAll(async () => {
    gitolite = await RealGitolite.start();
    ana = gitolite.key('ana');
    stranger = gitolite.key('stranger');
    gitolite.configure(FIRST, { ana });
  }, 60_000);
  afterAll(() => gitolite?.[Symbol.asyncDispose]());

  const { http } = inMemoryServices();
  const kind = () =>
    gitoliteKind({
      ask: (question) => askBySsh({ ...question, http, programs: localPrograms }),
      knownHosts: () => join(gitolite.folder, 'client', 'known_hosts'),
    });
  const good = () => ({ host: gitolite.host, gitSSHKey: ana.privateKey });
  const { namesAtHost, check } = kindOnHost(kind, good);

  describeContract(
    codeHostKindContract(() => ({
      good: good(),
      refused: { ...good(), gitSSHKey: stranger.privateKey },
      unreachable: { ...good(), host: gitolite.host.replace(/:\d+$/, ':1') },
    })),
    'Gitolite, for real',
    kind,
  );

  it('lists what a key may read, and no pattern', async () => {
    // What comes with a new Gitolite, and what everybody may read there.
    expect(await namesAtHost()).toEqual(['dev/anvil', 'tools/hammer']);
  });

  it('refuses a key that it does not know, and says what is to be done', async () => {
    expect(await failureOf(check({ gitSSHKey: stranger.privateKey }))).toMatchObject({
      code: 'SEXTANT_CODE_HOST_REFUSED',
      fix: expect.stringContaining('public key'),
    });
  });

  it('refuses a key that is none by name', async () => {
    expect(await failureOf(check({ gitSSHKey: 'hunter2-canary' }))).toMatchObject({ code: 'SEXTANT_CODE_HOST_SSH_KEY' });
  });

  describe('with the whole of Sextant', () => {
    let sextant: ConnectedSextant;
    let dns: RebindingDns;
    let watch: LeakWatch;
    let callsOfSsh: string;
    let path: string | undefined;
    // A name that this machine's own resolver does not know: whoever connects by it was told the address.
    const addresses: Record<string, string[]> = { 'gitolite.example': ['127.0.0.1'] };
    const refresh = async (name: string): Promise<void> => {
      const id = at(
        (await sextant.kernel.graphql('query($name: String!) { repository(name: $name) { id } }', { name })).data,
        'repository.id',
      );
      await sextant.kernel.graphql('mutation ($id: ID!) { updateMirrorRepository(repository: $id) { alwaysNil } }', { id });
    };
    const lastError = async (name: string): Promise<unknown> =>
      at(
        (await sextant.kernel.graphql('query($name: String!) { repository(name: $name) { mirrorInfo { lastError } } }', { name })).data,
        'repository.mirrorInfo.lastError',
      );

    beforeAll(async () => {
      gitolite.push('dev/anvil', ana, 'first.txt', 'needleone\n');
      dns = await rebindingDns(addresses);
      watch = await LeakWatch.start([lineOf(ana)]);
      // Each program of ssh writes down its arguments and environment, and does its work.
      callsOfSsh = join(gitolite.folder, 'calls-of-ssh');
      const watched = mkdtempSync(join(gitolite.folder, 'watched-'));
      for (const program of ['ssh', 'ssh-add', 'ssh-agent'])
        writeFileSync(
          join(watched, program),
          `#!/bin/sh\n{ echo "CALL ${program} $*"; env; } >> ${callsOfSsh}\nPATH="\${PATH#*:}" exec ${program} "$@"\n`,
          { mode: 0o700 },
        );
      path = process.env['PATH'];
      process.env['PATH'] = `${watched}:${path}`;
      const plugins = [identity, codeHost, manifest, git, highlight, search];
      const config = { ...good(), host: gitolite.host.replace('127.0.0.1', 'gitolite.example'), prefix: 'lite/' };
      sextant = await connectSextant(plugins, 'GITOLITE', config, { lookup: dns.lookup, config: { tracing: watch.tracing } });
      expect(sextant.shownConfig).not.toContain('PRIVATE KEY');
    }, 60_000);

    afterAll(async () => {
      if (path !== undefined) process.env['PATH'] = path;
      for (const one of [dns, watch]) await one?.[Symbol.asyncDispose]();
    });

    it('clones a repository, and finds what is in it', { timeout: 60_000 }, async () => {
      await expect.poll(() => sextant.matches('needleone'), eventually).toBe(1);
      expect(await sextant.names()).toEqual(['lite/dev/anvil', 'lite/tools/hammer']);
    });

    it('knows its key by its name, not by its address', () => {
      const known = (plugin: string): string =>
        readdirSync(join(sextant.kernel.dataDir, 'run'), { recursive: true, withFileTypes: true })
          .filter((entry) => entry.name === 'known_hosts' && join(entry.parentPath, '').includes(plugin))
          .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'utf8'))
          .join('');
      for (const plugin of ['git', 'code-host-gitolite'])
        expect(known(plugin), plugin).toMatch(new RegExp(`^\\[gitolite\\.example\\]:${gitolite.host.split(':')[1]} ssh-`));
    });

    it('finds what was pushed', { timeout: 60_000 }, async () => {
      gitolite.push('dev/anvil', ana, 'second.txt', 'needletwo\n');
      await refresh('lite/dev/anvil');
      await expect.poll(() => sextant.matches('needletwo'), eventually).toBe(1);
    });

    it('follows what its administrator makes, renames and deletes', { timeout: 60_000 }, async () => {
      gitolite.rename('dev/anvil', 'dev/forge');
      expect(await sextant.sync()).toBeNull();
      expect(await sextant.names()).toEqual(['lite/dev/forge', 'lite/tools/hammer']);
      await expect.poll(() => sextant.matches('repo:forge needleone'), eventually).toBe(1);
      gitolite.remove('tools/hammer', `repo dev/forge fresh\n  RW+ = ana\n`);
      expect(await sextant.sync()).toBeNull();
      expect(await sextant.names()).toEqual(['lite/dev/forge', 'lite/fresh']);
    });

    it('deletes nothing, and gives nothing, when another host key answers', { timeout: 60_000 }, async () => {
      await gitolite.changeHostKey();
      expect(await sextant.sync()).toContain('another SSH host key');
      expect(await sextant.names()).toEqual(['lite/dev/forge', 'lite/fresh']);
      await refresh('lite/dev/forge');
      await expect.poll(() => lastError('lite/dev/forge'), eventually).toContain('SEXTANT_GIT_HOST_KEY');
    });

    it('is asked by nobody once its name leads to a cloud’s metadata (row 21)', { timeout: 60_000 }, async () => {
      addresses['gitolite.example'] = ['169.254.169.254'];
      expect(await sextant.sync()).toContain('is not called');
      expect(await sextant.names()).toEqual(['lite/dev/forge', 'lite/fresh']);
      await refresh('lite/dev/forge');
      await expect.poll(() => lastError('lite/dev/forge'), eventually).toContain('SEXTANT_OUTBOUND_ADDRESS');
    });

    it('leaves the key in no file, table, answer, log, trace or process (row 22)', async () => {
      const { data } = await sextant.kernel.graphql(
        '{ externalServices { nodes { config lastSyncError } } outboundRequests { nodes { url } } }',
      );
      expect(await watch.leaks(sextant.kernel, data)).toEqual([]);
      const calls = readFileSync(callsOfSsh, 'utf8');
      for (const program of ['ssh', 'ssh-add', 'ssh-agent']) expect(calls).toMatch(new RegExp(`^CALL ${program} `, 'm'));
      expect(calls).not.toContain(lineOf(ana));
    });
  });
});

/** A line out of the middle of a private key. */
function lineOf({ privateKey }: KeyPair): string {
  const line = privateKey.split('\n')[2] ?? '';
  if (line.length < 40) throw new Error('the key has another form');
  return line;
}
