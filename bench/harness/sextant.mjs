import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const PROGRAM = fileURLToPath(import.meta.resolve('@sextant/cli'));
const READY = /Sextant is ready at (\S+)/;

/**
 * Starts the program as a user does and waits until it says that it is ready.
 * @param {{dataDir: string, paths?: string[], env?: Record<string, string>, args?: string[], timeout?: number}} options
 */
export async function startSextant({ dataDir, paths = [], env = {}, args = [], timeout = 120_000 }) {
  const begun = performance.now();
  const child = spawn(
    process.execPath,
    ['--enable-source-maps', PROGRAM, 'serve', ...paths, '--data-dir', dataDir, '--port', '0', '--log-level', 'warn', ...args],
    { cwd: dataDir, env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] },
  );
  let errors = '';
  child.stderr.on('data', (chunk) => {
    errors = (errors + chunk).slice(-20_000);
  });
  let output = '';
  const url = await new Promise((resolve, reject) => {
    const overdue = setTimeout(() => {
      child.kill('SIGKILL');
      reject(new Error(`Sextant was not ready after ${timeout} ms.\n${errors}`));
    }, timeout);
    child.stdout.on('data', (chunk) => {
      output += chunk;
      const ready = READY.exec(output);
      if (ready === null) return;
      clearTimeout(overdue);
      resolve(ready[1]);
    });
    child.once('exit', (code) => {
      clearTimeout(overdue);
      reject(new Error(`Sextant ended with ${code} before it was ready.\n${errors}`));
    });
  });
  const readyAfter = performance.now() - begun;
  return {
    url,
    pid: child.pid,
    /** Milliseconds from spawn to ready. */
    readyAfter,
    /** The last of what it wrote on its error stream; the boot table is in it. */
    errors: () => errors,
    async graphql(query, variables = {}) {
      const response = await fetch(`${url}/.api/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ query, variables }),
      });
      const answer = await response.json();
      if (answer.errors) throw new Error(`GraphQL: ${JSON.stringify(answer.errors)}`);
      return answer.data;
    },
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill('SIGTERM');
      const hard = setTimeout(() => child.kill('SIGKILL'), 30_000);
      await once(child, 'exit');
      clearTimeout(hard);
    },
  };
}
