import { declareErrors } from '@sextant/sdk';

export const bootErrors = declareErrors({
  SEXTANT_BOOT_ABORTED: {
    status: 500,
    summary: 'A plugin that Sextant cannot do without did not come up.',
    fix: 'Mend what is named; `--safe` starts without the plugins that can be switched off.',
  },
  SEXTANT_HTTP_NO_CREDENTIAL: {
    status: 500,
    summary: 'Sextant would be open beyond this machine, and nobody could be asked who they are.',
    fix: 'Make a credential first: `sextant token create --data-dir …`, or listen on 127.0.0.1, without http.externalUrl and http.trustProxy.',
  },
});
