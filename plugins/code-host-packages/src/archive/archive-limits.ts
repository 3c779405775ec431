import { refusal } from './refusal.js';

export interface ArchiveLimits {
  /** Bytes of all files. */
  readonly maxUnpacked: number;
  /** Bytes of one file. */
  readonly maxFile: number;
  readonly maxFiles: number;
}

/** Counts what comes out of an archive, whatever the archive says of itself. @throws SEXTANT_PACKAGES_TOO_LARGE */
export class Tally {
  #files = 0;
  #bytes = 0;

  constructor(private readonly limits: ArchiveLimits) {}

  /** @param size as the archive tells it; what comes is held to it elsewhere */
  file(size: number): void {
    const { maxFile, maxFiles, maxUnpacked } = this.limits;
    if (++this.#files > maxFiles) throw refusal('SEXTANT_PACKAGES_TOO_LARGE', `It has more than ${maxFiles} files.`);
    if (size > maxFile) throw refusal('SEXTANT_PACKAGES_TOO_LARGE', `It has a file of more than ${maxFile} bytes.`);
    this.#bytes += size;
    if (this.#bytes > maxUnpacked) throw refusal('SEXTANT_PACKAGES_TOO_LARGE', `Its files take more than ${maxUnpacked} bytes.`);
  }
}
