import { describe, expect, it } from 'vitest';
import { checkSource } from './clone-url.js';

describe('row 2: clone URLs', () => {
  it.each([
    'ext::sh -c id',
    'ext::sh',
    'file:///etc',
    '/etc',
    'git://example.com/a.git',
    'ssh://-oProxyCommand=id/x',
    'ssh://user@-oProxyCommand=id/x',
    'ssh://-oProxyCommand=id@host/x',
    'git@-oProxyCommand=id:x',
    'git@host:-oProxyCommand=id',
    '-oProxyCommand=id@host:x',
    'git@host::x',
    'host:path',
    'http::https://example.com/a',
    'fd::17',
    'ftp://example.com/a.git',
    'javascript:alert(1)',
    'https://exa mple.com/a',
    'https://example.com/a\n--upload-pack=x',
    'https://-x/a',
    'https://example.com./a',
    '--upload-pack=id',
    '',
  ])('refuses %j', (url) => {
    expect(() => checkSource({ url })).toThrow(expect.objectContaining({ code: 'SEXTANT_GIT_URL_REFUSED' }));
  });

  it.each([
    ['https://example.com/a/b.git', 'https://example.com/a/b.git', ['https']],
    ['http://example.com:8080/a', 'http://example.com:8080/a', ['http', 'https']],
    ['ssh://git@example.com:22/a/b', 'ssh://git@example.com:22/a/b', ['ssh']],
    ['git@example.com:a/b.git', 'git@example.com:a/b.git', ['ssh']],
    ['https://[::1]:3000/a', 'https://[::1]:3000/a', ['https']],
  ])('takes %s', (given, url, protocols) => {
    expect(checkSource({ url: given })).toMatchObject({ url, protocols });
  });

  it('allows the file protocol for a local folder alone, and that by its absolute path', () => {
    expect(checkSource({ url: '/srv/repo', localFolder: true })).toMatchObject({ url: '/srv/repo', protocols: ['file'] });
    expect(checkSource({ url: 'file:///srv/a%20b', localFolder: true })).toMatchObject({ url: '/srv/a b' });
    for (const url of ['repo', '--upload-pack=x', 'ext::sh', 'https://example.com/a', 'file://host/x', '/a\0b']) {
      expect(() => checkSource({ url, localFolder: true }), url).toThrow(expect.objectContaining({ code: 'SEXTANT_GIT_URL_REFUSED' }));
    }
  });

  it('row 22: takes a credential out of the URL, and refuses one that spans lines without showing it', () => {
    expect(checkSource({ url: 'https://me:s%40cret@example.com/a' })).toMatchObject({
      url: 'https://example.com/a',
      username: 'me',
      password: 's@cret',
      origin: { scheme: 'https', host: 'example.com' },
    });
    expect(checkSource({ url: 'https://example.com/a', password: 'x' })).toMatchObject({ username: 'git', password: 'x' });
    for (const password of ['canary\nhost=evil', 'canary\0']) {
      try {
        checkSource({ url: 'https://example.com/a', password });
        expect.unreachable();
      } catch (error) {
        expect(error).toMatchObject({ code: 'SEXTANT_GIT_CREDENTIAL_REFUSED' });
        expect(String((error as Error).stack)).not.toContain('canary');
      }
    }
  });
});
