import { SextantError } from '@sextant/sdk';
import { GraphQLError, TypeInfo, visit, visitWithTypeInfo } from 'graphql';
import { internalError } from '../http/internal-error.js';
import { ended } from '../services/sentence.js';
import { KERNEL } from './kernel-type-defs.js';
import type { OperationState } from './operation-state.js';

interface Blame {
  readonly plugin: string;
  readonly field: string;
}

const blames = new WeakMap<object, Blame>();
const presented = new WeakSet<object>();

/** Remembers whose field an error left. The innermost plugin keeps the blame. */
export function blame(error: unknown, plugin: string, field: string): unknown {
  const subject = typeof error === 'object' && error !== null ? error : new Error(String(error));
  if (!blames.has(subject)) blames.set(subject, { plugin, field });
  return subject;
}

/** An error in the form clients get: its code, its plugin, its three sentences, nothing else of ours. */
export function coded(
  error: SextantError,
  plugin: string = KERNEL,
  at?: GraphQLError,
  extensions: Readonly<Record<string, unknown>> = {},
): GraphQLError {
  const answer = new GraphQLError(error.message, {
    nodes: at?.nodes,
    source: at?.source,
    positions: at?.positions,
    path: at?.path,
    extensions: {
      ...error.details,
      code: error.code,
      plugin,
      what: error.what,
      ...(error.why === undefined ? {} : { why: error.why }),
      ...(error.fix === undefined ? {} : { fix: error.fix }),
      ...extensions,
    },
  });
  presented.add(answer);
  return answer;
}

/** What a client may read of an error that ended a field. Everything without a code is logged whole and masked. */
export function presentError(error: GraphQLError, state: OperationState): GraphQLError {
  if (presented.has(error)) return error;
  const origin = rootOf(error);
  const { plugin, field } = blames.get(origin) ?? blameOf(error, state) ?? { plugin: KERNEL, field: undefined };
  if (SextantError.is(origin)) {
    if (origin.status >= 500)
      state.input.log.error('A GraphQL field failed.', { plugin, field, code: origin.code, traceId: state.input.traceId, error: origin });
    return coded(origin, plugin, error);
  }
  if (isCallersFault(error, origin)) {
    return coded(
      new SextantError('SEXTANT_GRAPHQL_INVALID', {
        what: hinted(error.message, state.input.actor.kind !== 'anonymous'),
        fix: 'Correct the place that the message names.',
      }),
      KERNEL,
      error,
    );
  }
  state.input.log.error('A GraphQL field failed.', { plugin, field, traceId: state.input.traceId, error: origin });
  if (/^Cannot return null for non-nullable field /.test(error.message)) {
    return coded(
      new SextantError('SEXTANT_GRAPHQL_RESULT', { what: error.message, why: `Plugin "${plugin}" had no value for it.` }),
      plugin,
      error,
      { traceId: state.input.traceId },
    );
  }
  return coded(internalError(state.input.traceId), plugin, error, { traceId: state.input.traceId });
}

/**
 * The last line: what no field raised. Documents that do not parse or validate pass with a code; the rest is masked.
 * Without `hints`, names that graphql-js suggests are left out: they are introspection by another way.
 */
export function presentRequestError(error: unknown, traceId: string, hints: boolean, log: (error: unknown) => void): GraphQLError {
  if (error instanceof GraphQLError && presented.has(error)) return error;
  const origin = error instanceof GraphQLError ? rootOf(error) : error;
  if (SextantError.is(origin)) return coded(origin);
  if (error instanceof GraphQLError && origin === error) {
    const http = error.extensions['http'];
    return coded(
      new SextantError('SEXTANT_GRAPHQL_INVALID', { what: hinted(error.message, hints) }),
      KERNEL,
      error,
      http === undefined ? {} : { http },
    );
  }
  log(origin);
  return coded(internalError(traceId), KERNEL, undefined, { traceId });
}

/** Of some messages the value that was refused is the end. */
const hinted = (message: string, hints: boolean): string => ended(hints ? message : message.replace(/ Did you mean .*\?$/, ''));

function rootOf(error: GraphQLError): Error {
  let origin: Error = error;
  while (origin instanceof GraphQLError && origin.originalError && !blames.has(origin)) origin = origin.originalError;
  return origin;
}

/** Variables and arguments that do not fit their types are found while executing, before any resolver. */
function isCallersFault(error: GraphQLError, origin: Error): boolean {
  if (error.path === undefined) return error.originalError === undefined || error.message.startsWith('Variable "$');
  return origin instanceof GraphQLError && !blames.has(origin) && /^Argument "/.test(origin.message);
}

/** The owner of the field an error stands at, for errors that no resolver threw (a null, a value that does not serialize). */
function blameOf(error: GraphQLError, state: OperationState): Blame | undefined {
  const node = error.nodes?.[0];
  const document = state.document;
  if (node === undefined || document === undefined) return undefined;
  const types = new TypeInfo(state.generation.schema);
  let found: Blame | undefined;
  visit(
    document,
    visitWithTypeInfo(types, {
      Field(candidate) {
        const type = types.getParentType()?.name;
        if (candidate !== node || type === undefined) return;
        const field = candidate.name.value;
        found = {
          plugin: state.generation.ownership.ownerOf(type, field) ?? state.generation.ownership.ownerOf(type) ?? KERNEL,
          field: `${type}.${field}`,
        };
      },
    }),
  );
  return found;
}
