import { SextantError } from '@sextant/sdk';

type Code = 'SEXTANT_PACKAGES_ARCHIVE' | 'SEXTANT_PACKAGES_INTEGRITY' | 'SEXTANT_PACKAGES_TOO_LARGE';

const FIXES: Readonly<Record<Code, string>> = {
  SEXTANT_PACKAGES_ARCHIVE: 'Ask who publishes the package, or leave the version out.',
  SEXTANT_PACKAGES_INTEGRITY: 'See whether the registry, or a cache before it, is damaged.',
  SEXTANT_PACKAGES_TOO_LARGE:
    'Raise maxArchive, maxUnpacked, maxFile or maxFiles in the configuration of code-host-packages, or leave the version out.',
};

/** A version cannot be taken, whatever is tried; the others can. */
export const refusal = (code: Code, why: string, details: Readonly<Record<string, unknown>> = {}, fix = FIXES[code]): SextantError =>
  new SextantError(code, { what: 'The version is left out.', why, fix, details: { refused: true, ...details } });
