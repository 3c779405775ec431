import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { localPrograms } from '@sextant/sdk/testing/programs';
import { afterAll, describe, expect, it } from 'vitest';
import { aGit } from '../testing/a-git.js';
import { aFolder } from '../testing/a-repository.js';
import { CatFilePool } from './cat-file-pool.js';
import { gitEnvironment } from './git-environment.js';
import { gitFailure } from './git-failure.js';
import { GitRunner } from './git-runner.js';
import { gitProblem } from './git-version.js';
import { redact } from './redact.js';
import { Semaphore } from './semaphore.js';

/** A program in git's place. */
function runner(script: string, options: Partial<ConstructorParameters<typeof GitRunner>[0]> = {}): GitRunner {
  const home = aFolder('home');
  const program = join(home, 'git');
  writeFileSync(program, `#!/bin/sh\n${script}\n`, { mode: 0o700 });
  return new GitRunner({ programs: localPrograms, program, home, concurrency: 4, deadline: 10_000, ...options });
}
const version = { subcommand: 'version' };

describe('running git', () => {
  it('ends the process and its children when the caller leaves', async () => {
    const git = runner('sleep 600 & echo $!; wait');
    const abort = new AbortController();
    let child = 0;
    await expect(
      (async () => {
        for await (const chunk of git.stream(version, { signal: abort.signal })) {
          child = Number(chunk.toString());
          abort.abort(new Error('left'));
        }
      })(),
    ).rejects.toThrow('left');
    await expect.poll(() => alive(child)).toBe(false);
  });

  it('stops at its deadline, and says so', async () => {
    await expect(runner('sleep 600', { deadline: 20 }).text(version)).rejects.toMatchObject({ code: 'SEXTANT_GIT_TIMEOUT' });
  });

  it('row 14: says that no descriptors are left, and goes on when there are some again', () => {
    const script = join(import.meta.dirname, '..', 'testing', 'git-without-descriptors.mjs');
    const said = execFileSync('sh', ['-c', 'ulimit -n 64; exec "$0" "$@"', process.execPath, script], { encoding: 'utf8' });
    expect(said.trim().split('\n')).toEqual(['SEXTANT_GIT_EXHAUSTED', 'SEXTANT_GIT_EXHAUSTED', 'git version']);
  });

  it.skipIf(process.platform !== 'linux')('ends a read that fills the memory, and says so (hostile row 14)', async () => {
    const hoarder = 'x=$(head -c 60000000 /dev/zero | tr "\\0" a); sleep 600';
    await expect(runner(hoarder, { memory: 20_000_000 }).text({ subcommand: 'ls-tree', operands: ['HEAD'] })).rejects.toMatchObject({
      code: 'SEXTANT_GIT_TOO_LARGE',
      what: 'git ls-tree took too much memory and was ended.',
    });
  });

  it('does not read ahead of a slow reader', async () => {
    const git = runner('yes 0123456789abcdef | head -c 200000000');
    const before = process.memoryUsage().rss;
    const chunks = git.stream(version)[Symbol.asyncIterator]();
    await chunks.next();
    await new Promise((resolve) => setImmediate(resolve));
    expect(process.memoryUsage().rss - before).toBeLessThan(64 * 1024 * 1024);
    await chunks.return(0);
  });

  it('bounds what it keeps in memory', async () => {
    await expect(runner('yes').output(version, { limit: 1_000 })).rejects.toMatchObject({ code: 'SEXTANT_GIT_TOO_LARGE' });
  });

  it('says that git is missing', async () => {
    const git = new GitRunner({
      programs: localPrograms,
      program: '/nonexistent/git',
      home: aFolder('home'),
      concurrency: 1,
      deadline: 1_000,
    });
    await expect(git.text(version)).rejects.toMatchObject({ code: 'SEXTANT_GIT_FAILED', fix: expect.stringContaining('Install git') });
  });

  it('tells whoever listens that an argument was refused', async () => {
    const told: string[] = [];
    const git = runner('true', { refused: (subcommand) => told.push(subcommand) });
    await expect(git.text({ subcommand: 'log', operands: ['--output=/x'] })).rejects.toMatchObject({
      code: 'SEXTANT_GIT_ARGUMENT_REFUSED',
    });
    expect(told).toEqual(['log']);
  });

  it('gives the process an environment from scratch', async () => {
    process.env['GIT_DIR'] = '/from/the/parent';
    process.env['GIT_EXTERNAL_DIFF'] = 'touch x';
    try {
      const seen = await runner('env').text(version);
      expect(seen).not.toMatch(/from\/the\/parent|GIT_EXTERNAL_DIFF/);
      expect(seen).toMatch(/^GIT_CONFIG_NOSYSTEM=1$/m);
      expect(seen).toMatch(/^GIT_ALLOW_PROTOCOL=$/m);
    } finally {
      delete process.env['GIT_DIR'];
      delete process.env['GIT_EXTERNAL_DIFF'];
    }
  });

  it('passes proxies on to what reaches the network, and to nothing else', () => {
    const parent = { https_proxy: 'http://proxy:1', SECRET: 'x' };
    expect(gitEnvironment({ home: '/h', protocols: ['https'] }, parent)).toMatchObject({ https_proxy: 'http://proxy:1' });
    expect(gitEnvironment({ home: '/h' }, parent)).not.toHaveProperty('https_proxy');
    expect(gitEnvironment({ home: '/h', protocols: ['https'] }, parent)).not.toHaveProperty('SECRET');
  });

  it('row 22: takes secrets out of what git says, in the spellings git uses', () => {
    const secret = 's3cr+t/€';
    const text = `fatal: https://me:${secret}@host/x ${encodeURIComponent(secret)} ${Buffer.from(secret).toString('base64')}`;
    expect(redact(text, [secret])).toBe('fatal: https://[redacted]@host/x [redacted] [redacted]');
  });

  it('takes out of the words of the other side what a database refuses and a terminal obeys', () => {
    expect(redact('remote: aborting\u0000 \u001b[31mred\u001b[0m\nfatal: early EOF')).toBe('remote: aborting [31mred[0m\nfatal: early EOF');
  });

  it('says that the source is damaged, not that nobody answered', () => {
    const said =
      'remote: aborting due to possible repository corruption on the remote side.\nfatal: early EOF\nfatal: fetch-pack: invalid index-pack output';
    expect(gitFailure('fetch', { code: 128, signal: null }, said)).toMatchObject({ code: 'SEXTANT_GIT_SOURCE_CORRUPT', status: 502 });
  });
});

describe('batch readers', () => {
  const tests = [aGit()];
  afterAll(async () => Promise.all(tests.map(async (t) => (await t).close())));

  it('answer many callers at once, each with its own', async () => {
    const test = await tests[0]!;
    const repo = await test.mirror('crowd', {
      commits: [{ files: Object.fromEntries(Array.from({ length: 50 }, (_, i) => [`f${i}`, `${i}\n`.repeat(i + 1)])) }],
    });
    const read = async (i: number) => {
      const parts: Uint8Array[] = [];
      for await (const part of test.git.blob({ repository: repo.name, oid: repo.head, path: `f${i}` as never })) parts.push(part);
      return Buffer.concat(parts).toString();
    };
    expect(await Promise.all(Array.from({ length: 50 }, (_, i) => read(i)))).toEqual(
      Array.from({ length: 50 }, (_, i) => `${i}\n`.repeat(i + 1)),
    );
  });

  it('end with the caller that leaves, and do not stop the next one', async () => {
    const test = await tests[0]!;
    const repo = await test.mirror('leave', { commits: [{ files: { big: 'x'.repeat(3_000_000) } }] });
    const abort = new AbortController();
    const reading = (async () => {
      for await (const _ of test.git.blob({ repository: repo.name, oid: repo.head, path: 'big' as never, signal: abort.signal }))
        abort.abort(new Error('left'));
    })();
    await expect(reading).rejects.toThrow('left');
    expect(await test.git.defaultBranch({ repository: repo.name })).toMatchObject({ name: 'main' });
  });

  it('stay within their number over many repositories', async () => {
    const test = await tests[0]!;
    const repos = await Promise.all(Array.from({ length: 5 }, (_, i) => test.mirror(`pool/${i}`)));
    await using pool = new CatFilePool(test.runner, { capacity: 2, idle: 1_000 });
    const types = await Promise.all(
      repos.flatMap((r) => [r, r]).map((r) => pool.use(test.files.pathOf(r.name), {}, async (git) => (await git.info('HEAD'))?.type)),
    );
    expect(types).toEqual(new Array(10).fill('commit'));
  });
});

describe('the version of git', () => {
  it.each([
    ['git version 2.38.0', undefined],
    ['git version 2.39.5 (Apple Git-154)', undefined],
    ['git version 3.0.0', undefined],
    ['git version 2.37.9', 'git 2.37 is too old'],
    ['', 'git is missing'],
  ])('%j: %s', (output, problem) => {
    if (problem === undefined) expect(gitProblem(output)).toBeUndefined();
    else expect(gitProblem(output)).toContain(problem);
  });
});

describe('waiting for a turn', () => {
  it('lets in as many as there are places, in order, and forgets who left', async () => {
    const places = new Semaphore(1);
    const first = await places.acquire();
    const abort = new AbortController();
    const second = places.acquire(abort.signal);
    const third = places.acquire();
    abort.abort(new Error('tired'));
    await expect(second).rejects.toThrow('tired');
    first();
    first(); // twice is once
    (await third)();
    expect(places.queued).toBe(0);
    (await places.acquire())();
  });

  it('gives one person half of the places, and keeps nobody else waiting behind (row 11)', async () => {
    const places = new Semaphore(4);
    const taken: string[] = [];
    const ask = async (who: string | undefined) => {
      const release = await places.acquire(undefined, who);
      taken.push(who ?? '-');
      return release;
    };
    const greedy = [ask('a'), ask('a'), ask('a'), ask('a')];
    const others = [ask('b'), ask(undefined)];
    const [b] = await Promise.all(others);
    expect(taken).toEqual(['a', 'a', 'b', '-']);
    b!();
    (await greedy[0]!)();
    await greedy[2];
    expect(taken).toEqual(['a', 'a', 'b', '-', 'a']);
    expect(places.queued).toBe(1);
  });
});

/** A zombie that nobody reaps is not alive. */
function alive(pid: number): boolean {
  try {
    return !/\) [ZX] /.test(readFileSync(`/proc/${pid}/stat`, 'latin1'));
  } catch {
    return false;
  }
}
