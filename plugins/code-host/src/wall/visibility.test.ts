import { ANONYMOUS, IdSet } from '@sextant/sdk';
import { TestClock } from '@sextant/sdk/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Grants, PermissionSource } from '../api.js';
import { aUser } from '../testing/fakes.js';
import { Wall, type WallConfig } from './visibility.js';

const user = aUser(7);
const admin = aUser(1, { siteAdmin: true });
const internal = { kind: 'internal', id: 'internal:git', siteAdmin: false, via: 'internal' } as const;

const grant = (ids: readonly number[], more: Partial<Grants> = {}): Grants => ({
  all: false,
  repositories: IdSet.of(ids),
  epoch: '1',
  ...more,
});
const source = (name: string, answer: () => Grants): PermissionSource => ({ name, grants: async () => answer() });
const aWall = (
  options: { sources?: readonly PermissionSource[]; config?: Partial<WallConfig>; known?: readonly string[]; epoch?: () => string } = {},
) => {
  const remembered: string[] = [...(options.known ?? [])];
  const failures: string[] = [];
  const clock = new TestClock();
  const wall = new Wall({
    sources: () => (options.sources ?? []).map((value) => ({ plugin: `of-${value.name}`, value })),
    config: { get: () => ({ enforceForSiteAdmins: false, permissionsTimeout: 30_000, ...options.config }) },
    clock,
    state: {
      read: async () => ({ epoch: options.epoch?.() ?? '1', sources: remembered }),
      remember: async (names) => void remembered.push(...names),
    },
    sourceState: (name, failure) => void (failure && failures.push(name)),
  });
  return { wall, remembered, failures, clock };
};

describe('the wall', () => {
  const some = [source('host', () => grant([3]))];
  it.each([
    ['a site admin sees everything', admin, { sources: some }, true],
    ['a site admin is a user like others when it is enforced', admin, { sources: some, config: { enforceForSiteAdmins: true } }, false],
    ['the program itself sees everything', internal, { sources: some }, true],
    ['somebody unknown sees nothing', ANONYMOUS, { sources: some }, false],
    ['somebody unknown sees nothing even without permissions', ANONYMOUS, { config: { openToAllUsers: true } }, false],
    ['every user sees everything while no permissions ever came from anywhere', user, {}, true],
    ['nobody does when that is configured', user, { config: { openToAllUsers: false } }, false],
    ['the wall does not open because a source of permissions is gone', user, { known: ['host'] }, false],
    ['but it does when that is configured', user, { known: ['host'], config: { openToAllUsers: true } }, true],
    ['a user sees what was granted and no more', user, { sources: some }, false],
  ])('%s', async (_sentence, actor, options, unrestricted) => {
    const visibility = await aWall(options).wall.of(actor);
    expect(visibility.unrestricted).toBe(unrestricted);
    expect(visibility.canSee(4)).toBe(unrestricted);
  });

  it('shows guests what sources grant them, and nothing where there is no source', async () => {
    const guest = { ...ANONYMOUS, guest: true };
    expect([...(await aWall({ sources: some }).wall.of(guest)).repos]).toEqual([3]);
    expect([...(await aWall({ config: { openToAllUsers: true } }).wall.of(guest)).repos]).toEqual([]);
  });

  it('works out what an actor sees once for each epoch, and anew for the next', async () => {
    let own = '1';
    const { wall } = aWall({ sources: [source('a', () => grant([Number(own)], { epoch: own }))] });
    const first = await wall.of(user);
    expect(await wall.of(user)).toBe(first);
    own = '2';
    expect([...(await wall.of(user)).repos]).toEqual([2]);
  });

  it('grants the union of all sources', async () => {
    const visibility = await aWall({ sources: [source('a', () => grant([1, 2])), source('b', () => grant([2, 3]))] }).wall.of(user);
    expect([...visibility.repos]).toEqual([1, 2, 3]);
    expect(visibility.limited).toBeUndefined();
  });

  it('grants nothing for a source that fails, says so, and keeps what others grant', async () => {
    const { wall, failures } = aWall({
      sources: [
        source('a', () => {
          throw new Error('down');
        }),
        source('b', () => grant([2])),
      ],
    });
    const visibility = await wall.of(user);
    expect([...visibility.repos]).toEqual([2]);
    expect(visibility.limited).toContain('Permissions from a are unavailable');
    expect(failures).toEqual(['a']);
  });

  it('fails for a source that does not answer in its time, and grants neither less nor more', async () => {
    let asked: () => void = () => undefined;
    const silent: PermissionSource = { name: 'a', grants: () => new Promise(() => asked()) };
    const { wall, failures, clock } = aWall({ sources: [silent, source('b', () => grant([2]))] });
    const ended: unknown[] = [];
    const once = new Promise<void>((resolve) => (asked = resolve));
    const answer = wall.of(user).catch((error: unknown) => void ended.push(error));
    await once;
    await clock.advance(29_999);
    expect(ended).toEqual([]);
    await clock.advance(1);
    await answer;
    expect(ended).toMatchObject([
      { code: 'SEXTANT_CODE_HOST_PERMISSIONS_TIMEOUT', why: 'The plugin "of-a", which grants "a", did not answer within 30 s.' },
    ]);
    expect(failures).toEqual(['a']);
    // Who needs no grant waits for none.
    expect((await wall.of(admin)).unrestricted).toBe(true);
  });

  it('says what a source says of what is still to come', async () => {
    const { wall } = aWall({ sources: [source('a', () => grant([1], { limited: 'More is to come.' }))] });
    expect((await wall.of(user)).limited).toBe('More is to come.');
  });

  it('says whose permissions are missing when a source is gone', async () => {
    expect((await aWall({ known: ['gone', 'b'], sources: [source('b', () => grant([2]))] }).wall.of(user)).limited).toContain('gone');
  });

  it('remembers that a source was there', async () => {
    const { wall, remembered } = aWall({ sources: some });
    await wall.of(user);
    expect(remembered).toEqual(['host']);
  });

  it('moves the epoch with the database’s, with each source’s, and when a source fails', async () => {
    let base = '1';
    let own = '1';
    let down = false;
    const { wall } = aWall({
      epoch: () => base,
      sources: [
        source('a', () => {
          if (down) throw new Error('down');
          return grant([1], { epoch: own });
        }),
      ],
    });
    const seen = [await wall.epoch(user)];
    base = '2';
    seen.push(await wall.epoch(user));
    own = '2';
    seen.push(await wall.epoch(user));
    down = true;
    seen.push(await wall.epoch(user));
    expect(new Set(seen).size).toBe(4);
  });

  it('never shares an epoch between those who see everything, nothing and something', async () => {
    const { wall } = aWall({ sources: some });
    expect(new Set([await wall.epoch(admin), await wall.epoch(ANONYMOUS), await wall.epoch(user)]).size).toBe(3);
  });

  it('keeps to path rules unless another source grants the whole repository', async () => {
    const rules = { allows: (path: string) => path.startsWith('open/') };
    const limitedBySource = source('a', () =>
      grant([1, 2], {
        paths: new Map([
          [1, rules],
          [2, rules],
        ]),
      }),
    );
    const visibility = await aWall({ sources: [limitedBySource, source('b', () => grant([2]))] }).wall.of(user);
    expect([visibility.canSee(1), visibility.canSee(1, 'open/a'), visibility.canSee(1, 'closed/a')]).toEqual([true, true, false]);
    expect(visibility.canSee(2, 'closed/a')).toBe(true);
  });

  it('agrees with itself: the bitmap, canSee and the predicate’s parameters', async () => {
    const ids = fc.uniqueArray(fc.integer({ min: 1, max: 500 }));
    await fc.assert(
      fc.asyncProperty(ids, ids, fc.integer({ min: 1, max: 500 }), async (one, two, asked) => {
        const visibility = await aWall({ sources: [source('a', () => grant(one)), source('b', () => grant(two))] }).wall.of(user);
        const expected = one.includes(asked) || two.includes(asked);
        expect([visibility.canSee(asked), visibility.repos.has(asked)]).toEqual([expected, expected]);
        const { text, parameters } = visibility.sql('r.id', 3);
        expect(text).toContain('get_bit($3::bytea, r.id) = 1');
        expect(IdSet.fromBytes(parameters[0] as Buffer).has(asked)).toBe(expected);
      }),
    );
  });

  it('takes a column only for a column', async () => {
    const visibility = await aWall({ sources: some }).wall.of(user);
    expect(() => visibility.sql('1=1 OR r.id', 1)).toThrow(RangeError);
  });
});
