import type { Blobs } from '@sextant/sdk';
import { beforeEach, describe, expect, it } from 'vitest';

/** Two plugins of one store that holds nothing yet. */
export interface BlobsSubject {
  readonly mine: Blobs;
  readonly others: Blobs;
}

const bytes = (text: string): Uint8Array => Buffer.from(text);
async function* stream(...chunks: (string | Uint8Array)[]): AsyncGenerator<Uint8Array> {
  for (const chunk of chunks) yield typeof chunk === 'string' ? bytes(chunk) : chunk;
}
const textOf = async (content: AsyncIterable<Uint8Array> | undefined): Promise<string | undefined> => {
  if (content === undefined) return undefined;
  const chunks: Uint8Array[] = [];
  for await (const chunk of content) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
};

/** What every store of blobs must do. */
export function describeBlobsContract(backend: string, make: () => Promise<BlobsSubject>): void {
  describe(`blobs in ${backend}`, () => {
    let mine: Blobs;
    let others: Blobs;
    beforeEach(async () => {
      ({ mine, others } = await make());
    });

    it('gives back what was put, from bytes or a stream, and forgets what was deleted', async () => {
      expect(await mine.put('uploads/12/index.scip', bytes('whole'))).toMatchObject({ key: 'uploads/12/index.scip', size: 5 });
      expect(await mine.put('empty', bytes(''))).toMatchObject({ size: 0 });
      expect(await mine.put('streamed', stream('one ', 'two'))).toMatchObject({ size: 7 });
      expect(await mine.put('streamed-empty', stream())).toMatchObject({ size: 0 });
      expect(await textOf(await mine.get('uploads/12/index.scip'))).toBe('whole');
      expect(await textOf(await mine.get('empty'))).toBe('');
      expect(await textOf(await mine.get('streamed'))).toBe('one two');
      expect(await textOf(await mine.get('streamed-empty'))).toBe('');
      const head = await mine.head('streamed');
      expect(head).toMatchObject({ key: 'streamed', size: 7 });
      expect(Math.abs(Date.now() - head!.modifiedAt.getTime())).toBeLessThan(60_000);
      await mine.delete('streamed');
      await mine.delete('streamed');
      expect(await mine.get('streamed')).toBeUndefined();
      expect(await mine.head('streamed')).toBeUndefined();
    });

    it('replaces whole objects, and keeps the old one when a new one fails or is aborted', async () => {
      await mine.put('k', bytes('a longer first text'));
      await mine.put('k', bytes('second'));
      async function* failing(): AsyncGenerator<Uint8Array> {
        yield bytes('half');
        throw new Error('the source broke');
      }
      await expect(mine.put('k', failing())).rejects.toThrow('the source broke');
      const controller = new AbortController();
      async function* aborting(): AsyncGenerator<Uint8Array> {
        yield bytes('half');
        controller.abort(new Error('enough'));
        yield bytes('more');
      }
      await expect(mine.put('k', aborting(), { signal: controller.signal })).rejects.toThrow('enough');
      expect(await textOf(await mine.get('k'))).toBe('second');
      expect((await mine.list('')).map((info) => info.key)).toEqual(['k']);
    });

    it('ends a put at once when it is aborted, also while its source has nothing to give', async () => {
      const controller = new AbortController();
      async function* silent(): AsyncGenerator<Uint8Array> {
        yield bytes('half');
        setImmediate(() => controller.abort(new Error('enough')));
        await new Promise(() => undefined);
      }
      await expect(mine.put('k', silent(), { signal: controller.signal })).rejects.toThrow('enough');
      expect(await mine.head('k')).toBeUndefined();
    });

    it('reads ranges, also past the end', async () => {
      await mine.put('k', bytes('0123456789'));
      const range = async (start: number, end?: number) =>
        textOf(await mine.get('k', { range: { start, ...(end === undefined ? {} : { end }) } }));
      expect(await range(2, 5)).toBe('234');
      expect(await range(7)).toBe('789');
      expect(await range(8, 100)).toBe('89');
      expect(await range(10, 20)).toBe('');
      expect(await range(9, 10)).toBe('9');
      for (const [start, end] of [
        [-1, 2],
        [3, 3],
        [4, 2],
        [0.5, 2],
      ] as const)
        await expect(mine.get('k', { range: { start, end } })).rejects.toMatchObject({ code: 'SEXTANT_BLOB_RANGE' });
    });

    it('takes streams of many parts', async () => {
      const chunk = Buffer.alloc(1024 * 1024, 'x');
      const { size } = await mine.put('big', stream(...Array.from({ length: 18 }, () => chunk), 'end'));
      expect(size).toBe(18 * 1024 * 1024 + 3);
      expect(await textOf(await mine.get('big', { range: { start: size - 5 } }))).toBe('xxend');
    });

    it('lists in the order of the keys, by prefix, page by page', async () => {
      const keys = ['a/1', 'a/10', 'a/2', 'a-b', 'a.b', 'ab', 'a/sub/x', 'b'];
      for (const key of keys) await mine.put(key, bytes(key));
      const sorted = [...keys].sort();
      expect((await mine.list('')).map((info) => info.key)).toEqual(sorted);
      expect((await mine.list('a/')).map((info) => info.key)).toEqual(['a/1', 'a/10', 'a/2', 'a/sub/x']);
      expect((await mine.list('a/1')).map((info) => info.key)).toEqual(['a/1', 'a/10']);
      expect(await mine.list('zzz')).toEqual([]);
      const paged: string[] = [];
      for (let after: string | undefined; ; after = paged.at(-1)) {
        const page = await mine.list('', { limit: 3, ...(after === undefined ? {} : { after }) });
        paged.push(...page.map((info) => info.key));
        if (page.length < 3) break;
      }
      expect(paged).toEqual(sorted);
      expect((await mine.list('b'))[0]).toMatchObject({ key: 'b', size: 1 });
    });

    it('keeps plugins apart', async () => {
      await mine.put('k', bytes('mine'));
      expect(await others.get('k')).toBeUndefined();
      expect(await others.list('')).toEqual([]);
      await others.delete('k');
      expect(await textOf(await mine.get('k'))).toBe('mine');
    });

    it('refuses keys that are not keys (hostile row 3)', async () => {
      const wrong = [
        '',
        '/',
        '..',
        '../x',
        'a/../b',
        'a//b',
        '/etc/passwd',
        'a/',
        'a\\b',
        '..\\x',
        'a\0b',
        'a\rb',
        '.hidden',
        'a/.git/b',
        '%2e%2e%2f',
        'a b',
        'ü',
        'x'.repeat(1_000),
        'a.blob/b',
      ];
      for (const key of wrong) {
        for (const attempt of [mine.put(key, bytes('')), mine.get(key), mine.head(key), mine.delete(key)])
          await expect(attempt, key).rejects.toMatchObject({ code: 'SEXTANT_BLOB_KEY' });
      }
      for (const prefix of ['../', '/', 'a/../b', 'a//', 'ü'])
        await expect(mine.list(prefix), prefix).rejects.toMatchObject({ code: 'SEXTANT_BLOB_KEY' });
    });
  });
}
