import { describe, expect, it } from 'vitest';
import { refGlob } from './ref-glob.js';

describe('refGlob', () => {
  it.each([
    ['refs/heads/*', 'refs/heads/main', true],
    ['refs/heads/*', 'refs/heads/team/topic', true],
    ['refs/heads/*', 'refs/tags/v1', false],
    ['heads/*', 'refs/heads/main', true],
    ['heads', 'refs/heads/main', true],
    ['heads/', 'refs/heads/main', true],
    ['heads/ma', 'refs/heads/main', false],
    ['heads/v[0-9]', 'refs/heads/v1', true],
    ['heads/v[!0-9]', 'refs/heads/v1', false],
    ['heads/v[!0-9]', 'refs/heads/vx', true],
    ['heads/[a', 'refs/heads/[a', true],
    ['heads/v1.?', 'refs/heads/v1.2', true],
    ['heads/v1.?', 'refs/heads/v1x2', false],
    ['heads/[z-a]', 'refs/heads/m', false],
    ['heads/[]x]', 'refs/heads/x', true],
  ])('includes by %s the ref %s: %s', (glob, ref, expected) => {
    expect(refGlob(glob, 'include')(ref)).toBe(expected);
  });

  it('excludes without a wildcard only the very ref', () => {
    expect(refGlob('refs/heads/main', 'exclude')('refs/heads/main')).toBe(true);
    expect(refGlob('refs/heads/main', 'exclude')('refs/heads/main/x')).toBe(false);
  });
});
