import { type RouteRequest, SextantError } from '@sextant/sdk';
import type { GraphQLParams } from 'graphql-yoga';

/** The one operation that a request asks for. @throws SEXTANT_GRAPHQL_… for what is no such request. */
export async function readGraphQLRequest(request: RouteRequest): Promise<GraphQLParams> {
  if (request.method !== 'POST') return checked(fromQuery(request.query));
  // The types a browser's form can send without asking first are refused: with them, any page could act for its visitor.
  const type = request.headers['content-type']?.split(';')[0]?.trim().toLowerCase();
  if (type !== 'application/json' && !bringsToken(request.headers['authorization'])) {
    throw new SextantError('SEXTANT_GRAPHQL_CONTENT_TYPE', {
      what: type ? `A GraphQL request cannot be ${type}.` : 'The GraphQL request has no Content-Type.',
      fix: 'Send JSON with Content-Type: application/json, or an access token in the Authorization header.',
    });
  }
  return checked(await request.json());
}

/**
 * True for a credential that no browser adds by itself: src before 6.12 and curl -d send JSON with it under other types. Basic is not one of them, because
 * browsers repeat it to forms of other pages.
 */
const bringsToken = (authorization: string | undefined): boolean => /^(?:token|token-sudo|bearer)\s/i.test(authorization ?? '');

function fromQuery(query: URLSearchParams): unknown {
  const json = (name: string): unknown => {
    const text = query.get(name);
    if (text === null || text === '') return undefined;
    try {
      return JSON.parse(text);
    } catch {
      throw malformed(`"${name}" is not JSON.`);
    }
  };
  return {
    query: query.get('query') ?? undefined,
    operationName: query.get('operationName') ?? undefined,
    variables: json('variables'),
    extensions: json('extensions'),
  };
}

function checked(body: unknown): GraphQLParams {
  if (Array.isArray(body)) {
    throw new SextantError('SEXTANT_GRAPHQL_BATCH', {
      what: `${body.length} operations came in one request.`,
      why: 'A request carries one operation.',
      fix: 'Send one request for each, or ask for all fields in one operation.',
    });
  }
  if (!isObject(body)) throw malformed('The body is not a JSON object.');
  const { query, variables, operationName, extensions } = body;
  if (typeof query !== 'string' || query === '') throw malformed('"query" is not a text.');
  if (!absent(variables) && !isObject(variables)) throw malformed('"variables" is not an object.');
  if (!absent(operationName) && typeof operationName !== 'string') throw malformed('"operationName" is not a text.');
  if (!absent(extensions) && !isObject(extensions)) throw malformed('"extensions" is not an object.');
  // Other keys are left out: clients of the field send some of their own.
  return {
    query,
    variables: variables ?? undefined,
    operationName: operationName || undefined,
    extensions: extensions ?? undefined,
  } as GraphQLParams;
}

const absent = (value: unknown): value is null | undefined => value === null || value === undefined;
const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);
const malformed = (what: string): SextantError =>
  new SextantError('SEXTANT_GRAPHQL_REQUEST', { what, fix: 'Send one JSON object with "query", and "variables" as an object.' });
