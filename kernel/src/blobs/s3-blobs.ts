import { Readable } from 'node:stream';
import {
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import { type BlobInfo, type Blobs, SextantError } from '@sextant/sdk';
import { checkKey, checkPrefix, checkRange } from './blob-key.js';

export interface S3BlobsOptions {
  readonly client: S3Client;
  readonly bucket: string;
  /** Stands before every key, such as `sextant/`. */
  readonly prefix?: string;
}

const PART_SIZE = 8 * 1024 * 1024;
const PAGE = 1_000;

const statusOf = (error: unknown): number | undefined => (error as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode;

/** Blobs in an S3-compatible store. An object appears when its upload is complete, so a reader never sees half of one. */
export class S3Blobs implements Blobs {
  readonly #home: string;

  constructor(
    private readonly options: S3BlobsOptions,
    plugin: string,
  ) {
    this.#home = `${options.prefix ?? ''}${plugin}/`;
  }

  async put(
    key: string,
    content: AsyncIterable<Uint8Array> | Uint8Array,
    options: { readonly signal?: AbortSignal } = {},
  ): Promise<BlobInfo> {
    const { client, bucket: Bucket } = this.options;
    const Key = this.#key(key);
    options.signal?.throwIfAborted();
    if (content instanceof Uint8Array) {
      await this.#send(
        () =>
          client.send(new PutObjectCommand({ Bucket, Key, Body: content, ContentLength: content.byteLength }), {
            abortSignal: options.signal,
          }),
        options.signal,
      );
    } else {
      // Of unknown length: in parts, one of them in memory at a time and one on its way.
      const upload = new Upload({
        client,
        params: { Bucket, Key, Body: Readable.from(content, { objectMode: false }) },
        partSize: PART_SIZE,
        queueSize: 2,
        leavePartsOnError: false,
      });
      const abort = (): void => void upload.abort();
      options.signal?.addEventListener('abort', abort, { once: true });
      await this.#send(() => upload.done(), options.signal).finally(() => options.signal?.removeEventListener('abort', abort));
    }
    return (await this.head(key)) ?? { key, size: 0, modifiedAt: new Date() };
  }

  async get(key: string, options: NonNullable<Parameters<Blobs['get']>[1]> = {}): Promise<AsyncIterable<Uint8Array> | undefined> {
    const { client, bucket: Bucket } = this.options;
    const { range } = options;
    if (range) checkRange(range);
    const Key = this.#key(key);
    const Range = range && `bytes=${range.start}-${range.end === undefined ? '' : range.end - 1}`;
    options.signal?.throwIfAborted();
    try {
      const { Body } = await client.send(new GetObjectCommand({ Bucket, Key, ...(Range ? { Range } : {}) }), {
        abortSignal: options.signal,
      });
      return Body as AsyncIterable<Uint8Array> | undefined;
    } catch (error) {
      if (statusOf(error) === 404) return undefined;
      if (statusOf(error) === 416) return nothing();
      throw this.#failure(error, options.signal);
    }
  }

  async head(key: string): Promise<BlobInfo | undefined> {
    const { client, bucket: Bucket } = this.options;
    const Key = this.#key(key);
    try {
      const { ContentLength, LastModified } = await client.send(new HeadObjectCommand({ Bucket, Key }));
      return { key, size: ContentLength ?? 0, modifiedAt: LastModified ?? new Date(0) };
    } catch (error) {
      if (statusOf(error) === 404) return undefined;
      throw this.#failure(error);
    }
  }

  async delete(key: string): Promise<void> {
    const { client, bucket: Bucket } = this.options;
    const Key = this.#key(key);
    await this.#send(async () => {
      await client.send(new DeleteObjectCommand({ Bucket, Key })).catch((error: unknown) => {
        if (statusOf(error) !== 404) throw error;
      });
    });
  }

  async list(prefix: string, options: { readonly after?: string; readonly limit?: number } = {}): Promise<readonly BlobInfo[]> {
    checkPrefix(prefix);
    const { client, bucket: Bucket } = this.options;
    const limit = options.limit ?? PAGE;
    const found: BlobInfo[] = [];
    let StartAfter = options.after === undefined ? undefined : this.#home + options.after;
    while (found.length < limit) {
      const page = await this.#send(() =>
        client.send(
          new ListObjectsV2Command({
            Bucket,
            Prefix: this.#home + prefix,
            MaxKeys: Math.min(PAGE, limit - found.length),
            ...(StartAfter === undefined ? {} : { StartAfter }),
          }),
        ),
      );
      for (const { Key, Size, LastModified } of page.Contents ?? [])
        found.push({ key: Key!.slice(this.#home.length), size: Size ?? 0, modifiedAt: LastModified ?? new Date(0) });
      StartAfter = page.Contents?.at(-1)?.Key;
      if (!page.IsTruncated || StartAfter === undefined) break;
    }
    return found;
  }

  #key(key: string): string {
    checkKey(key);
    return this.#home + key;
  }

  async #send<R>(work: () => Promise<R>, signal?: AbortSignal): Promise<R> {
    try {
      return await work();
    } catch (error) {
      throw this.#failure(error, signal);
    }
  }

  #failure(error: unknown, signal?: AbortSignal): unknown {
    if (signal?.aborted) return signal.reason;
    const name = (error as { name?: string }).name;
    // What the caller's own stream threw is the caller's; the store's errors carry a status or come from the socket.
    if (statusOf(error) === undefined && (error as { code?: string }).code === undefined && name !== 'TimeoutError') return error;
    return new SextantError('SEXTANT_BLOB_UNAVAILABLE', {
      what: 'The blob storage did not do what it was asked.',
      why: `It answered ${name ?? 'an error'}${statusOf(error) === undefined ? '' : ` with status ${statusOf(error)}`}.`,
      fix: 'Check its address, its credentials and its free space.',
      cause: error,
    });
  }
}

async function* nothing(): AsyncGenerator<Uint8Array> {}
