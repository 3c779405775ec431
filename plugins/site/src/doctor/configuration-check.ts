import type { SystemCheck } from '../api.js';
import type { Configurations } from '../configuration/configurations.js';

/** What is wrong in the site configuration, or unwise. */
export const configurationCheck = (configurations: Pick<Configurations, 'problems' | 'warnings'>): SystemCheck => ({
  name: 'configuration',
  async run() {
    const [problems, warnings] = await Promise.all([configurations.problems(), configurations.warnings()]);
    if (problems.length + warnings.length === 0) return [{ level: 'ok', what: 'The site configuration fits together.' }];
    return [
      ...problems.map((problem) => ({
        level: 'warning' as const,
        what: `In the site configuration, ${problem}.`,
        fix: 'Correct the key, or enable the plugin that knows it.',
      })),
      ...warnings.map(({ key, what, why, fix }) => ({ level: 'warning' as const, what: `${key}: ${what}`, why, fix })),
    ];
  },
});
