import { signInProviderContract } from '@sextant/plugin-identity/testing';
import { describeContract, inMemoryServices } from '@sextant/sdk/testing';
import { afterAll, beforeAll } from 'vitest';
import { FakeRoster } from './fake/fake-roster.js';
import { rosterProvider } from './roster-provider.js';

let roster: FakeRoster;
let closed: string;
beforeAll(async () => {
  roster = await FakeRoster.start();
  await using gone = await FakeRoster.start();
  closed = gone.url;
});
afterAll(() => roster[Symbol.asyncDispose]());

const contract = signInProviderContract(() => ({
  good: { url: roster.url, client: 'sextant', clientSecret: roster.secret },
  unreachable: { url: closed, client: 'sextant', clientSecret: roster.secret },
  fill: () => ({ login: 'ana' }),
  secrets: () => [roster.secret, ...roster.tickets],
}));
describeContract(contract, 'Roster', () => rosterProvider(inMemoryServices().http));
