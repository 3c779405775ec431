import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

type Value = string | number | boolean | readonly Value[];

/** A span as it arrived. */
export interface CollectedSpan {
  readonly name: string;
  readonly traceId: string;
  readonly spanId: string;
  /** Undefined for the first of a trace. */
  readonly parentSpanId: string | undefined;
  readonly kind: 'internal' | 'server' | 'client' | 'producer' | 'consumer';
  readonly attributes: Readonly<Record<string, Value>>;
  /** Of the process it came from. */
  readonly resource: Readonly<Record<string, Value>>;
  readonly failed: boolean;
  /** What its status says. */
  readonly message: string | undefined;
  readonly links: readonly { readonly traceId: string; readonly spanId: string }[];
}

interface WireAttribute {
  readonly key: string;
  readonly value: WireValue;
}
/** One key, which names the type. */
type WireValue = Readonly<Record<string, string | number | boolean | { readonly values: readonly WireValue[] }>>;
interface WireSpan {
  readonly name: string;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly kind: number;
  readonly attributes: readonly WireAttribute[];
  readonly status?: { readonly code?: number; readonly message?: string };
  readonly links?: readonly { readonly traceId: string; readonly spanId: string }[];
}
interface WireRequest {
  readonly resourceSpans: readonly {
    readonly resource: { readonly attributes: readonly WireAttribute[] };
    readonly scopeSpans: readonly { readonly spans: readonly WireSpan[] }[];
  }[];
}

const KINDS = ['internal', 'internal', 'server', 'client', 'producer', 'consumer'] as const;

/** An OpenTelemetry collector for tests: takes spans by OTLP over HTTP, as JSON. */
export class TestCollector implements AsyncDisposable {
  /** `broken` answers 500, `silent` never answers. */
  mode: 'well' | 'broken' | 'silent' = 'well';
  /** Everything that was ever sent here, headers and bodies. */
  received = '';
  requests = 0;
  readonly spans: CollectedSpan[] = [];
  readonly #server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks).toString();
    this.received += `${JSON.stringify(request.headers)}\n${body}\n`;
    this.requests++;
    this.#answer(request.url ?? '', body, response);
  });

  static async start(): Promise<TestCollector> {
    const collector = new TestCollector();
    await new Promise<void>((resolve) => collector.#server.listen(0, '127.0.0.1', resolve));
    return collector;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Of a name; of one trace when it is given. */
  named(name: string, traceId?: string): readonly CollectedSpan[] {
    return this.spans.filter((span) => span.name === name && (traceId === undefined || span.traceId === traceId));
  }

  /** The names from a trace's first span down to this one. */
  path(span: CollectedSpan): readonly string[] {
    const parent = this.spans.find((other) => other.spanId === span.parentSpanId && other.traceId === span.traceId);
    return [...(parent ? this.path(parent) : []), span.name];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #answer(url: string, body: string, response: ServerResponse): void {
    if (this.mode === 'silent') return;
    if (this.mode === 'broken' || url !== '/v1/traces') {
      response.writeHead(this.mode === 'broken' ? 500 : 404).end();
      return;
    }
    for (const { resource, scopeSpans } of (JSON.parse(body) as WireRequest).resourceSpans)
      for (const { spans } of scopeSpans) this.spans.push(...spans.map((span) => read(span, resource.attributes)));
    response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
  }
}

const read = (span: WireSpan, resource: readonly WireAttribute[]): CollectedSpan => ({
  name: span.name,
  traceId: span.traceId,
  spanId: span.spanId,
  parentSpanId: span.parentSpanId || undefined,
  kind: KINDS[span.kind] ?? 'internal',
  attributes: record(span.attributes),
  resource: record(resource),
  failed: span.status?.code === 2,
  message: span.status?.message,
  links: span.links ?? [],
});

const record = (attributes: readonly WireAttribute[]): Readonly<Record<string, Value>> =>
  Object.fromEntries(attributes.map(({ key, value }) => [key, plain(value)]));

function plain(wire: WireValue): Value {
  const [value = ''] = Object.values(wire);
  return typeof value === 'object' ? value.values.map(plain) : value;
}
