/// <reference path="./samlp.d.ts" />
import { randomUUID } from 'node:crypto';
import type { LogoutOptions, Participant } from 'samlp';

/** The sessions that a test's identity provider has begun, each of a browser of its own. */
export class TestSessions {
  readonly all: Participant[] = [];
  readonly #states = new Map<string, object>();

  /** What `samlp` is to end. @param index the session that the identity provider itself ends; undefined: it answers what came */
  ending(index: string | null): Pick<LogoutOptions, 'sessionParticipants' | 'store'> {
    const { all } = this;
    const states = this.#states;
    const pending = all.filter(({ sessionIndex }) => sessionIndex === index);
    const of = (indexes: readonly string[] | string, nameId: string) =>
      all.find((one) => [indexes].flat().includes(one.sessionIndex) && one.nameId === nameId);
    return {
      sessionParticipants: {
        get: (_issuer, indexes, nameId, done) => done(null, of(indexes, nameId)),
        hasElements: () => pending.length > 0,
        getFirst: (done) => done(null, pending[0]),
        remove: (_issuer, sessionIndex, nameId, done) => {
          const found = of(sessionIndex, nameId);
          for (const list of [all, pending]) if (found && list.includes(found)) list.splice(list.indexOf(found), 1);
          done(null);
        },
      },
      store: {
        save: (_request, state, done) => {
          const id = randomUUID();
          states.set(id, state);
          done(null, id);
        },
        load: (_request, id, options, done = options as never) => done(null, states.get(id)),
        update: (_request, id, state, done) => {
          states.set(id, state);
          done(null);
        },
      },
    };
  }
}
