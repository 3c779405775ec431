#!/usr/bin/env node
import { host } from '@sextant/preset/host';

// Background work and index builds. Everything else about it is configuration.
process.exitCode = await host('worker', ['worker', 'scheduler', 'migrator', 'index']);
