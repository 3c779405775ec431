#!/usr/bin/env node
import { host } from '@sextant/preset/host';

// Repository mirrors and git reads. Everything else about it is configuration.
process.exitCode = await host('git', ['git']);
