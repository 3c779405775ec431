import { SextantError } from '@sextant/sdk';
import '../kernel-errors.js';
import { currentEntry } from './boundary.js';

/**
 * Keeps plugins from ending the process they run in: `process.exit` throws SEXTANT_PLUGIN_EXIT where a plugin calls it, also later in a timer, and is
 * what it was for everybody else. The host, whose own end may be decided inside a plugin's entry, keeps the true one from before.
 */
export function keepProcess(): Disposable {
  const { exit } = process;
  process.exit = (code) => {
    const entry = currentEntry();
    if (entry === undefined) return exit.call(process, code);
    throw new SextantError('SEXTANT_PLUGIN_EXIT', {
      what: `Plugin "${entry.plugin}": ${entry.kind} "${entry.name}" called process.exit().`,
      why: 'The process is not the plugin’s own, and others run in it.',
      fix: 'Throw an error in its place; a plugin that cannot go on calls ctx.degrade().',
    });
  };
  return {
    [Symbol.dispose]: () => {
      process.exit = exit;
    },
  };
}
