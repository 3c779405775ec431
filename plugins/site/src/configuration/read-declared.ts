import { readFileSync } from 'node:fs';
import { SextantError } from '@sextant/sdk';
import type { DeclaredText } from './configurations.js';

/** @throws SEXTANT_SITE_FILE_UNREADABLE. */
export function readDeclared({
  file,
  allowEdits,
}: {
  readonly file?: string | undefined;
  readonly allowEdits: boolean;
}): DeclaredText | undefined {
  if (file === undefined) return undefined;
  try {
    return { file, contents: readFileSync(file, 'utf8'), allowEdits };
  } catch (cause) {
    throw new SextantError('SEXTANT_SITE_FILE_UNREADABLE', {
      what: `The file ${file} cannot be read.`,
      why: (cause as NodeJS.ErrnoException).code ?? String(cause),
      fix: 'Correct the path, or let the account that runs Sextant read the file.',
      cause,
    });
  }
}
