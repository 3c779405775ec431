import type { RouteHandler, RouteOptions } from '@sextant/sdk';
import { must, mustBeBoolean, mustBeFunction, mustBeOptions, mustBeTimeout, type Problems } from '../lifecycle/value-problems.js';

const KEYS = ['auth', 'confirmed', 'cors', 'crossOrigin', 'maxBody', 'scopes', 'timeout'];
const AUTH = [undefined, 'public', 'user', 'site-admin', 'internal', 'own'];

/** What is wrong with a route that a plugin in plain JavaScript declares, but for its path. */
export const routeProblems = (handler: RouteHandler, options: RouteOptions): Problems => [
  ...mustBeFunction('its handler', handler),
  ...mustBeOptions('its options', options, KEYS, ({ auth, confirmed, cors, crossOrigin, maxBody, scopes, timeout }) => [
    ...must((AUTH as readonly unknown[]).includes(auth), '"auth"', auth, 'public, user, site-admin, internal or own'),
    ...must(
      ([undefined, true, false, 'or-token'] as readonly unknown[]).includes(confirmed),
      '"confirmed"',
      confirmed,
      'true, false or or-token',
    ),
    ...mustBeBoolean('"cors"', cors),
    ...mustBeBoolean('"crossOrigin"', crossOrigin),
    ...must(maxBody === undefined || (typeof maxBody === 'number' && maxBody >= 0), '"maxBody"', maxBody, 'a number of bytes'),
    ...must(
      scopes === undefined || (Array.isArray(scopes) && scopes.every((scope) => typeof scope === 'string')),
      '"scopes"',
      scopes,
      'a list of texts',
    ),
    ...mustBeTimeout('"timeout"', timeout),
  ]),
];
