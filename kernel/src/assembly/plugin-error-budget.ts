import type { ProcessConfig } from '@sextant/config';
import type { Clock, Logger } from '@sextant/sdk';
import { ErrorBudget } from '../boundary/error-budget.js';
import type { PluginRecord } from '../lifecycle/plugin-record.js';
import type { Logs } from '../observability/logs.js';

interface BudgetSources {
  readonly clock: Clock;
  readonly limits: ProcessConfig['errorBudget'];
  readonly logs: Logs;
  readonly log: Logger;
  readonly records: readonly PluginRecord[];
}

/** Errors count against the plugin in whose code they happen; an opened circuit shows the plugin as degraded. */
export const pluginErrorBudget = ({ clock, limits, logs, log, records }: BudgetSources): ErrorBudget =>
  new ErrorBudget(clock, limits, {
    error: (entry, error) => logs.of(entry.plugin).error(`${entry.kind} "${entry.name}" failed`, { error }),
    opened: (plugin, reason) => {
      log.error('the circuit of a plugin opened', { plugin, reason });
      return records.find((record) => record.id === plugin)?.degrade(reason) ?? { [Symbol.dispose]: () => undefined };
    },
  });
