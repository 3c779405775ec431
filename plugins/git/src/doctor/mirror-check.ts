import type { VisibilityService } from '@sextant/plugin-code-host/api';
import type { Finding, SystemCheck } from '@sextant/plugin-site/api';
import type { MirrorService } from '../schedule/mirror-service.js';
import type { MirrorTable } from '../storage/mirror-table.js';

/** Repositories that are named; the rest is counted. */
const NAMED = 20;

/** Which mirrors are damaged or cannot be fetched. */
export const mirrorCheck = (parts: {
  readonly table: Pick<MirrorTable, 'stats' | 'troubled'>;
  readonly mirrors: Pick<MirrorService, 'refresh'>;
  readonly wall: Pick<VisibilityService, 'of'>;
}): SystemCheck => ({
  name: 'mirrors',
  async run({ actor }) {
    const { total, cloned, cloning, notCloned } = await parts.table.stats();
    const { count, worst, hasHidden } = await parts.table.troubled(NAMED, await parts.wall.of(actor));
    const findings = worst.map(({ repositoryId, name, lastError, status, failures, nextFetch, corruptions }): Finding => {
      const [, code = 'SEXTANT_GIT_CORRUPT', why = lastError ?? corruptions[0]?.reason] =
        /^(SEXTANT_[A-Z_]+): (.*)$/s.exec(lastError ?? '') ?? [];
      return {
        level: 'error',
        what:
          status === 'corrupt'
            ? `The mirror of ${name} is damaged, and is cloned again by itself.`
            : `${name} could not be fetched ${failures === 1 ? 'once' : `${failures} times in a row`}; the next try is at ${nextFetch?.toISOString() ?? 'no time that is known'}.`,
        why,
        code,
        mend: { id: `fetch:${repositoryId}`, does: `Fetches ${name} again now.`, run: () => parts.mirrors.refresh(repositoryId, 'manual') },
      };
    });
    if (count > worst.length)
      findings.push({
        level: 'error',
        what: `${count - worst.length} more repositories cannot be fetched.`,
        fix: 'Mend these first: they often have one cause.',
      });
    if (hasHidden)
      findings.push({
        level: 'error',
        what: 'Mirrors of repositories that you do not see are damaged, or cannot be fetched.',
        fix: 'Let somebody look who sees them.',
      });
    return [
      ...findings,
      { level: 'ok', what: `${cloned} of ${total} repositories are cloned, ${cloning} are being cloned, ${notCloned} wait.` },
    ];
  },
});
