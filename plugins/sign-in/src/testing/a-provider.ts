import { type ExternalIdentity, type SignInProvider, signInProviders, signInRefused } from '@sextant/plugin-identity/api';
import { smallPlugin } from '@sextant/plugin-identity/testing';
import { z } from '@sextant/sdk';

const entry = z.object({ url: z.string(), unsolicited: z.boolean().default(false) });

/** A provider whose people are in the test's hands: an answer's `code` names whom it proves. */
export class AProvider {
  readonly people = new Map<string, ExternalIdentity>();
  /** What it was asked to keep, by state. */
  readonly begun = new Map<string, string>();
  /** Whether a person was to prove anew who they are, by request. */
  readonly anew: boolean[] = [];
  #codes = 0;

  constructor(readonly type: string) {}

  /** @returns the code of an answer that proves this person. */
  code(person: Partial<ExternalIdentity> & { readonly accountId: string }): string {
    const code = `code-${++this.#codes}`;
    this.people.set(code, { username: person.accountId, emails: [], ...person });
    return code;
  }

  get plugin() {
    const { type } = this;
    const provider: SignInProvider<typeof entry> = {
      type,
      title: `The ${type}`,
      config: entry,
      service: ({ url }) => ({ type, id: url }),
      redirect: {
        begin: async ({ config: { url } }, { state, callbackUrl, anew = false }) => {
          this.anew.push(anew);
          this.begun.set(state, callbackUrl);
          return { url: `${url}authorize?state=${state}`, keep: { nonce: `nonce of ${state}` } };
        },
        finish: async (_entry, { parameters, kept, state }) => {
          if (kept && kept['nonce'] !== `nonce of ${state}`) throw new Error('Kept was lost.');
          if (parameters.get('error')) throw signInRefused('You said no.');
          const person = this.people.get(parameters.get('code') ?? '');
          if (!person) throw new Error(`The code ${parameters.get('code')} proves nothing.`);
          return person;
        },
        unsolicited: ({ unsolicited }) => unsolicited,
        metadata: async (_entry, { callbackUrl }) => ({ contentType: 'application/xml', body: `<acs>${callbackUrl}</acs>` }),
      },
    };
    return smallPlugin(`a-provider-${type}`, (r) => r.contribute(signInProviders, () => provider));
  }
}
