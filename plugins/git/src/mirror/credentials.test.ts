import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { type OwnProcess, ownProcesses } from '@sextant/sdk/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { aGit, type TestGit } from '../testing/a-git.js';
import { aGitServer } from '../testing/a-git-server.js';
import { aFolder, aRepository } from '../testing/a-repository.js';

let test: TestGit;
beforeAll(async () => {
  test = await aGit();
});
afterAll(() => test.close());
const below = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((e) => e.isFile())
    .map((e) => join(e.parentPath, e.name));

describe('row 22: credentials', () => {
  const CANARY = 'canary-7f3a9c';

  /** A git that writes down every argument and environment it is called with, and every command that it runs in turn, then does its work. */
  function watchedGit(): { program: string; log: string } {
    const folder = aFolder('watched');
    const [program, log] = [join(folder, 'git'), join(folder, 'calls')];
    writeFileSync(program, `#!/bin/sh\n{ echo "ARGV $*"; env; } >> ${log}\nGIT_TRACE=${log} exec git "$@"\n`, { mode: 0o700 });
    return { program, log };
  }

  it('reach the host and nothing else: no argument, environment, file, error or progress', async () => {
    const source = aRepository();
    const snapshots: OwnProcess[] = [];
    const asked = (): void => void snapshots.push(...ownProcesses());
    await using server = await aGitServer(dirname(source.path), CANARY, `${CANARY}-p@ss`, { asked });
    const { program, log } = watchedGit();
    const watched = await aGit({ program });
    const url = `${server.url}/${basename(source.path)}`;
    const events = await watched.fetch('secret', { url, username: CANARY, password: `${CANARY}-p@ss` });
    expect(events.at(-1)).toMatchObject({ type: 'done', cloned: true });
    expect(server.seen.filter(Boolean).length).toBeGreaterThan(0);
    expect(snapshots.some(({ cmdline }) => cmdline.includes('git-remote-http'))).toBe(true);
    expect(readFileSync(log, 'utf8')).toContain('run_command');
    const kept = [
      JSON.stringify(snapshots),
      JSON.stringify(events),
      readFileSync(log, 'utf8'),
      ...below(dirname(watched.root)).map((file) => readFileSync(file, 'latin1')),
    ];
    for (const text of kept) expect(text).not.toContain(CANARY);
    await watched.close();
  });

  it('are not in the error when the host refuses them, in no spelling', async () => {
    const source = aRepository();
    await using server = await aGitServer(dirname(source.path), 'someone', 'else');
    const url = `${server.url}/${basename(source.path)}`;
    const error = await test
      .fetch('refused', { url: url.replace('http://', `http://me:${CANARY}%40x@`), username: 'me' })
      .catch((e: unknown) => e as Error);
    expect(error).toMatchObject({ code: 'SEXTANT_GIT_AUTHENTICATION' });
    const text = `${String(error)} ${(error as Error).stack} ${JSON.stringify(error)}`;
    for (const spelling of [CANARY, Buffer.from(`me:${CANARY}@x`).toString('base64')]) expect(text).not.toContain(spelling);
  });

  it('go to the configured host only, as git does: a redirect is not followed', async () => {
    await using other = await aGitServer('/nonexistent', 'a', 'b');
    await using server = await aGitServer('/nonexistent', 'a', 'b', { redirectTo: other.url });
    await expect(test.fetch('redirect', { url: `${server.url}/x.git`, username: CANARY, password: CANARY })).rejects.toMatchObject({
      code: 'SEXTANT_GIT_REDIRECT',
    });
    expect(other.seen).toEqual([]);
  });

  it('of SSH are held by an agent: a key that is none is refused by name', async () => {
    await expect(
      test.fetch('ssh', {
        url: 'git@127.0.0.1:x.git',
        sshKey: `-----BEGIN OPENSSH PRIVATE KEY-----\n${CANARY}\n-----END OPENSSH PRIVATE KEY-----\n`,
      }),
    ).rejects.toMatchObject({
      code: 'SEXTANT_CODE_HOST_SSH_KEY',
    });
    const folder = aFolder('key');
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', join(folder, 'id')]);
    const key = readFileSync(join(folder, 'id'), 'utf8');
    await expect(test.fetch('ssh', { url: 'ssh://git@127.0.0.1:1/x.git', sshKey: key })).rejects.toMatchObject({
      code: 'SEXTANT_GIT_UNREACHABLE',
    });
    const secret = key.split('\n')[2]!;
    for (const file of below(dirname(test.root))) expect(readFileSync(file, 'latin1')).not.toContain(secret);
  });
});
