#!/usr/bin/env node
import { parseArgs } from 'node:util';
import { runHost } from '@sextant/preset';
import { isRole } from '@sextant/sdk';

// Background work and index builds. Everything else about it is configuration.
const { values } = parseArgs({ options: { config: { type: 'string' }, roles: { type: 'string' }, safe: { type: 'boolean' } } });
const roles = values.roles?.split(',').filter(isRole);

process.exitCode = await runHost({
  name: 'worker',
  roles: ['worker', 'scheduler', 'migrator', 'index'],
  ...(values.config === undefined ? {} : { file: values.config }),
  ...(roles ? { flags: { roles } } : {}),
  safe: values.safe ?? false,
  ready: (url) => process.stdout.write(`Sextant (worker) is ready at ${url}\n`),
});
