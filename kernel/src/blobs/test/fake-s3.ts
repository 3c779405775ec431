import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

interface StoredObject {
  readonly content: Buffer;
  readonly modifiedAt: Date;
}

/**
 * A fake of S3 for tests: one bucket in memory, path-style, no signature is checked. It speaks the calls that `S3Blobs`
 * makes. CI runs the same contract against a real server, named by SEXTANT_TEST_S3_URL.
 */
export class FakeS3 {
  readonly #objects = new Map<string, StoredObject>();
  readonly #uploads = new Map<string, Map<number, Buffer>>();
  #nextUpload = 0;

  private constructor(private readonly server: Server) {}

  static async start(): Promise<FakeS3> {
    const server = createServer((request, response) => {
      fake.#answer(request, response).catch((error: unknown) => response.writeHead(500).end(String(error)));
    });
    const fake = new FakeS3(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return fake;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** Uploads that were begun and neither completed nor aborted. */
  get openUploads(): number {
    return this.#uploads.size;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url!, this.url);
    const key = decodeURIComponent(url.pathname.split('/').slice(2).join('/'));
    const body = await contentOf(request);
    const upload = url.searchParams.get('uploadId');
    const xml = (text: string): void =>
      void response.writeHead(200, { 'content-type': 'application/xml' }).end(`<?xml version="1.0" encoding="UTF-8"?>${text}`);
    switch (request.method) {
      case 'POST':
        if (url.searchParams.has('uploads')) {
          const id = String((this.#nextUpload += 1));
          this.#uploads.set(id, new Map());
          return xml(`<InitiateMultipartUploadResult><UploadId>${id}</UploadId></InitiateMultipartUploadResult>`);
        }
        this.#store(key, Buffer.concat([...this.#uploads.get(upload!)!].sort(([a], [b]) => a - b).map(([, part]) => part)));
        this.#uploads.delete(upload!);
        return xml('<CompleteMultipartUploadResult><ETag>"e"</ETag></CompleteMultipartUploadResult>');
      case 'PUT':
        if (upload === null) this.#store(key, body);
        else this.#uploads.get(upload)?.set(Number(url.searchParams.get('partNumber')), body);
        return void response.writeHead(200, { etag: '"e"' }).end();
      case 'DELETE':
        if (upload === null) this.#objects.delete(key);
        else this.#uploads.delete(upload);
        return void response.writeHead(204).end();
      default:
        return url.searchParams.has('list-type') ? xml(this.#list(url.searchParams)) : this.#read(request, response, key);
    }
  }

  #store(key: string, content: Buffer): void {
    this.#objects.set(key, { content, modifiedAt: new Date() });
  }

  #read(request: IncomingMessage, response: ServerResponse, key: string): void {
    const object = this.#objects.get(key);
    if (object === undefined)
      return void response
        .writeHead(404, { 'content-type': 'application/xml' })
        .end(request.method === 'HEAD' ? undefined : '<Error><Code>NoSuchKey</Code></Error>');
    const range = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? '');
    const start = Number(range?.[1] ?? 0);
    const end = range?.[2] ? Number(range[2]) + 1 : object.content.length;
    if (range && start >= object.content.length)
      return void response.writeHead(416, { 'content-type': 'application/xml' }).end('<Error><Code>InvalidRange</Code></Error>');
    const content = object.content.subarray(start, end);
    response.writeHead(range ? 206 : 200, {
      'content-length': content.length,
      'last-modified': object.modifiedAt.toUTCString(),
      etag: '"e"',
    });
    response.end(request.method === 'HEAD' ? undefined : content);
  }

  #list(query: URLSearchParams): string {
    const after = query.get('start-after') ?? '';
    const most = Number(query.get('max-keys') ?? 1_000);
    const keys = [...this.#objects.keys()].filter((key) => key.startsWith(query.get('prefix') ?? '') && key > after).sort();
    const contents = keys
      .slice(0, most)
      .map(
        (key) =>
          `<Contents><Key>${key}</Key><Size>${this.#objects.get(key)!.content.length}</Size><LastModified>${this.#objects.get(key)!.modifiedAt.toISOString()}</LastModified></Contents>`,
      );
    return `<ListBucketResult><IsTruncated>${keys.length > most}</IsTruncated>${contents.join('')}</ListBucketResult>`;
  }
}

/** The body, without the framing in which the client sends streams with a checksum behind them. */
async function contentOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const raw = Buffer.concat(chunks);
  if (!request.headers['content-encoding']?.includes('aws-chunked')) return raw;
  const parts: Buffer[] = [];
  for (let position = 0; ; ) {
    const line = raw.indexOf('\r\n', position);
    const size = Number.parseInt(raw.subarray(position, line).toString(), 16);
    if (!(size > 0)) return Buffer.concat(parts);
    parts.push(raw.subarray(line + 2, line + 2 + size));
    position = line + 2 + size + 2;
  }
}
