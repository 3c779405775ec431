import type { SshQuestion } from '@sextant/plugin-code-host/api';
import { codeHostKindContract, failureOf, kindOnHost } from '@sextant/plugin-code-host/testing';
import { SextantError } from '@sextant/sdk';
import { describeContract } from '@sextant/sdk/testing';
import { beforeEach, describe, expect, it } from 'vitest';
import { gitoliteConfig } from './gitolite-config.js';
import { gitoliteKind } from './gitolite-kind.js';

// As Gitolite 3.6.12 writes it: to a user who may create repositories below dev/, and was given some.
const INFO = `hello ana, this is git@forge running gitolite3 3.6.12-1 (Debian) on git 2.39.5

 R W C\tdev/CREATOR/[a-z]+
 R W\tdev/ana/anvil
 R  \ttools/c++
   W\tdrop-box
 R W\ttools/hammer.kit
`;

let answer: string;
let asked: Omit<SshQuestion, 'http' | 'programs'>[];
beforeEach(() => {
  answer = INFO;
  asked = [];
});

const coded = (code: 'SEXTANT_CODE_HOST_REFUSED' | 'SEXTANT_CODE_HOST_DOWN') =>
  new SextantError(code, { what: 'No.', why: 'No.', fix: 'Mend it.' });
const kind = () =>
  gitoliteKind({
    async ask(question) {
      asked.push(question);
      question.signal.throwIfAborted();
      if (question.key?.reveal() !== 'a key') throw coded('SEXTANT_CODE_HOST_REFUSED');
      if (question.url !== 'ssh://git@gitolite.example.com/') throw coded('SEXTANT_CODE_HOST_DOWN');
      return answer;
    },
    knownHosts: () => '/nowhere/known_hosts',
  });
const good = { host: 'git@gitolite.example.com', gitSSHKey: 'a key' };
const { listed, namesAtHost, cloneSource } = kindOnHost(kind, () => good);

describeContract(
  codeHostKindContract(() => ({
    good,
    refused: { ...good, gitSSHKey: 'another key' },
    unreachable: { ...good, host: 'git@gone.example.com' },
  })),
  'Gitolite',
  kind,
);

describe('what is listed', () => {
  it('is what the key may read: no pattern, and nothing that may only be written', async () => {
    expect(await namesAtHost()).toEqual(['dev/ana/anvil', 'tools/c++', 'tools/hammer.kit']);
    expect(asked.map(({ command }) => command)).toEqual(['info']);
  });

  it.each([
    [{}, 'gitolite.example.com/tools/hammer.kit'],
    [{ prefix: 'ours/' }, 'ours/tools/hammer.kit'],
    [{ prefix: '' }, 'tools/hammer.kit'],
  ])('is named with its prefix: %j', async (config, name) => {
    expect((await listed(config)).at(-1)).toMatchObject({
      name,
      cloneUrl: 'ssh://git@gitolite.example.com/tools/hammer.kit',
      private: true,
    });
  });

  it('may come after what a login prints, and before what a site says', async () => {
    answer = `Welcome to forge!\n R W\tnot/one\n${INFO}\nAsk ops@example.com for more.\n`;
    expect(await namesAtHost()).toEqual(['dev/ana/anvil', 'tools/c++', 'tools/hammer.kit']);
  });

  it('may be nothing at all', async () => {
    answer = INFO.split('\n').slice(0, 2).join('\n');
    expect(await namesAtHost()).toEqual([]);
  });

  it.each([
    ['nothing', ''],
    ['a manual page', 'File: dir,\tNode: Top\n'],
    ['a list without greeting', INFO.split('\n').slice(1).join('\n')],
  ])('is not known by %s: it throws (row 15)', async (_what, text) => {
    answer = text;
    expect(await failureOf(listed())).toMatchObject({ code: 'SEXTANT_CODE_HOST_ANSWER' });
  });

  it('holds no name that a server makes up of options or paths (rows 1 to 3)', async () => {
    answer = `${INFO.split('\n')[0]}\n R W\t-oProxyCommand=id\n R W\t../../etc\n R W\ta b\n R W\t$(id)\n R W\tgood\n`;
    expect(await namesAtHost()).toEqual(['good']);
  });
});

describe('the host', () => {
  it.each([
    ['git@h.example.com', 'ssh://git@h.example.com/'],
    ['git@h.example.com:2222', 'ssh://git@h.example.com:2222/'],
    ['ssh://git@h.example.com:22/', 'ssh://git@h.example.com/'],
    ['git@[::1]:2222', 'ssh://git@[::1]:2222/'],
  ])('is read: %s', (host, url) => {
    expect(gitoliteConfig.parse({ host }).host).toBe(url);
  });

  it.each([
    'h.example.com',
    '-oProxyCommand=id@h',
    'git@-oProxyCommand=id',
    'https://git@h',
    'git:pw@h',
    'git@h:path',
    'git@h:99999',
    'git@h/x',
    '',
  ])('is refused: %j (row 2)', (host) => {
    expect(gitoliteConfig.safeParse({ host }).success).toBe(false);
  });
});

it('gives git the key for its own server, and for no other (row 20)', async () => {
  expect((await cloneSource('ssh://git@gitolite.example.com/a')).sshKey?.reveal()).toBe('a key');
  for (const url of [
    'ssh://git@evil.example.com/a',
    'ssh://git@gitolite.example.com.evil.example.com/a',
    'ssh://git@gitolite.example.com:2222/a',
  ])
    expect(await cloneSource(url)).toEqual({ url });
});
