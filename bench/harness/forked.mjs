import { fork } from 'node:child_process';
import { once } from 'node:events';

/**
 * Starts a script of a bench as a process of its own: what it measures then shares no heap and no event loop with the
 * rest. The script answers by `process.send`.
 * @param {URL} script @param {unknown} options given to it as JSON
 */
export function forked(script, options, { timeout = 300_000, execArgv = [] } = {}) {
  const child = fork(script, [JSON.stringify(options)], { execArgv, stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  const next = () =>
    new Promise((resolve, reject) => {
      const overdue = setTimeout(() => {
        child.kill('SIGKILL');
        done(() => reject(new Error(`${script.pathname} said nothing for ${timeout} ms.`)));
      }, timeout);
      const done = (work) => {
        clearTimeout(overdue);
        child.off('message', onMessage).off('exit', onExit);
        work();
      };
      const onMessage = (message) => done(() => resolve(message));
      const onExit = (code) => done(() => reject(new Error(`${script.pathname} ended with ${code} before it answered.`)));
      child.once('message', onMessage).once('exit', onExit);
    });
  return {
    pid: child.pid,
    next,
    send: (message) => child.send(message),
    /** Asks it to end (message `stop`) and waits. */
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const gone = once(child, 'exit');
      child.send('stop');
      const hard = setTimeout(() => child.kill('SIGKILL'), 20_000);
      await gone;
      clearTimeout(hard);
    },
  };
}
