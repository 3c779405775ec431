import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { aKnownRepository } from '../../testing/an-api.js';
import { commitLinks, entryLinks } from './external-links.js';
import { entryUrl, revisionUrl } from './git-urls.js';
import { lfsSize } from './lfs-pointer.js';
import { countLines, isBinary, sliceLines } from './text-lines.js';

describe('lines of a text', () => {
  it('are as many as can be cut out, and together make the text', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom('a', '', 'é', '\r')).map((lines) => lines.join('\n')),
        (text) => {
          const content = Buffer.from(text);
          const lines = Array.from({ length: countLines(content) }, (_, i) => sliceLines(content, i + 1, i + 1).toString());
          expect(lines.join('')).toBe(text);
          expect(sliceLines(content, countLines(content) + 1)).toHaveLength(0);
        },
      ),
    );
  });

  it('are bytes when there is a NUL', () => {
    expect([
      isBinary(Buffer.from('a\0b')),
      isBinary(Buffer.from('ab')),
      isBinary(Buffer.concat([Buffer.alloc(8_000, 97), Buffer.from([0])])),
    ]).toEqual([true, false, false]);
  });
});

describe('an LFS pointer', () => {
  const pointer =
    'version https://git-lfs.github.com/spec/v1\noid sha256:4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393\nsize 12345\n';
  it('is known by its form', () => {
    expect(lfsSize(Buffer.from(pointer))).toBe(12345);
    expect(lfsSize(Buffer.from(`x${pointer}`))).toBeUndefined();
    expect(lfsSize(Buffer.from(pointer + 'y'.repeat(1024)))).toBeUndefined();
  });
});

describe('links', () => {
  it('lead back to the name, revision and path they were made of', () => {
    const part = fc.string({ unit: 'grapheme', minLength: 1 }).filter((s) => !/^\.{1,2}$/.test(s) && !s.includes('/'));
    fc.assert(
      fc.property(part, part, part, (name, rev, path) => {
        const url = entryUrl('blob', `host/${name}`, rev, `dir/${path}`);
        const match = /^\/(.*?)@(.*?)\/-\/blob\/(.*)$/.exec(new URL(url, 'http://h').pathname)!;
        expect(match.slice(1).map(decodeURIComponent)).toEqual([`host/${name}`, rev, `dir/${path}`]);
      }),
    );
    expect(revisionUrl('a/b', undefined)).toBe('/a/b');
    expect(entryUrl('tree', 'a/b', 'v1', '')).toBe('/a/b@v1');
  });

  it('lead to the pages of hosts that are known', () => {
    const repository = aKnownRepository(1, 'a/b' as never, {
      webUrl: 'https://github.com/a/b',
      external: { id: '1', serviceType: 'github', serviceId: 'https://github.com/' },
    });
    expect(entryLinks(repository, 'blob', 'abc', 'x y/#')).toEqual([
      { url: 'https://github.com/a/b/blob/abc/x%20y/%23', serviceKind: 'GITHUB', serviceType: 'github' },
    ]);
    expect(commitLinks(repository, 'abc')[0]!.url).toBe('https://github.com/a/b/commit/abc');
    expect(commitLinks(aKnownRepository(1, 'a/b' as never, { webUrl: 'https://x' }), 'abc')).toEqual([]);
  });

  it.each([
    ['bitbucketServer', 'https://h/projects/A/repos/b', '/browse/x%20y?at=abc', '/commits/abc'],
    ['bitbucketCloud', 'https://bitbucket.org/a/b', '/src/abc/x%20y', '/commits/abc'],
    ['azuredevops', 'https://dev.azure.com/a/p/_git/b', '?path=/x%20y&version=GCabc', '/commit/abc'],
  ])('lead to the pages of %s', (serviceType, webUrl, entry, commit) => {
    const repository = aKnownRepository(1, 'a/b' as never, { webUrl, external: { id: '1', serviceType, serviceId: 'https://h/' } });
    expect(entryLinks(repository, 'blob', 'abc', 'x y')[0]?.url).toBe(`${webUrl}${entry}`);
    expect(commitLinks(repository, 'abc')[0]?.url).toBe(`${webUrl}${commit}`);
  });
});
