import type { Clock, PluginContext } from '@sextant/sdk';
import { isSilent } from './visibility.js';

/** Milliseconds between two lines in the log about one source, which fails for every request. */
const LOGGED_EVERY = 60_000;

/** Shows the plugin as degraded from the first failure of a source until it answers again. */
export function degradedWhileFailing(
  ctx: Pick<PluginContext, 'log' | 'degrade'>,
  clock: Pick<Clock, 'monotonic'>,
): (source: string, failure: unknown) => void {
  const shown = new Map<string, { readonly consequence: string; readonly degraded: Disposable }>();
  const logged = new Map<string, number>();
  return (source, failure) => {
    const before = shown.get(source);
    if (failure === undefined) {
      before?.degraded[Symbol.dispose]();
      shown.delete(source);
      return;
    }
    const consequence = isSilent(failure)
      ? 'what asks for repositories fails until it answers'
      : 'repositories that only it grants are hidden';
    const last = logged.get(source);
    if (last === undefined || clock.monotonic() - last >= LOGGED_EVERY) {
      logged.set(source, clock.monotonic());
      ctx.log.error(`A source of permissions failed: ${consequence}`, { source, error: failure });
    }
    if (before?.consequence === consequence) return;
    before?.degraded[Symbol.dispose]();
    shown.set(source, { consequence, degraded: ctx.degrade(`Permissions from "${source}" are unavailable: ${consequence}.`) });
  };
}
