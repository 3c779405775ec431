import type { Contribution, Operation } from '@sextant/sdk';
import type { SiteAlert, SiteAlertSource } from '../api.js';

/** Milliseconds a source may take; alerts stand on every page. */
const PATIENCE = 2000;
const ORDER = ['ERROR', 'WARNING', 'INFO'];

/** What the actor should be told, the gravest first. A source that fails or is slow says so to site admins, and holds nobody up. */
export async function collectAlerts(
  sources: readonly Contribution<SiteAlertSource>[],
  operation: Operation,
): Promise<readonly SiteAlert[]> {
  const { actor } = operation;
  if (actor.kind === 'anonymous') return [];
  const heard = sources.filter(({ value }) => actor.siteAdmin || value.audience === 'everybody');
  const answers = await Promise.all(heard.map((source) => ask(source, operation)));
  return answers.flat().sort((a, b) => ORDER.indexOf(a.type) - ORDER.indexOf(b.type));
}

async function ask({ plugin, value }: Contribution<SiteAlertSource>, operation: Operation): Promise<readonly SiteAlert[]> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer in ${PATIENCE} ms`)), PATIENCE);
  });
  try {
    return await Promise.race([value.alerts(operation), late]);
  } catch (error) {
    operation.log.warn('a source of site alerts failed', { source: plugin, error });
    return operation.actor.siteAdmin
      ? [{ type: 'WARNING', message: `The alerts of the plugin \`${plugin}\` could not be determined; its log says why.` }]
      : [];
  } finally {
    clearTimeout(timer);
  }
}
