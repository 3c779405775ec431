import { failureOf } from '@sextant/plugin-code-host/testing';
import { describe, expect, it } from 'vitest';
import { FakeSumDatabase } from '../testing/fake-sum-database.js';
import { tilePath } from './hash-tree.js';
import { signedText, verifierOf } from './signed-note.js';
import { SumDatabase } from './sum-database.js';
import { zipChecksum } from './zip-checksum.js';

const RECORDS = [
  { path: 'example.com/Forge/anvil', version: 'v1.0.0', sum: 'h1:anvil=' },
  { path: 'example.com/hammer', version: 'v1.2.0', sum: 'h1:hammer=' },
];
const asking = (fake: FakeSumDatabase, key = fake.key): SumDatabase =>
  new SumDatabase({ key, url: '/' }, async (url) => {
    const answer = fake.answer(url.slice(1));
    return answer === undefined ? undefined : Buffer.from(answer);
  });

describe('the checksum of a module', () => {
  it.each([2, 3, 256, 257, 300, 512, 700, 66_000])('is proven in a tree of %i records', async (size) => {
    const fake = new FakeSumDatabase(RECORDS, size);
    const database = asking(fake);
    expect(await database.checksum('example.com/Forge/anvil', 'v1.0.0')).toBe('h1:anvil=');
    expect(await database.checksum('example.com/hammer', 'v1.2.0')).toBe('h1:hammer=');
    expect(fake.asked[0]).toBe('lookup/example.com/!forge/anvil@v1.0.0');
    // No part of the tree is asked for twice.
    expect(new Set(fake.asked).size).toBe(fake.asked.length);
  });

  it('is proven where a tile has become full since', async () => {
    const fake = new FakeSumDatabase(RECORDS, 512);
    fake.dropsPartialTiles = true;
    expect(await asking(fake).checksum('example.com/hammer', 'v1.2.0')).toBe('h1:hammer=');
  });

  it('is not known where the database has no such record', async () => {
    expect(await asking(new FakeSumDatabase(RECORDS)).checksum('example.com/hammer', 'v9.9.9')).toBeUndefined();
  });

  it.each<[string, (path: string, answer: string | Buffer) => string | Buffer | undefined]>([
    [
      'another checksum in its record',
      (path, answer) => (path.startsWith('lookup') ? String(answer).replace('h1:hammer=', 'h1:other=') : answer),
    ],
    ['another number of its record', (path, answer) => (path.startsWith('lookup') ? String(answer).replace(/^\d+/, '5') : answer)],
    ['a number beyond the tree', (path, answer) => (path.startsWith('lookup') ? String(answer).replace(/^\d+/, '5000') : answer)],
    ['another size of the tree', (path, answer) => (path.startsWith('lookup') ? String(answer).replace('\n700\n', '\n701\n') : answer)],
    ['no signature', (path, answer) => (path.startsWith('lookup') ? String(answer).replace(/\n\u2014[\s\S]*$/, '\n') : answer)],
    ['a page to sign in', () => '<html>'],
    ['nothing', () => ''],
    ['a tile of other hashes', (path, answer) => (path.startsWith('tile') ? Buffer.alloc(answer.length, 7) : answer)],
    ['a short tile', (path, answer) => (path.startsWith('tile') ? Buffer.from(answer).subarray(32) : answer)],
    ['no tile', (path, answer) => (path.startsWith('tile') ? undefined : answer)],
  ])('is not believed with %s', async (_what, tamper) => {
    const fake = new FakeSumDatabase(RECORDS, 700);
    fake.tamper = tamper;
    expect(await failureOf(asking(fake).checksum('example.com/hammer', 'v1.2.0'))).toMatchObject({ code: 'SEXTANT_PACKAGES_SUMDB' });
  });

  it('is not believed when the record is that of another module', async () => {
    const fake = new FakeSumDatabase(RECORDS, 700);
    const other = fake.answer('lookup/example.com/!forge/anvil@v1.0.0')!;
    fake.tamper = (path, answer) => (path.startsWith('lookup') ? other : answer);
    expect(await failureOf(asking(fake).checksum('example.com/hammer', 'v1.2.0'))).toMatchObject({
      code: 'SEXTANT_PACKAGES_SUMDB',
      why: expect.stringContaining('another module'),
    });
  });

  it('is not believed when another has signed', async () => {
    const { key } = new FakeSumDatabase([]);
    expect(await failureOf(asking(new FakeSumDatabase(RECORDS), key).checksum('example.com/hammer', 'v1.2.0'))).toMatchObject({
      code: 'SEXTANT_PACKAGES_SUMDB',
    });
  });
});

it('the public database has signed what it really answered once', () => {
  const verifier = verifierOf('sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8')!;
  const tree = 'go.sum database tree\n66385784\ndRgqg6bNjCv/HjgbQbR4FTQxb01x93qAiafZ4wW6HNI=\n';
  const signature = 'Az3grgdaBaBYyyTCLNv4P301f7lAEOLAqFA3S8qHA1DrIw6NQDwtMmAExrmeIOAA0fY8RhokDCBm9LiX4cF0aBcOHgs=';
  const note = `${tree}\n\u2014 sum.golang.org ${signature}\n`;
  expect(signedText(note, verifier)).toBe(tree);
  expect(signedText(note.replace('66385784', '66385785'), verifier)).toBeUndefined();
});

it.each(['', 'sum.golang.org', 'a+00000000+AQ==', 'sum.golang.org+033de0af+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8'])(
  'no signer has the key "%s"',
  (key) => {
    expect(verifierOf(key)).toBeUndefined();
  },
);

it('a tile stands where its level, its number and its width say', () => {
  expect([tilePath(0, 5, 256), tilePath(1, 1_234_067, 256), tilePath(3, 0, 4)]).toEqual([
    'tile/8/0/005',
    'tile/8/1/x001/x234/067',
    'tile/8/3/000.p/4',
  ]);
});

it('the checksum of files is the one that the go command has for them, whatever their order', async () => {
  const file = (path: string, text: string) => ({ path, mode: '100644' as const, content: Buffer.from(text) });
  const files = [file('b.go', 'package b\n'), file('go.mod', 'module example.com/anvil\n'), file('B.go', 'package B\n')];
  const of = (some: typeof files) =>
    zipChecksum(
      (async function* () {
        yield* some;
      })(),
      'example.com/anvil@v1.0.0/',
    );
  expect(await of(files)).toBe('h1:WEC8IN53jXDjnmCh9jfsfx56dUy0LShC7rbUFlSeHhc=');
  expect(await of(files.toReversed())).toBe('h1:WEC8IN53jXDjnmCh9jfsfx56dUy0LShC7rbUFlSeHhc=');
});
