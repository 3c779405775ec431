import type { IncomingMessage } from 'node:http';
import type { Transform } from 'node:stream';
import { promisify } from 'node:util';
import { brotliDecompress, createBrotliDecompress, createGunzip, createInflate, gunzip, inflate } from 'node:zlib';
import { SextantError } from '@sextant/sdk';

interface Coding {
  stream(): Transform;
  whole(bytes: Uint8Array, options: { readonly maxOutputLength: number }): Promise<Buffer>;
}

const GZIP: Coding = { stream: createGunzip, whole: promisify(gunzip) };
const CODINGS: Readonly<Record<string, Coding | undefined>> = {
  gzip: GZIP,
  'x-gzip': GZIP,
  deflate: { stream: createInflate, whole: promisify(inflate) },
  br: { stream: createBrotliDecompress, whole: promisify(brotliDecompress) },
};

export interface BodyLimits {
  /** Bytes after decompression. */
  readonly max: number;
  /** Milliseconds without a byte after which the client is given up. A body that takes longer than this comes at {@link MIN_RATE} or more. */
  readonly idle: number;
}

/** Bytes a second. Less is no slow network but somebody who holds a connection with one byte now and then. */
const MIN_RATE = 500;
const drips = (size: number, waited: number, idle: number): boolean => waited > idle && size < (waited / 1000) * MIN_RATE;

/** The body of one request. It is read at most once, never beyond its limit, whatever it says of itself or unpacks to. */
export class RequestBody {
  #bytes: Promise<Buffer> | undefined;
  #taken = false;

  constructor(
    private readonly request: IncomingMessage,
    private readonly limits: BodyLimits,
    private readonly signal: AbortSignal,
  ) {}

  bytes(): Promise<Buffer> {
    this.#bytes ??= this.#whole();
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
    const { max } = this.limits;
    const coding = this.#begin();
    let size = 0;
    for await (const chunk of coding === undefined ? this.#arriving() : unpacked(this.#arriving(), coding.stream())) {
      size += chunk.length;
      if (size > max) throw tooLarge(max);
      yield chunk;
    }
  }

  async #whole(): Promise<Buffer> {
    const { max } = this.limits;
    const coding = this.#begin();
    const packed = await this.#collect();
    if (coding === undefined) return packed;
    try {
      return await coding.whole(packed, { maxOutputLength: max });
    } catch (error) {
      throw (error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE' ? tooLarge(max) : corrupt();
    }
  }

  /** The coding of the body; undefined for none. */
  #begin(): Coding | undefined {
    if (this.#taken) throw new Error('The body of a request can be read once.');
    this.#taken = true;
    const encoding = this.request.headers['content-encoding']?.trim().toLowerCase();
    if (encoding === undefined || encoding === '' || encoding === 'identity') {
      if (Number(this.request.headers['content-length']) > this.limits.max) throw tooLarge(this.limits.max);
      return undefined;
    }
    const coding = Object.hasOwn(CODINGS, encoding) ? CODINGS[encoding] : undefined;
    if (coding === undefined)
      throw new SextantError('SEXTANT_HTTP_BODY_ENCODING', {
        what: 'The Content-Encoding of the body is not supported.',
        fix: 'Send gzip, deflate, br or none.',
      });
    return coding;
  }

  /** All bytes as they arrive. By events: this runs for every GraphQL request, and generators over generators cost more than the request. */
  #collect(): Promise<Buffer> {
    const { request, signal } = this;
    const { max, idle } = this.limits;
    return new Promise((resolve, reject) => {
      const chunks: Buffer[] = [];
      let size = 0;
      const begun = performance.now();
      const timer = setTimeout(() => end(tooSlow(idle)), idle);
      const end = (error?: unknown): void => {
        clearTimeout(timer);
        request.off('data', data).off('end', end).off('error', end).off('close', cut);
        signal.removeEventListener('abort', aborted);
        if (error === undefined) resolve(chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks));
        else {
          request.pause();
          reject(error);
        }
      };
      const data = (chunk: Buffer): void => {
        timer.refresh();
        chunks.push(chunk);
        size += chunk.length;
        if (size > max) end(tooLarge(max));
        else if (drips(size, performance.now() - begun, idle)) end(tooSlow(idle));
      };
      const cut = (): void => end(new DOMException('The client went away.', 'AbortError'));
      const aborted = (): void => end(signal.reason);
      if (signal.aborted) return aborted();
      if (request.readableEnded) return end();
      if (request.destroyed) return cut();
      signal.addEventListener('abort', aborted, { once: true });
      request.on('data', data).on('end', end).on('error', end).on('close', cut);
    });
  }

  async *#arriving(): AsyncGenerator<Uint8Array, undefined> {
    const { request, signal } = this;
    const { idle } = this.limits;
    signal.throwIfAborted();
    let timer: NodeJS.Timeout | undefined;
    const slow = (): void => void request.destroy(tooSlow(idle));
    const aborted = (): void => void request.destroy(signal.reason as Error);
    signal.addEventListener('abort', aborted, { once: true });
    // The socket stays: an answer such as 413 still has to go out on it.
    const chunks = request.iterator({ destroyOnReturn: false }) as AsyncIterableIterator<Uint8Array>;
    let [size, waited] = [0, 0];
    try {
      for (;;) {
        // Only the client's own time counts, not what the route takes between two chunks.
        const from = performance.now();
        timer = setTimeout(slow, idle);
        const step = await chunks.next();
        clearTimeout(timer);
        if (step.done) return;
        size += step.value.length;
        waited += performance.now() - from;
        if (drips(size, waited, idle)) throw tooSlow(idle);
        yield step.value;
      }
    } finally {
      clearTimeout(timer);
      signal.removeEventListener('abort', aborted);
      await chunks.return?.();
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
    throw error === failure ? error : corrupt();
  } finally {
    decompressor.destroy();
  }
}

const tooSlow = (idle: number): SextantError =>
  new SextantError('SEXTANT_HTTP_TOO_SLOW', {
    what: `The body did not arrive in its time: nothing for ${idle} ms, or fewer than ${MIN_RATE} bytes a second.`,
    fix: 'Send it faster, or in smaller parts.',
  });

const corrupt = (): SextantError =>
  new SextantError('SEXTANT_HTTP_BODY_CORRUPT', {
    what: 'The body cannot be decompressed.',
    why: 'It is damaged, cut short, or not what Content-Encoding says.',
    fix: 'Send what Content-Encoding says.',
  });

const tooLarge = (max: number): SextantError =>
  new SextantError('SEXTANT_HTTP_BODY_TOO_LARGE', {
    what: `The body is larger than ${max} bytes.`,
    why: 'This route takes no more, counted after decompression.',
    fix: 'Send less at a time.',
    details: { max },
  });

const notJson = (why: string): SextantError =>
  new SextantError('SEXTANT_HTTP_JSON', { what: 'The body is not JSON.', why, fix: 'Send one JSON value in UTF-8.' });
