import { type Actor, type Logger, RevSpec } from '@sextant/sdk';

/** A revision somebody gave. One that cannot be one leaves a trace for who audits: it may be an attempt to reach git's options. */
export function revisionOf(text: string, { actor, log }: { readonly actor: Actor; readonly log: Logger }): RevSpec {
  try {
    return RevSpec.parse(text);
  } catch (error) {
    log.warn('refused a malformed revision', { audit: true, actor: actor.id, revision: text.slice(0, 100) });
    throw error;
  }
}
