import { core, defineGraphQL, defineJob, definePart, definePlugin, type Manifest, SextantError, z } from '@sextant/sdk';
import { startTestKernel, type TestKernel } from '@sextant/sdk/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type CollectedSpan, TestCollector } from './test-collector.js';

const CANARY = 'canary-5f2e81';
const work = defineJob('traced.do-work', { payload: z.object({ tries: z.number(), further: z.boolean() }), maxAttempts: 3 });
const more = defineJob('traced.do-more', { payload: z.object({}) });
const deps = { jobs: core.jobs, meter: core.meter } as const;

const traced: Manifest = definePlugin({
  id: 'traced',
  version: '1.0.0',
  title: 'traced',
  summary: 'Does what has spans',
  engines: { kernel: '^1.0.0' },
  toggle: 'default-on',
  parts: {
    api: async () => ({
      default: definePart()({
        deps,
        register(r) {
          r.graphql(async () => ({
            default: defineGraphQL<typeof deps>()({
              typeDefs: `extend type Query { tracedRead(at: String): String tracedPlain: String tracedFail(coded: Boolean): String tracedWork(tries: Int!, further: Boolean): String tracedMany: Int }`,
              resolvers: ({ jobs, meter }) => ({
                Query: {
                  tracedRead: async (_p: unknown, { at }: { at?: string }) =>
                    meter.span('read thing', async (span) => {
                      span.set('thing.url', `https://ada:${CANARY}@example.com/${at ?? ''}`);
                      return 'read';
                    }),
                  tracedPlain: () => 'plain',
                  tracedFail: async (_p: unknown, { coded }: { coded?: boolean }) =>
                    meter.span('fail thing', async () => {
                      if (!coded) throw new Error(`the password is ${CANARY}`);
                      throw new SextantError('SEXTANT_INTERNAL', { what: `No way to https://ada:${CANARY}@example.com.`, fix: 'None.' });
                    }),
                  tracedWork: (_p: unknown, { tries, further = false }: { tries: number; further?: boolean }) =>
                    jobs.enqueue(work, { tries, further }),
                  tracedMany: async () => {
                    for (let i = 0; i < 1_200; i++) await meter.span('one of many', async () => i);
                    return 1_200;
                  },
                },
              }),
            }),
          }));
        },
      }) as never,
    }),
    worker: async () => ({
      default: definePart()({
        deps,
        register(r) {
          r.job(work, async ({ tries, further }, d, job) => {
            job.log.info('working');
            if (job.attempt < tries) throw new Error('not yet');
            if (further) await d.jobs.enqueue(more, {});
          });
          r.job(more, async () => undefined);
        },
      }) as never,
    }),
  },
});

let collector: TestCollector;
beforeEach(async () => {
  collector = await TestCollector.start();
});
afterEach(async () => {
  await collector[Symbol.asyncDispose]();
});

const start = (tracing: Readonly<Record<string, unknown>> = {}): Promise<TestKernel> =>
  startTestKernel({ plugins: [traced], config: { tracing: { otlpEndpoint: collector.url, ...tracing } } });

/** @returns the answer's `x-trace`. */
async function ask(kernel: TestKernel, query: string, headers: Readonly<Record<string, string>> = {}): Promise<string> {
  const response = await kernel.fetch('/.api/graphql', {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ query }),
  });
  expect(response.status).toBe(200);
  await response.text();
  return response.headers.get('x-trace') as string;
}

const one = (name: string, traceId?: string): CollectedSpan => {
  const found = collector.named(name, traceId);
  expect(found.map((span) => span.name)).toEqual([name]);
  return found[0] as CollectedSpan;
};

describe('a trace', () => {
  it('goes from the request over the operation and the resolver that waits to the span of the plugin', async () => {
    const kernel = await start({ otlpHeaders: `x-key=${encodeURIComponent('of our own')}`, serviceName: 'ours' });
    const trace = await ask(kernel, 'query Both($at: String) { tracedRead(at: $at) tracedPlain }');
    await kernel.fetch('/healthz');
    await kernel.stop();
    const read = one('read thing');
    expect(collector.path(read)).toEqual(['POST /.api/graphql', 'query', 'graphql.resolve Query.tracedRead', 'read thing']);
    expect(trace).toMatch(/^[0-9a-f]{32}$/);
    expect([...new Set(collector.spans.map((span) => span.traceId))]).toEqual([trace]);
    expect(collector.spans.map((span) => span.name)).not.toContain('graphql.resolve Query.tracedPlain');
    expect(one('POST /.api/graphql')).toMatchObject({
      kind: 'server',
      failed: false,
      resource: { 'service.name': 'ours' },
      attributes: {
        'http.request.method': 'POST',
        'http.route': '/.api/graphql',
        'http.response.status_code': 200,
        'url.path': '/.api/graphql',
      },
    });
    expect(one('query').attributes).toMatchObject({ 'graphql.operation.type': 'query', 'graphql.operation.name': 'Both' });
    expect(read.attributes).toMatchObject({ 'sextant.plugin': 'traced', 'thing.url': 'https://[redacted]@example.com/' });
    expect(collector.received).toContain('"x-key":"of our own"');
    expect(collector.received).not.toContain(CANARY);
  });

  it('goes on in the job, with a span for every attempt, and a job of a job points back at it', { timeout: 30_000 }, async () => {
    const kernel = await start();
    const trace = await ask(kernel, '{ tracedWork(tries: 2, further: true) }');
    await kernel.jobs.waitFor(more, 'completed');
    await kernel.stop();
    const attempts = collector.named('process traced.do-work', trace);
    expect(attempts.map(({ attributes, failed }) => [attributes['sextant.job.attempt'], failed])).toEqual([
      [1, true],
      [2, false],
    ]);
    for (const attempt of attempts) {
      expect(attempt.kind).toBe('consumer');
      expect(collector.path(attempt)).toEqual([
        'POST /.api/graphql',
        'query',
        'graphql.resolve Query.tracedWork',
        'send traced.do-work',
        'process traced.do-work',
      ]);
    }
    expect(one('send traced.do-work', trace)).toMatchObject({
      kind: 'producer',
      attributes: { 'messaging.message.id': expect.any(String) },
    });
    const sent = one('send traced.do-more', trace);
    const further = one('process traced.do-more');
    expect(further.parentSpanId).toBeUndefined();
    expect(further.traceId).not.toBe(trace);
    expect(further.links).toMatchObject([{ traceId: trace, spanId: sent.spanId }]);
    const line = kernel.log.lines.find(({ message }) => message === 'working');
    expect(line).toMatchObject({ trace_id: trace, span_id: attempts[0]?.spanId });
  });

  it('says that something failed, and of errors that are not for people their name alone', async () => {
    const kernel = await start();
    const [plain, coded] = [await ask(kernel, '{ tracedFail }'), await ask(kernel, '{ tracedFail(coded: true) }')];
    await kernel.stop();
    expect(one('fail thing', plain)).toMatchObject({ failed: true, message: undefined, attributes: { 'error.type': 'Error' } });
    expect(one('query', plain)).toMatchObject({ failed: true, attributes: { 'error.type': 'SEXTANT_INTERNAL' } });
    expect(one('fail thing', coded)).toMatchObject({ failed: true, message: 'No way to https://[redacted]@example.com.' });
    expect(collector.received).not.toContain(CANARY);
  });

  it('is the one that the caller brings, kept or not as the caller says', async () => {
    const kernel = await start();
    const [kept, left] = ['1'.repeat(32), '2'.repeat(32)];
    const own = { traceparent: `00-${kept}-${'a'.repeat(16)}-01`, tracestate: `vendor=${CANARY}`, baggage: `user=${CANARY}` };
    expect(await ask(kernel, '{ tracedRead }', own)).toBe(kept);
    expect(await ask(kernel, '{ tracedRead }', { traceparent: `00-${left}-${'a'.repeat(16)}-00` })).toBe(left);
    await ask(kernel, '{ tracedRead }', { traceparent: 'nonsense' });
    await kernel.stop();
    expect(one('POST /.api/graphql', kept).parentSpanId).toBe('a'.repeat(16));
    expect(collector.named('POST /.api/graphql', left)).toEqual([]);
    expect(collector.named('POST /.api/graphql')).toHaveLength(2);
    expect(collector.received).not.toContain(CANARY);
  });

  it('is kept as often as the share says, and whenever it is asked for', async () => {
    const kernel = await start({ sampleRatio: 0 });
    const left = await ask(kernel, '{ tracedRead }');
    const asked = await ask(kernel, '{ tracedRead tracedWork(tries: 1) }', { 'x-sourcegraph-should-trace': 'true' });
    await kernel.jobs.drain();
    await kernel.stop();
    expect(left).toMatch(/^[0-9a-f]{32}$/);
    expect([...new Set(collector.spans.map((span) => span.traceId))]).toEqual([asked]);
    expect(collector.path(one('process traced.do-work'))).toContain('send traced.do-work');
  });

  it('has a bounded number of spans, and says how many are missing', async () => {
    const kernel = await start();
    await ask(kernel, '{ tracedMany }');
    await kernel.stop();
    expect(collector.spans.length).toBeLessThanOrEqual(1_001);
    expect(one('POST /.api/graphql').attributes['sextant.spans.dropped']).toBeGreaterThanOrEqual(200);
  });

  it('is not there without a collector: x-trace names the request', async () => {
    const kernel = await startTestKernel({ plugins: [traced] });
    const response = await kernel.fetch('/.api/graphql?query={tracedRead}');
    expect(await response.json()).toEqual({ data: { tracedRead: 'read' } });
    expect(response.headers.get('x-trace')).toBe(response.headers.get('x-request-id'));
    await ask(kernel, '{ tracedWork(tries: 1) }');
    await kernel.jobs.drain();
    expect(kernel.log.lines.some((line) => 'trace_id' in line)).toBe(false);
  });
});

describe('a collector', () => {
  it.each(['broken', 'silent', 'gone'] as const)(
    'that is %s fails no request, and does not keep the process',
    { timeout: 30_000 },
    async (mode) => {
      const kernel = await start({ otlpTimeout: '500ms' });
      if (mode === 'gone') await collector[Symbol.asyncDispose]();
      else collector.mode = mode;
      // More than one batch, so that it goes out now.
      for (let i = 0; i < 140; i += 20) await Promise.all(Array.from({ length: 20 }, () => ask(kernel, '{ tracedRead }')));
      const told = () => kernel.log.lines.filter(({ message }) => message.startsWith('the collector takes no spans'));
      await expect.poll(told, { timeout: 20_000 }).toHaveLength(1);
      await ask(kernel, '{ tracedRead }');
      await kernel.stop();
      expect(collector.spans).toEqual([]);
      if (mode === 'gone') collector = await TestCollector.start();
    },
  );
});
