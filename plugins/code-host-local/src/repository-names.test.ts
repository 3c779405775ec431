import { RepoName } from '@sextant/sdk';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Located, repositoryNames } from './repository-names.js';

const segment = fc.oneof(
  fc.string({ minLength: 1, maxLength: 12 }),
  fc.constantFrom('a', 'A', 'a.git', '-x', '..', '%2e%2e', ' ', 'x'.repeat(300), 'é', '\u202e', 'a:b', 'c@d', '.GIT'),
);
const located = fc
  .record({ root: fc.array(segment, { minLength: 1, maxLength: 2 }), below: fc.array(segment, { maxLength: 3 }) })
  .map(({ root, below }): Located => {
    const [r, b] = [`/${root.map((s) => s.replaceAll('/', '_')).join('/')}`, below.map((s) => s.replaceAll('/', '_')).join('/')];
    return { root: r, relativePath: b, path: b === '' ? r : `${r}/${b}` };
  });
const repositories = fc.uniqueArray(located, { selector: (repository) => repository.path, maxLength: 12 });

describe('repositoryNames', () => {
  it('makes a safe name, once, of any path', () => {
    fc.assert(
      fc.property(repositories, (all) => {
        const names = repositoryNames(all);
        expect(names.filter((name) => !RepoName.is(name))).toEqual([]);
        expect(new Set(names.map((name) => name.toLowerCase())).size).toBe(all.length);
      }),
    );
  });

  it('keeps names when repositories are added behind', () => {
    fc.assert(
      fc.property(repositories, fc.nat(12), (all, count) => {
        expect(repositoryNames(all).slice(0, count)).toEqual(repositoryNames(all.slice(0, count)));
      }),
    );
  });

  it.each([
    [{ root: '/src', path: '/src/team/app.git', relativePath: 'team/app.git' }, 'team/app'],
    [{ root: '/src/app', path: '/src/app', relativePath: '' }, 'app'],
    [{ root: '/src', path: '/src/-rf', relativePath: '-rf' }, 'rf'],
    [{ root: '/src', path: '/src/a|b', relativePath: 'a|b' }, 'a-b'],
  ])('%j is %s', (repository, name) => {
    expect(repositoryNames([repository])).toEqual([name]);
  });
});
