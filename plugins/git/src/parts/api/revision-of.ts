import type { AuditTrail } from '@sextant/plugin-identity/api';
import { type Actor, type Logger, RevSpec } from '@sextant/sdk';

/** A revision somebody gave. One that cannot be one leaves a trace for who audits: it may be an attempt to reach git's options. */
export function revisionOf(
  text: string,
  { actor, log }: { readonly actor: Actor; readonly log: Logger },
  audit: AuditTrail | undefined,
): RevSpec {
  try {
    return RevSpec.parse(text);
  } catch (error) {
    const revision = text.slice(0, 100);
    if (audit) audit.observe('git.revision', 'refused', { actor }, { revision });
    else log.warn('refused a malformed revision', { audit: true, actor: actor.id, revision });
    throw error;
  }
}
