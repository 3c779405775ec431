import { watch } from 'node:fs';
import { basename, dirname } from 'node:path';

/** Editors write a file in several steps; milliseconds without another one. */
const SETTLE = 200;

/** Calls `changed` after the file was written or replaced, and at SIGHUP. */
export function watchConfiguration(file: string | undefined, changed: () => void): Disposable {
  let timer: NodeJS.Timeout | undefined;
  const soon = (): void => {
    clearTimeout(timer);
    timer = setTimeout(changed, SETTLE).unref();
  };
  // The folder and not the file: a file that is replaced by a rename would no longer be the one that is watched.
  const watcher =
    file === undefined
      ? undefined
      : watch(dirname(file), { persistent: false }, (_event, name) => void (name === basename(file) && soon()));
  // A folder that goes away ends the watching; SIGHUP still works.
  watcher?.on('error', () => watcher.close());
  process.on('SIGHUP', soon);
  return {
    [Symbol.dispose]: () => {
      clearTimeout(timer);
      watcher?.close();
      process.off('SIGHUP', soon);
    },
  };
}
