import { core } from '@sextant/sdk';
import { at } from '@sextant/sdk/testing';
import { beforeAll, describe, expect, it } from 'vitest';
import { AProvider } from './testing/a-provider.js';
import { ASite } from './testing/a-site.js';

const acme = new AProvider('acme');
let site: ASite;
beforeAll(async () => {
  site = await ASite.start({ 'auth.providers': [{ type: 'builtin' }] }, { more: [acme.plugin] });
  await site.kernel.service(core.storage, 'sign-in').query('INSERT INTO initialized DEFAULT VALUES');
});

const way = (configID: string, more: object = {}) => ({
  type: 'acme',
  configID,
  url: `https://${configID}.example/`,
  displayName: configID,
  ...more,
});
const shown = async (configuration: object): Promise<{ first: readonly string[]; others: readonly string[] }> => {
  expect(await site.configure(configuration as Readonly<Record<string, unknown>>)).toEqual([]);
  const { body } = await site.browser().get('/sign-in');
  const [first = '', others = ''] = body.split('<details>');
  const named = (html: string): string[] =>
    [...html.matchAll(/<a class="button"[^>]*>([^<]*)<|<(form) method="post" action="\/-\/sign-in"/g)].map(([, link, form]) =>
      (link ?? form)!.trim(),
    );
  return { first: named(first), others: named(others) };
};

describe('The sign-in page', () => {
  it('shows the ways to sign in in their order, with the words that they are given', async () => {
    const ways = [way('two', { order: 2 }), { type: 'builtin', order: 3 }, way('one', { order: 1, displayPrefix: 'Go by' }), way('last')];
    expect(await shown({ 'auth.providers': ways, 'auth.primaryLoginProvidersCount': 9 })).toEqual({
      first: ['Go by one', 'Continue with two', 'form', 'Continue with last'],
      others: [],
    });
  });

  it('puts away those beyond the number that the site shows at once', async () => {
    const ways = [way('one'), way('two'), way('three'), way('four')];
    expect((await shown({ 'auth.providers': ways })).others).toEqual(['Continue with four']);
    expect(await shown({ 'auth.providers': ways, 'auth.primaryLoginProvidersCount': 1 })).toEqual({
      first: ['Continue with one'],
      others: ['Continue with two', 'Continue with three', 'Continue with four'],
    });
  });

  it('does not show what is hidden, which works, nor what is for linking accounts alone, which does not', async () => {
    const ways = [way('seen'), way('hidden', { hidden: true }), way('linking', { noSignIn: true })];
    expect(await shown({ 'auth.providers': ways })).toEqual({ first: ['Continue with seen'], others: [] });
    const begun = async (id: string): Promise<number> => (await site.browser().get(`/.auth/acme/login?pc=${id}`)).status;
    expect([await begun('hidden'), await begun('linking')]).toEqual([303, 404]);
    const { data } = await site.ask('{ site { authProviders { nodes { displayName } } } }');
    expect(at(data, 'site.authProviders.nodes.*.displayName')).toEqual(['seen']);
  });
});
