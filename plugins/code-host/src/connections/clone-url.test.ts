import { SextantError } from '@sextant/sdk';
import { describe, expect, it } from 'vitest';
import { parseCloneUrl } from './clone-url.js';

describe('parseCloneUrl', () => {
  it.each([
    ['https://git.example.com/a/b.git', 'https://git.example.com/a/b.git'],
    ['http://localhost:3434/repos/a', 'http://localhost:3434/repos/a'],
    ['ssh://git@git.example.com:2222/a', 'ssh://git@git.example.com:2222/a'],
    ['git@github.com:owner/name.git', 'ssh://git@github.com/owner/name.git'],
    ['https://[::1]:8080/a', 'https://[::1]:8080/a'],
  ])('takes %s', (text, url) => {
    expect(parseCloneUrl(text).href).toBe(url);
  });

  it.each([
    'ext::sh -c id',
    'ext::sh%20-c%20id',
    'file:///etc',
    'git://git.example.com/a',
    'ssh://-oProxyCommand=id/a',
    'ssh://-oProxyCommand=id@host/a',
    'ssh://git@host/-oProxyCommand=id',
    '-oProxyCommand=id:a',
    '--upload-pack=touch x',
    'https://host/../a/%2e%2e/-x',
    'ftp://host/a',
    '/etc/passwd',
    '../a',
    '',
    'https://host/a b',
    'https://host/a\nb',
  ])('refuses %j (row 2)', (text) => {
    expect(() => parseCloneUrl(text)).toThrow(SextantError);
  });

  it('repeats no password in its refusal (row 22)', () => {
    expect(() => parseCloneUrl('git://bob:hunter2@host/a')).toThrow(
      expect.objectContaining({ message: expect.not.stringContaining('hunter2') }),
    );
  });
});
