import { fork } from 'node:child_process';
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { Secret } from '@sextant/sdk';
import fc from 'fast-check';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { KeyRing } from './key-ring.js';
import { PluginSecrets } from './plugin-secrets.js';

const root = mkdtempSync(join(tmpdir(), 'sextant-secrets-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));
let round = 0;
let folder: string;
beforeEach(() => {
  folder = join(root, String((round += 1)));
});

const thrown = (work: () => unknown): Error => {
  try {
    work();
  } catch (error) {
    return error as Error;
  }
  throw new Error('It did not throw.');
};

describe('sealing', () => {
  it('opens what it sealed, whatever the text', () => {
    const secrets = new PluginSecrets(KeyRing.open(folder), 'tester');
    fc.assert(fc.property(fc.string({ unit: 'grapheme' }), (text) => secrets.open(secrets.seal(text)).reveal() === text));
    expect(secrets.open(secrets.seal(new Secret('hunter2'))).reveal()).toBe('hunter2');
  });

  it('never seals a text the same way twice, nor shows it', () => {
    const secrets = new PluginSecrets(KeyRing.open(folder), 'tester');
    const sealed = secrets.seal('hunter2');
    expect(secrets.seal('hunter2')).not.toBe(sealed);
    expect(sealed).not.toContain('hunter2');
    expect(inspect(secrets.open(sealed))).toBe('[secret]');
  });

  it('refuses a changed text at any place, and a text of another plugin, without showing anything of it', () => {
    const ring = KeyRing.open(folder);
    const secrets = new PluginSecrets(ring, 'tester');
    const sealed = secrets.seal('hunter2-hunter2');
    const changed = Array.from(sealed, (character, i) => sealed.slice(0, i) + (character === 'A' ? 'B' : 'A') + sealed.slice(i + 1));
    // The last character of base64 carries bits that are not read; all others must count.
    for (const text of [...changed.slice(0, -1), '', 'hunter2', `${sealed}.x`, sealed.slice(0, -4)]) {
      const error = thrown(() => secrets.open(text));
      expect(error, text).toMatchObject({ code: 'SEXTANT_SECRETS_UNREADABLE' });
      expect(inspect(error)).not.toContain('hunter2');
    }
    expect(thrown(() => new PluginSecrets(ring, 'other').open(sealed))).toMatchObject({ code: 'SEXTANT_SECRETS_UNREADABLE' });
  });
});

describe('the key file', () => {
  it('is made at the first start for its owner alone, and found again', () => {
    const sealed = new PluginSecrets(KeyRing.open(folder), 'tester').seal('hunter2');
    expect(statSync(join(folder, 'secrets.json')).mode & 0o777).toBe(0o600);
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    expect(readdirSync(folder)).toEqual(['secrets.json']);
    expect(new PluginSecrets(KeyRing.open(folder), 'tester').open(sealed).reveal()).toBe('hunter2');
  });

  it.each([0o640, 0o604, 0o660, 0o644])('is refused with mode %o', (mode) => {
    KeyRing.open(folder);
    chmodSync(join(folder, 'secrets.json'), mode);
    expect(thrown(() => KeyRing.open(folder))).toMatchObject({
      code: 'SEXTANT_SECRETS_KEY_MODE',
      fix: expect.stringContaining('chmod 600'),
    });
  });

  it('is refused when it is damaged or its key is no key, without showing it', () => {
    const path = KeyRing.open(folder).path;
    const good = JSON.parse(readFileSync(path, 'utf8')) as { primary: string; keys: { key: string }[] };
    const withKey = (key: string): string => JSON.stringify({ ...good, keys: [{ ...good.keys[0], key }] });
    for (const text of [
      '',
      '{',
      '{}',
      'null',
      JSON.stringify({ ...good, primary: 'aaaaaaaaaaaa' }),
      withKey(Buffer.alloc(32).toString('base64')),
      withKey(Buffer.alloc(16, 'ab').toString('base64')),
      `${JSON.stringify(good).slice(0, -1)}oops`,
    ]) {
      writeFileSync(path, text);
      const error = thrown(() => KeyRing.open(folder));
      expect(error, text).toMatchObject({ code: 'SEXTANT_SECRETS_KEY_INVALID' });
      expect(inspect(error)).not.toContain(good.keys[0]!.key.slice(0, 10));
    }
  });

  it('is one when several processes start together', async () => {
    const starts = Array.from({ length: 4 }, () => {
      const child = fork(new URL('./test/open-ring.mjs', import.meta.url), [folder], { execArgv: [] });
      return new Promise<string>((resolve) => child.once('message', (id) => resolve(String(id))));
    });
    expect(new Set(await Promise.all(starts)).size).toBe(1);
    expect(readdirSync(folder)).toEqual(['secrets.json']);
  });
});

describe('rotation', () => {
  it('seals with the new key, opens with the old one, and seals again on demand', () => {
    const ring = KeyRing.open(folder);
    const secrets = new PluginSecrets(ring, 'tester');
    const old = secrets.seal('hunter2');
    expect(secrets.reseal(old)).toBe(old);
    const id = ring.add();
    expect(secrets.reseal(old)).toBe(old);
    ring.promote(id);
    expect(secrets.open(old).reveal()).toBe('hunter2');
    const renewed = secrets.reseal(old);
    expect(renewed).toContain(id);
    expect(secrets.reseal(renewed)).toBe(renewed);
    expect(ring.retire(ring.ids)).toHaveLength(1);
    expect(secrets.open(renewed).reveal()).toBe('hunter2');
    expect(thrown(() => secrets.open(old))).toMatchObject({ code: 'SEXTANT_SECRETS_UNREADABLE' });
    expect(statSync(ring.path).mode & 0o777).toBe(0o600);
  });

  it('is noticed by other processes when they meet the new key', () => {
    const [here, there] = [KeyRing.open(folder), KeyRing.open(folder)];
    here.promote(here.add());
    const sealed = new PluginSecrets(here, 'tester').seal('hunter2');
    expect(new PluginSecrets(there, 'tester').open(sealed).reveal()).toBe('hunter2');
  });

  it('keeps every key when several processes rotate at once', async () => {
    const first = KeyRing.open(folder).primary.id;
    const rotations = Array.from({ length: 4 }, () => {
      const child = fork(new URL('./test/rotate-once.mjs', import.meta.url), [folder], { execArgv: [] });
      return new Promise<string>((resolve) => child.once('message', (id) => resolve(String(id))));
    });
    const made = await Promise.all(rotations);
    expect([...KeyRing.open(folder).ids].sort()).toEqual([first, ...made].sort());
    expect(readdirSync(folder)).toEqual(['secrets.json']);
  });

  it('is rid of half-written key files of killed processes (hostile row 13)', () => {
    const ring = KeyRing.open(folder);
    writeFileSync(`${ring.path}.part-1-old`, 'half');
    writeFileSync(`${ring.path}.part-1-new`, 'half');
    utimesSync(`${ring.path}.part-1-old`, 1, 1);
    KeyRing.open(folder);
    expect(readdirSync(folder)).toEqual(['secrets.json', 'secrets.json.part-1-new']);
  });

  it('leaves a ring that opens everything when it is killed in the middle (hostile row 13)', async () => {
    const ring = KeyRing.open(folder);
    const sealed = new PluginSecrets(ring, 'tester').seal('hunter2');
    for (const enough of [1, 2, 3, 5, 8, 13]) {
      const child = fork(new URL('./test/rotate-forever.mjs', import.meta.url), [folder], { execArgv: [] });
      await new Promise<void>((resolve) => child.on('message', (rotations) => rotations === enough && resolve()));
      child.kill('SIGKILL');
      await new Promise((resolve) => child.once('exit', resolve));
      expect(new PluginSecrets(KeyRing.open(folder), 'tester').open(sealed).reveal()).toBe('hunter2');
    }
  });
});
