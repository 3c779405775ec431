#!/usr/bin/env node
import { onFitNode, supervised } from '@sextant/preset/host';

const args = process.argv.slice(2);
// The program is loaded by the process that runs it, so that a supervisor, which lives as long, stays small.
const run = async (): Promise<number> => (await import('./program.js')).runProgram(args);

// Whoever reads the output may have seen enough, as "head" has: the rest is not for anybody, and the command still ends in order.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
});

const serves = args.find((arg) => !arg.startsWith('-')) === 'serve';

process.exitCode = await onFitNode(() => (serves ? supervised(run) : run()));
