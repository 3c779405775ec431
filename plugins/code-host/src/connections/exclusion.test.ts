import { describe, expect, it } from 'vitest';
import { found } from '../testing/fakes.js';
import { exclusion, isExcluded } from './exclusion.js';

const repository = found('7', 'git.example.com/team/app', {
  nameAtHost: 'team/app',
  fork: true,
  archived: false,
  stars: 12,
  size: 2_000_000_000,
});

describe('a repository is left out', () => {
  it.each<[object, boolean]>([
    [{ name: 'team/app' }, true],
    [{ name: 'Git.Example.com/Team/App' }, true],
    [{ name: 'app' }, false],
    [{ id: '7' }, true],
    [{ id: 7 }, true],
    [{ id: '8' }, false],
    [{ pattern: '^team/' }, true],
    [{ pattern: '^git' }, false],
    [{ forks: true }, true],
    [{ forks: false }, false],
    [{ archived: true }, false],
    [{ stars: '< 13' }, true],
    [{ stars: '<12' }, false],
    [{ size: '> 1 GB' }, true],
    [{ size: '>= 3GB' }, false],
    [{ forks: true, stars: '< 5' }, false],
    [{ forks: true, stars: '< 50' }, true],
  ])('by %j: %s', (rule, excluded) => {
    expect(isExcluded(exclusion.parse([rule]), repository)).toBe(excluded);
  });

  it('by any of several rules, and by none of none', () => {
    expect(isExcluded(exclusion.parse([{ id: '8' }, { name: 'team/app' }]), repository)).toBe(true);
    expect(isExcluded([], repository)).toBe(false);
  });

  it('by a pattern over its name here, where the host has no other', () => {
    expect(isExcluded(exclusion.parse([{ pattern: '^h/old-' }]), found('1', 'h/old-1'))).toBe(true);
  });

  it('never by a size that the host does not say', () => {
    expect(isExcluded(exclusion.parse([{ size: '< 1GB' }]), found('1', 'a'))).toBe(false);
  });
});

it.each([{}, { pattern: '(' }, { stars: '12' }, { size: '> much' }, { unknown: 1 }])('a rule is refused: %j', (rule) => {
  expect(exclusion.safeParse([rule]).success).toBe(false);
});
