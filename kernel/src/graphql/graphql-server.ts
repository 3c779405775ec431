import { type RouteReply, type RouteRequest, SextantError } from '@sextant/sdk';
import { type DocumentNode, type ExecutionResult, type ParseOptions, parse } from 'graphql';
import { type GraphQLParams, type Plugin, YogaServer } from 'graphql-yoga';
import { acceptedMediaTypes, namedMediaTypes } from '../http/content-negotiation.js';
import { checkShape, documentShape, overLimit } from './document-shape.js';
import { eventStream } from './event-stream.js';
import type { Executor } from './executor.js';
import type { GraphQLLimits } from './graphql-limits.js';
import { notInstalledErrors } from './not-installed-errors.js';
import { type ContextValue, OperationState, STATE, stateOf } from './operation-state.js';
import { coded, presentRequestError } from './present-error.js';

interface ServerContext extends ContextValue {
  readonly params: GraphQLParams;
  /** Holds the results instead of a body when the answer is a stream of events. */
  readonly output: { events?: AsyncIterable<ExecutionResult> | ExecutionResult };
  /** What a Yoga plugin may go on with after the answer. */
  readonly waitUntil: (work: Promise<void> | void) => void;
}

export type Answer = (
  params: GraphQLParams,
  state: OperationState,
  request: Pick<RouteRequest, 'method' | 'headers'>,
) => Promise<RouteReply>;

/**
 * GraphQL over HTTP and SSE, by Yoga, on whatever schema the request's generation has. Without Yoga's server adapter: what
 * it does for each request (route, method, a copy of the context) the routes have done, and it takes a third of a small
 * request's time.
 */
export function createGraphQLServer(executor: Executor, limits: GraphQLLimits): Answer {
  const yoga = new YogaServer<ServerContext, object>({
    plugins: [useParams(), useGeneration(executor), useLimits(limits), useNotInstalled(), usePresentedErrors(), useEventStream()],
    maskedErrors: false,
    logging: false,
    graphiql: false,
    landingPage: false,
    cors: false,
    multipart: false,
    batching: false,
  });
  return async (params, state, request) => {
    const headers: Record<string, string> = {};
    if (request.headers['accept']) headers['accept'] = acceptForYoga(request.headers['accept']);
    const context: ServerContext = {
      [STATE]: state,
      params,
      output: {},
      waitUntil: (work) => void work?.catch((error: unknown) => state.input.log.error('Work after a GraphQL answer failed.', { error })),
    };
    const { signal } = state.input;
    const internal = new yoga.fetchAPI.Request('http://internal/graphql', { method: request.method, headers, signal });
    const response = await untilAborted(yoga.handle(internal, context), signal);
    const replyHeaders: Record<string, string> = {};
    response.headers.forEach((value, name) => {
      if (name.toLowerCase() !== 'content-length') replyHeaders[name.toLowerCase()] = value;
    });
    return {
      status: response.status,
      headers: replyHeaders,
      body: context.output.events === undefined ? await response.text() : eventStream(context.output.events),
    };
  };
}

const JSON_TYPES = ['application/json', 'application/graphql-response+json'];
const STREAM_TYPES = ['multipart/mixed', 'text/event-stream'];

/** Yoga does not read weights: it gets what the client accepts and nothing else, the preferred type first. Streams are for clients that name them. */
function acceptForYoga(accept: string): string {
  const named = namedMediaTypes({ accept });
  const accepted = [...acceptedMediaTypes({ accept }, JSON_TYPES), ...named.filter((type) => STREAM_TYPES.includes(type))];
  return accepted.length > 0 ? accepted.join(', ') : 'none/none';
}

/** Resolvers that do not listen to the signal must not keep a request whose client is gone. */
function untilAborted<V>(pending: V | PromiseLike<V>, signal: AbortSignal): Promise<V> {
  return new Promise((resolve, reject) => {
    const aborted = (): void => reject(signal.reason);
    if (signal.aborted) aborted();
    signal.addEventListener('abort', aborted, { once: true });
    const over = (): void => signal.removeEventListener('abort', aborted);
    Promise.resolve(pending).then(resolve, reject).finally(over);
  });
}

/** The HTTP layer has read the body already. */
const useParams = (): Plugin<ServerContext> => ({
  onRequestParse({ serverContext, setRequestParser }) {
    setRequestParser(() => (serverContext as unknown as ServerContext).params);
  },
});

const useGeneration = (executor: Executor): Plugin<ServerContext> => ({
  onEnveloped({ context, setSchema }) {
    if (context) setSchema(stateOf(context).generation.schema);
  },
  onExecute({ setExecuteFn }) {
    setExecuteFn((args) => executor.execute(args));
  },
  onSubscribe({ setSubscribeFn }) {
    setSubscribeFn((args) => executor.subscribe(args));
  },
});

const TOO_MANY_TOKENS = /^Syntax Error: Document contains more that \d+ tokens/;

/** The parser calls itself for each bracket that opens: it may run out of stack before it runs out of tokens. */
function parseWithin(source: string, limits: GraphQLLimits, options?: ParseOptions): DocumentNode {
  try {
    return parse(source, { ...options, maxTokens: limits.tokens });
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw coded(overLimit('depth', limits.depth, Number.POSITIVE_INFINITY, 'The document is nested too deeply to be read.'));
  }
}

const useLimits = (limits: GraphQLLimits): Plugin<ServerContext> => ({
  onParse({ setParseFn, context }) {
    setParseFn((source: string, options?: ParseOptions) => parseWithin(source, limits, options));
    const state = stateOf(context);
    return ({ result, replaceParseResult }) => {
      if (result instanceof Error) {
        if (TOO_MANY_TOKENS.test(result.message))
          replaceParseResult(coded(overLimit('tokens', limits.tokens, Number.POSITIVE_INFINITY, 'The document is too long.')) as never);
        return;
      }
      if (result === null) return;
      const shape = documentShape(result);
      if (shape.introspects && state.input.actor.kind === 'anonymous') {
        throw coded(
          new SextantError('SEXTANT_GRAPHQL_INTROSPECTION', {
            what: 'Introspection needs a signed-in user.',
            fix: 'Send an access token in the Authorization header.',
          }),
        );
      }
      const refused = checkShape(shape, limits);
      if (refused !== undefined) throw coded(refused);
    };
  },
});

/** A document that asks for a system which is not installed gets an error that names it, in place of what does not fit the schema. */
const useNotInstalled = (): Plugin<ServerContext> => ({
  onValidate({ params: { schema, documentAST } }) {
    return ({ valid, setResult }) => {
      if (valid) return;
      const errors = notInstalledErrors(schema, documentAST);
      if (errors.length > 0) setResult([...errors]);
    };
  },
});

/** Documents that do not parse or validate, and whatever else ended the request before a field ran. */
const usePresentedErrors = (): Plugin<ServerContext> => ({
  onExecutionResult({ result, setResult, context }) {
    if (result === undefined || Symbol.asyncIterator in result || !('errors' in result) || result.errors === undefined) return;
    const { traceId, log, actor } = stateOf(context).input;
    const hints = actor.kind !== 'anonymous';
    const errors = result.errors.map((error) =>
      presentRequestError(error, traceId, hints, (cause) => log.error('A GraphQL request failed.', { traceId, error: cause })),
    );
    setResult({ ...result, errors });
  },
});

/**
 * Events leave by the kernel's own stream: Yoga's sits in a web stream that reads ahead, and throws where nobody can
 * catch it when a client goes away before the first byte.
 */
const useEventStream = (): Plugin<ServerContext> => ({
  onResultProcess({ request, result, setResultProcessor, serverContext }) {
    if (!request.headers.get('accept')?.toLowerCase().includes('text/event-stream') || Array.isArray(result)) return;
    setResultProcessor((_result, fetchAPI) => {
      (serverContext as unknown as ServerContext).output.events = result as AsyncIterable<ExecutionResult> | ExecutionResult;
      return new fetchAPI.Response(null, {
        status: 200,
        headers: { 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-cache' },
      });
    }, 'text/event-stream');
  },
});
