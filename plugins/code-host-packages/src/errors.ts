import { declareErrors } from '@sextant/sdk';

export const packagesErrors = declareErrors({
  SEXTANT_PACKAGES_ARCHIVE: {
    status: 502,
    summary: 'The archive of a version is damaged, or holds what leads out of it; the version is left out, and the others are taken.',
    fix: 'Ask who publishes the package, or leave the version out.',
  },
  SEXTANT_PACKAGES_INTEGRITY: {
    status: 502,
    summary:
      'The archive of a version is not the one that the registry, or the checksum database of Go modules, tells the checksum of; the version is left out, and the others are taken.',
    fix: 'See whether the registry, or a cache before it, is damaged.',
  },
  SEXTANT_PACKAGES_SUMDB: {
    status: 502,
    summary: 'The checksum database of Go modules gave an answer that is not signed, or proves nothing; the mirror stays as it was.',
    fix: 'Check "sumdb" in the connection; if its key and address are right, somebody on the way changes answers.',
  },
  SEXTANT_PACKAGES_TOO_LARGE: {
    status: 502,
    summary: 'A version has more, or larger, files than are taken; it is left out, and the others are taken.',
    fix: 'Raise maxArchive, maxUnpacked, maxFile or maxFiles in the configuration of code-host-packages, or leave the version out.',
  },
  SEXTANT_PACKAGES_FETCH: {
    status: 502,
    summary: 'The archive of a version could not be fetched; the mirror stays as it was.',
    fix: 'Wait, or see how the registry is.',
  },
});
