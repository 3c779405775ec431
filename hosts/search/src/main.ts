#!/usr/bin/env node
import { host } from '@sextant/preset/host';

// Search over the index. Everything else about it is configuration.
process.exitCode = await host('search', ['search']);
