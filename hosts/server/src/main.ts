#!/usr/bin/env node
import { host } from '@sextant/preset/host';

// The control process: API, web, background work. Everything else about it is configuration.
process.exitCode = await host('server', ['api', 'web', 'worker', 'scheduler', 'migrator', 'index']);
