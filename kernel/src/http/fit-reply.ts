import { type RouteReply, SextantError } from '@sextant/sdk';
import type { Entry } from '../boundary/boundary.js';
import { isObject, must, shown } from '../lifecycle/value-problems.js';
import './http-errors.js';

/** What a handler returned, when it can be sent. @throws SEXTANT_HTTP_REPLY, inside the plugin's entry, so that it counts against the plugin. */
export function fitReply({ plugin, name }: Entry, reply: unknown): RouteReply {
  const problems = isObject(reply) ? replyProblems(reply) : [`it is ${shown(reply)}, not an object of status, headers and body`];
  if (problems.length === 0) return reply as RouteReply;
  throw new SextantError('SEXTANT_HTTP_REPLY', {
    what: `Plugin "${plugin}": the route ${name} answered with what cannot be sent.`,
    why: `${problems.join('; ')}.`,
    fix: "Return { status: 200, headers: { 'content-type': 'text/plain' }, body: 'text' }; each of them may be left out.",
  });
}

const replyProblems = ({ status, headers, body }: Readonly<Record<string, unknown>>): readonly string[] => [
  ...must(
    status === undefined || (Number.isInteger(status) && (status as number) >= 200 && (status as number) <= 599),
    '"status"',
    status,
    'a whole number from 200 to 599',
  ),
  ...(headers === undefined ? [] : must(isObject(headers), '"headers"', headers, 'an object of texts')),
  ...must(
    ['undefined', 'string', 'object'].includes(typeof body) && body !== null,
    '"body"',
    body,
    'a text, bytes, an async iterable or an object',
  ),
];
