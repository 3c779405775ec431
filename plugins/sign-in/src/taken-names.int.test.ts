import codeHost from '@sextant/plugin-code-host';
import outboundWebhooks from '@sextant/plugin-outbound-webhooks';
import permissions from '@sextant/plugin-permissions';
import { at } from '@sextant/sdk/testing';
import { beforeAll, describe, expect, it } from 'vitest';
import { AProvider } from './testing/a-provider.js';
import { ASite } from './testing/a-site.js';

const acme = new AProvider('acme');
const BY_NAME = { 'permissions.userMapping': { enabled: true, bindID: 'username' } };
const builtin = { type: 'builtin', allowSignup: true };
let site: ASite;

beforeAll(async () => {
  site = await ASite.start({ 'auth.providers': [builtin] }, { more: [acme.plugin, codeHost, outboundWebhooks, permissions] });
});

const messages = async (configuration: Readonly<Record<string, unknown>>): Promise<readonly string[]> => {
  expect(await site.configure(configuration)).toEqual([]);
  return at(
    (await site.ask('{ site { configuration { validationMessages } } }')).data,
    'site.configuration.validationMessages',
  ) as string[];
};

describe('permissions that were set for names', () => {
  it.each<[string, object, string]>([
    ['sign up with a password', { 'auth.providers': [builtin] }, 'people sign up by the entry "builtin" of auth.providers'],
    [
      'sign up by a provider where they choose their names',
      {
        'auth.providers': [
          { ...builtin, allowSignup: false },
          { type: 'acme', configID: 'acme', url: 'https://acme.example/', allowSignup: true },
        ],
      },
      'people sign up by the entry "acme" of auth.providers',
    ],
    [
      'rename themselves',
      { 'auth.providers': [{ type: 'builtin' }], 'auth.enableUsernameChanges': true },
      'people rename themselves (auth.enableUsernameChanges)',
    ],
  ])('are warned of where people can %s', async (_way, open, words) => {
    const [message, ...others] = await messages({ ...BY_NAME, ...open });
    expect(others).toEqual([]);
    expect(message).toMatch(
      /^permissions\.userMapping \(line 1, column \d+\): Permissions through the API name people by their user names/,
    );
    expect(message).toContain(words);
    expect(message).toContain('Set "bindID": "email"');
    const { data } = await site.ask('{ doctor { check level what why fix } }');
    expect(at(data, 'doctor')).toContainEqual({
      check: 'configuration',
      level: 'WARNING',
      what: expect.stringMatching(/^permissions\.userMapping: Permissions through the API name people by their user names/),
      why: expect.stringContaining(words),
      fix: expect.stringContaining('"bindID": "email"'),
    });
  });

  it.each<[string, object]>([
    ['by proved addresses', { 'permissions.userMapping': { enabled: true }, 'auth.providers': [builtin] }],
    ['not at all', { 'permissions.userMapping': { enabled: false, bindID: 'username' }, 'auth.providers': [builtin] }],
    ['by names that only site admins give', { ...BY_NAME, 'auth.providers': [{ type: 'builtin' }] }],
    [
      'by names that a proxy gives',
      {
        ...BY_NAME,
        'auth.providers': [{ type: 'builtin' }, { type: 'http-header', usernameHeader: 'X-User', trustedProxies: ['127.0.0.1'] }],
      },
    ],
  ])('are not warned of where they are set %s', async (_how, configuration) => {
    expect(await messages({ ...configuration })).toEqual([]);
  });
});
