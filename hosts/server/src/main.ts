#!/usr/bin/env node
import { parseArgs } from 'node:util';
import { runHost } from '@sextant/preset';
import { isRole } from '@sextant/sdk';

// The control process: API, web, background work. Everything else about it is configuration.
const { values } = parseArgs({ options: { config: { type: 'string' }, roles: { type: 'string' }, safe: { type: 'boolean' } } });
const roles = values.roles?.split(',').filter(isRole);

process.exitCode = await runHost({
  name: 'server',
  roles: ['api', 'web', 'worker', 'scheduler', 'migrator', 'index'],
  ...(values.config === undefined ? {} : { file: values.config }),
  ...(roles ? { flags: { roles } } : {}),
  safe: values.safe ?? false,
  ready: (url) => process.stdout.write(`Sextant (server) is ready at ${url}\n`),
});
