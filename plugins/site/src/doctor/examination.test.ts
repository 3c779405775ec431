import { type Actor, type Contribution, type Logger, SextantError } from '@sextant/sdk';
import { describe, expect, it } from 'vitest';
import type { Finding, SystemCheck } from '../api.js';
import { examine, mend } from './examination.js';

const quiet: Logger = { debug() {}, info() {}, warn() {}, error() {}, child: () => quiet };
const admin: Actor = { kind: 'user', id: 'user:1', userId: 1, siteAdmin: true, via: 'token' };
const asker = { actor: admin, signal: new AbortController().signal, log: quiet };
const check = (plugin: string, name: string, run: SystemCheck['run']): Contribution<SystemCheck> => ({
  plugin,
  value: { name, run },
  reject() {},
});
const finds = (plugin: string, name: string, ...findings: Finding[]) => check(plugin, name, async () => findings);

describe('an examination', () => {
  it('tells what every plugin finds, the gravest first, and whose it is', async () => {
    const found = await examine(
      [
        finds('git', 'mirrors', { level: 'ok', what: 'all well' }, { level: 'error', what: 'torn' }),
        finds('search', 'index', { level: 'warning', what: 'late' }),
      ],
      asker,
    );
    expect(found.map(({ plugin, check: of, what }) => `${plugin}/${of}: ${what}`)).toEqual([
      'git/mirrors: torn',
      'search/index: late',
      'git/mirrors: all well',
    ]);
  });

  it('takes a check that throws for a finding, with the code of the error and without the words of what is none of ours', async () => {
    const found = await examine(
      [
        check('a', 'x', () => Promise.reject(new Error('password=hunter2'))),
        check('b', 'y', () => Promise.reject(new SextantError('SEXTANT_SITE_MENDS', { what: 'Too many.' }))),
        finds('c', 'z', { level: 'ok', what: 'fine' }),
      ],
      asker,
    );
    expect(found).toMatchObject([
      { plugin: 'a', level: 'error', code: 'SEXTANT_SITE_CHECK_FAILED' },
      { plugin: 'b', code: 'SEXTANT_SITE_MENDS', why: 'Too many.' },
      { plugin: 'c' },
    ]);
    expect(JSON.stringify(found)).not.toContain('hunter2');
  });
});

describe('mending', () => {
  it('does what was named and is still offered, and nothing else', async () => {
    const done: string[] = [];
    const offer = (id: string, work: () => void = () => undefined): Finding => ({
      level: 'error',
      what: id,
      mend: {
        id,
        does: `Mends ${id}.`,
        run: async () => {
          work();
          done.push(id);
        },
      },
    });
    const fail = () => {
      throw new Error('no');
    };
    const checks = [finds('git', 'mirrors', offer('one'), offer('two'), offer('bad', fail)), finds('search', 'index', offer('one'))];
    expect(await mend(checks, ['git/mirrors/two', 'git/mirrors/gone', 'git/mirrors/bad', 'git/mirrors/two'], asker)).toMatchObject([
      { key: 'git/mirrors/two', does: 'Mends two.', outcome: 'done' },
      { key: 'git/mirrors/gone', outcome: 'not-needed' },
      { key: 'git/mirrors/bad', outcome: 'failed', error: 'The log says why.' },
    ]);
    expect(done).toEqual(['two']);
  });
});
