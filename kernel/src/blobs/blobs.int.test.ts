import { mkdtempSync, rmSync } from 'node:fs';
import { mkdir, readdir, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FolderBlobs } from './folder-blobs.js';
import { S3Blobs } from './s3-blobs.js';
import { describeBlobsContract } from './test/blobs-contract.js';
import { FakeS3 } from './test/fake-s3.js';

const root = mkdtempSync(join(tmpdir(), 'sextant-blobs-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));
let round = 0;
const nextFolder = () => join(root, String((round += 1)));
const s3Url = process.env['SEXTANT_TEST_S3_URL'];

describeBlobsContract('a folder', async () => {
  const folder = nextFolder();
  return { mine: new FolderBlobs(folder, 'mine'), others: new FolderBlobs(folder, 'others') };
});

const clientOf = (endpoint: string) =>
  new S3Client({
    endpoint,
    region: 'us-east-1',
    forcePathStyle: true,
    credentials: { accessKeyId: 'tester', secretAccessKey: 'tester-secret' },
  });
const subjectIn = (client: S3Client, bucket: string) => {
  const prefix = `${(round += 1)}/`;
  return { mine: new S3Blobs({ client, bucket, prefix }, 'mine'), others: new S3Blobs({ client, bucket, prefix }, 'others') };
};

describe('S3', () => {
  let fake: FakeS3;
  beforeAll(async () => {
    fake = await FakeS3.start();
  });
  afterAll(() => fake.stop());
  describeBlobsContract('a fake S3', async () => subjectIn(clientOf(fake.url), 'bucket'));

  it('says that the store is away, without its credentials', async () => {
    const client = new S3Client({
      endpoint: 'http://127.0.0.1:1',
      region: 'us-east-1',
      forcePathStyle: true,
      maxAttempts: 1,
      credentials: { accessKeyId: 'a', secretAccessKey: 'hunter2' },
    });
    const error = await new S3Blobs({ client, bucket: 'b' }, 'mine').head('k').catch((e: Error) => e);
    expect(error).toMatchObject({ code: 'SEXTANT_BLOB_UNAVAILABLE', status: 503 });
    expect(String(error)).not.toContain('hunter2');
  });
});

describe.skipIf(s3Url === undefined)('with SEXTANT_TEST_S3_URL set', () => {
  const bucket = `test-${process.pid}-${Date.now()}`;
  beforeAll(async () => {
    await clientOf(s3Url!).send(new CreateBucketCommand({ Bucket: bucket }));
  });
  describeBlobsContract('a real S3 server', async () => subjectIn(clientOf(s3Url!), bucket));
});

describe('a folder', () => {
  it('holds a blob and others below its name', async () => {
    const blobs = new FolderBlobs(nextFolder(), 'mine');
    await blobs.put('a', Buffer.from('1'));
    await blobs.put('a/b', Buffer.from('2'));
    await blobs.put('a/b/c', Buffer.from('3'));
    expect((await blobs.list('')).map((info) => info.key)).toEqual(['a', 'a/b', 'a/b/c']);
  });

  it('keeps files for its owner alone and leaves no empty folders', async () => {
    const folder = nextFolder();
    const blobs = new FolderBlobs(folder, 'mine');
    await blobs.put('a/b/c', Buffer.from('1'));
    expect((await stat(join(folder, 'mine/a/b/c.blob'))).mode & 0o077).toBe(0);
    await blobs.delete('a/b/c');
    expect(await readdir(join(folder, 'mine'))).toEqual([]);
    expect(await readdir(join(folder, '.incoming'))).toEqual([]);
  });

  it('survives deletes beside puts in one folder', async () => {
    const blobs = new FolderBlobs(nextFolder(), 'mine');
    await Promise.all(
      Array.from({ length: 100 }, async (_, i) => {
        await blobs.put(`deep/er/${i}`, Buffer.from('x'));
        if (i % 2 === 0) await blobs.delete(`deep/er/${i}`);
      }),
    );
    expect(await blobs.list('deep/')).toHaveLength(50);
  });

  it('is rid of what killed processes left, but not of what others write now (hostile row 13)', async () => {
    const folder = nextFolder();
    await mkdir(join(folder, '.incoming'), { recursive: true });
    await writeFile(join(folder, '.incoming/old'), 'half');
    await writeFile(join(folder, '.incoming/new'), 'half');
    await utimes(join(folder, '.incoming/old'), 1, 1);
    expect(await FolderBlobs.sweep(folder)).toBe(1);
    expect(await readdir(join(folder, '.incoming'))).toEqual(['new']);
    expect(await FolderBlobs.sweep(nextFolder())).toBe(0);
  });

  it('goes on reading what a reader had opened when it is replaced', async () => {
    const blobs = new FolderBlobs(nextFolder(), 'mine');
    await blobs.put('k', Buffer.from('old'));
    const reading = await blobs.get('k');
    await blobs.put('k', Buffer.from('new!'));
    const seen: Uint8Array[] = [];
    for await (const chunk of reading!) seen.push(chunk);
    expect(Buffer.concat(seen).toString()).toBe('old');
  });
});
