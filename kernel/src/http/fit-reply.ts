import { validateHeaderName, validateHeaderValue } from 'node:http';
import { type RouteReply, SextantError } from '@sextant/sdk';
import type { Entry } from '../boundary/boundary.js';
import { isObject, must, type Problems, shown } from '../lifecycle/value-problems.js';
import { thrownWords } from '../services/sentence.js';
import './http-errors.js';
import { isStream, type SentReply } from './write-reply.js';

/**
 * What a handler returned, as it is sent: objects are JSON by then.
 * @throws SEXTANT_HTTP_REPLY when it cannot be sent, inside the plugin's entry, so that it counts against the plugin
 */
export function fitReply(entry: Entry, reply: unknown): SentReply {
  const problems = isObject(reply) ? replyProblems(reply) : [`it is ${shown(reply)}, not an object of status, headers and body`];
  if (problems.length > 0) throw unfit(entry, `${problems.join('; ')}.`);
  const { body, ...rest } = reply as RouteReply;
  if (typeof body !== 'object' || body instanceof Uint8Array || isStream(body)) return reply as SentReply;
  try {
    return jsonReply(rest, body);
  } catch (error) {
    // The words of the engine go on for lines.
    throw unfit(entry, `"body" cannot be written as JSON: ${thrownWords(error).split('\n', 1)[0]}`);
  }
}

/** `content-type` is that of JSON where the headers say nothing else. */
export const jsonReply = ({ headers, ...rest }: Omit<RouteReply, 'body'>, body: object): SentReply => ({
  ...rest,
  headers: { 'content-type': 'application/json; charset=utf-8', ...headers },
  body: JSON.stringify(body),
});

const unfit = ({ plugin, name }: Entry, why: string): SextantError =>
  new SextantError('SEXTANT_HTTP_REPLY', {
    what: `Plugin "${plugin}": the route ${name} answered with what cannot be sent.`,
    why,
    fix: "Return { status: 200, headers: { 'content-type': 'text/plain' }, body: 'text' }; each of them may be left out.",
  });

const replyProblems = ({ status, headers, cookies, body }: Readonly<Record<string, unknown>>): Problems => [
  ...must(
    status === undefined || (Number.isInteger(status) && (status as number) >= 200 && (status as number) <= 599),
    '"status"',
    status,
    'a whole number from 200 to 599',
  ),
  ...(headers === undefined ? [] : isObject(headers) ? headerProblems(headers) : must(false, '"headers"', headers, 'an object of texts')),
  ...(cookies === undefined
    ? []
    : Array.isArray(cookies)
      ? cookies.flatMap(cookieProblems)
      : must(false, '"cookies"', cookies, 'a list of texts')),
  ...must(
    ['undefined', 'string', 'object'].includes(typeof body) && body !== null,
    '"body"',
    body,
    'a text, bytes, an async iterable or an object',
  ),
];

/** Never with the value of a header, which may be a secret. */
function headerProblems(headers: Readonly<Record<string, unknown>>): Problems {
  return Object.entries(headers).flatMap(([name, value]) => {
    if (typeof value !== 'string') return [`the header ${shown(name)} is no text`];
    try {
      validateHeaderName(name);
      validateHeaderValue(name, value);
      return [];
    } catch {
      return [`the header ${shown(name)} holds characters that no header may have`];
    }
  });
}

// A cookie's value is a secret as well.
const cookieProblems = (cookie: unknown): Problems => headerProblems({ 'set-cookie': cookie });
