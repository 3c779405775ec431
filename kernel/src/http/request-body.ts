import type { IncomingMessage } from 'node:http';
import type { Transform } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';
import { SextantError } from '@sextant/sdk';

const DECOMPRESSORS: Readonly<Record<string, (() => Transform) | undefined>> = {
  gzip: createGunzip,
  'x-gzip': createGunzip,
  deflate: createInflate,
  br: createBrotliDecompress,
};

export interface BodyLimits {
  /** Bytes after decompression. */
  readonly max: number;
  /** Milliseconds without a byte after which the client is given up. */
  readonly idle: number;
}

/** The body of one request. It is read at most once, never beyond its limit, whatever it says of itself or unpacks to. */
export class RequestBody {
  #bytes: Promise<Buffer> | undefined;
  #streamed = false;

  constructor(
    private readonly request: IncomingMessage,
    private readonly limits: BodyLimits,
    private readonly signal: AbortSignal,
  ) {}

  /** True when bytes may still be on the way: the connection cannot be used again before they were read. */
  get unread(): boolean {
    return !this.request.complete;
  }

  bytes(): Promise<Buffer> {
    this.#bytes ??= (async () => {
      const chunks: Uint8Array[] = [];
      for await (const chunk of this.stream()) chunks.push(chunk);
      return chunks.length === 1 ? Buffer.from(chunks[0]!) : Buffer.concat(chunks);
    })();
    return this.#bytes;
  }

  async json(): Promise<unknown> {
    const bytes = await this.bytes();
    if (bytes.length === 0) throw notJson('The body is empty.');
    let text: string;
    try {
      text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    } catch {
      throw notJson('It is not UTF-8.');
    }
    try {
      return JSON.parse(text);
    } catch (error) {
      // The engine's own message quotes the body, which may hold a secret.
      const position = /position (\d+)/.exec((error as Error).message)?.[1];
      throw notJson(position === undefined ? 'It ends too early.' : `It breaks at character ${position}.`);
    }
  }

  async *stream(): AsyncGenerator<Uint8Array, undefined> {
    if (this.#streamed) throw new Error('The body of a request can be read once.');
    this.#streamed = true;
    const { max } = this.limits;
    const encoding = this.request.headers['content-encoding']?.trim().toLowerCase();
    const packed = encoding !== undefined && encoding !== '' && encoding !== 'identity';
    const declared = Number(this.request.headers['content-length']);
    if (!packed && declared > max) throw tooLarge(max);
    const decompressor = packed ? DECOMPRESSORS[encoding]?.() : undefined;
    if (packed && decompressor === undefined) {
      throw new SextantError('SEXTANT_HTTP_BODY_ENCODING', {
        what: 'The Content-Encoding of the body is not supported.',
        fix: 'Send gzip, deflate, br or none.',
      });
    }
    let size = 0;
    for await (const chunk of decompressor === undefined ? this.#arriving() : unpacked(this.#arriving(), decompressor)) {
      size += chunk.length;
      if (size > max) throw tooLarge(max);
      yield chunk;
    }
  }

  async *#arriving(): AsyncGenerator<Uint8Array, undefined> {
    const { request, signal } = this;
    const { idle } = this.limits;
    signal.throwIfAborted();
    let timer: NodeJS.Timeout | undefined;
    const slow = (): void =>
      void request.destroy(
        new SextantError('SEXTANT_HTTP_TOO_SLOW', {
          what: `No byte of the body arrived for ${idle} ms.`,
          fix: 'Send it faster, or in smaller parts.',
        }),
      );
    const aborted = (): void => void request.destroy(signal.reason as Error);
    signal.addEventListener('abort', aborted, { once: true });
    try {
      timer = setTimeout(slow, idle);
      // The socket stays: an answer such as 413 still has to go out on it.
      for await (const chunk of request.iterator({ destroyOnReturn: false })) {
        timer.refresh();
        yield chunk as Uint8Array;
      }
    } finally {
      clearTimeout(timer);
      signal.removeEventListener('abort', aborted);
    }
  }
}

/** Feeds the decompressor no faster than its output is taken, so that a bomb is noticed long before it is unpacked. */
async function* unpacked(source: AsyncIterable<Uint8Array>, decompressor: Transform): AsyncGenerator<Uint8Array, undefined> {
  let failure: unknown;
  void (async () => {
    try {
      for await (const chunk of source) {
        if (decompressor.destroyed) return;
        if (!decompressor.write(chunk)) {
          await new Promise<void>((resolve) => {
            decompressor.once('drain', resolve);
            decompressor.once('close', resolve);
          });
        }
      }
      decompressor.end();
    } catch (error) {
      failure = error;
      decompressor.destroy(error as Error);
    }
  })();
  try {
    for await (const chunk of decompressor) yield chunk as Uint8Array;
  } catch (error) {
    throw error !== failure
      ? new SextantError('SEXTANT_HTTP_BODY_CORRUPT', {
          what: 'The body cannot be decompressed.',
          why: 'It is damaged, cut short, or not what Content-Encoding says.',
          fix: 'Send what Content-Encoding says.',
        })
      : error;
  } finally {
    decompressor.destroy();
  }
}

const tooLarge = (max: number): SextantError =>
  new SextantError('SEXTANT_HTTP_BODY_TOO_LARGE', {
    what: `The body is larger than ${max} bytes.`,
    why: 'This route takes no more, counted after decompression.',
    fix: 'Send less at a time.',
    details: { max },
  });

const notJson = (why: string): SextantError =>
  new SextantError('SEXTANT_HTTP_JSON', { what: 'The body is not JSON.', why, fix: 'Send one JSON value in UTF-8.' });
