import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { ProcessConfig } from '@sextant/config';
import { SextantError } from '@sextant/sdk';
import type { RemoteTls } from '../remote/remote-server.js';

/** Reads the certificate, its key and the authority that the configuration names. */
export function readRemoteTls(config: ProcessConfig, folder: string): RemoteTls | undefined {
  const { tls } = config.internal;
  if (!tls) return undefined;
  const read = (name: 'ca' | 'cert' | 'key'): Buffer => {
    try {
      return readFileSync(resolve(folder, tls[name]));
    } catch (cause) {
      throw new SextantError('SEXTANT_CONFIG_INVALID', {
        what: `The file of internal.tls.${name} cannot be read: ${tls[name]}.`,
        fix: 'Correct the path, or the rights of the file.',
        cause,
      });
    }
  };
  return { ca: read('ca'), cert: read('cert'), key: read('key') };
}
