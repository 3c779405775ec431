import { relative } from 'node:path';
import { RepoName } from '@sextant/sdk';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mirrorPath } from './mirror-path.js';

const unit = fc.oneof(
  fc.constantFrom('a', 'A', 'b', '.', '.git', '/', '%', '%2e', '!', '~', '-', '@', ' ', 'é', '💥', 'x'.repeat(90)),
  fc.string({ minLength: 1, maxLength: 3 }),
);
const name = fc
  .array(unit, { minLength: 1, maxLength: 6 })
  .map((parts) => parts.join(''))
  .filter(RepoName.is)
  .map(RepoName.parse);
const path = (text: string): string => mirrorPath('/repos', RepoName.parse(text));

describe('where a mirror lies', () => {
  it('gives every name a place of its own, also where capitals do not count', () => {
    fc.assert(
      fc.property(name, name, (a, b) => {
        fc.pre(a !== b);
        expect(mirrorPath('/repos', a).toLowerCase()).not.toBe(mirrorPath('/repos', b).toLowerCase());
      }),
      { numRuns: 2_000 },
    );
  });

  it('never puts one mirror inside another, and none outside the root or on our own folders', () => {
    fc.assert(
      fc.property(name, name, (a, b) => {
        const [first, second] = [mirrorPath('/repos', a), mirrorPath('/repos', b)];
        expect(second.startsWith(`${first}/`)).toBe(false);
        const inside = relative('/repos', first);
        expect(inside.startsWith('..')).toBe(false);
        expect(inside).not.toMatch(/^\.(?:temp|locks)/);
        expect(inside.split('/').every((segment) => Buffer.byteLength(segment) <= 255)).toBe(true);
      }),
      { numRuns: 2_000 },
    );
  });

  it.each([
    ['github.com/owner/name', '/repos/github.com/owner/name.git'],
    ['a', '/repos/a.git'],
    ['a.git/b', '/repos/a%2egit/b.git'],
    ['Big/Name', '/repos/!big/!name.git'],
    ['.temp/x', '/repos/%2etemp/x.git'],
    ['host/a b@c', '/repos/host/a%20b%40c.git'],
  ])('puts %s at %s', (given, expected) => {
    expect(path(given)).toBe(expected);
  });
});
