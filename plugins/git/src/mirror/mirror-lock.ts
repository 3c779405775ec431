import { createHash, randomUUID } from 'node:crypto';
import { link, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { SextantError } from '@sextant/sdk';
import { identityAlive, ownIdentity } from './process-identity.js';

/**
 * Holds the one lock of a mirror's writers, over all processes of this machine. A lock whose owner died is taken over.
 * @throws SEXTANT_GIT_BUSY when a living process holds it.
 */
export async function lockMirror(root: string, mirror: string): Promise<AsyncDisposable> {
  const file = join(root, '.locks', createHash('sha256').update(mirror).digest('hex'));
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  const claim = `${file}.${randomUUID()}`;
  const token = `${ownIdentity()} ${randomUUID()}`;
  await writeFile(claim, token);
  try {
    for (let attempt = 0; attempt < 3; attempt++) {
      try {
        await link(claim, file); // fails when it exists, and is whole when it does
        return { [Symbol.asyncDispose]: () => release(file, token) };
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
      }
      const owner = await readFile(file, 'utf8').catch(() => '');
      if (owner !== '' && identityAlive(owner.split(' ')[0]!)) break;
      // Moved aside by name first: of two that found it stale, one moves it and the other finds nothing to move.
      if (owner !== '') await takeAside(file, owner);
    }
  } finally {
    await rm(claim, { force: true });
  }
  throw new SextantError('SEXTANT_GIT_BUSY', { what: 'The mirror is being fetched or changed.', fix: 'Try again shortly.' });
}

async function takeAside(file: string, staleOwner: string): Promise<void> {
  const aside = `${file}.${randomUUID()}`;
  try {
    await rename(file, aside);
  } catch {
    return;
  }
  // Somebody may have taken it over between our look and our move: then it goes back.
  if ((await readFile(aside, 'utf8')) !== staleOwner) await link(aside, file).catch(() => {});
  await rm(aside, { force: true });
}

async function release(file: string, token: string): Promise<void> {
  if ((await readFile(file, 'utf8').catch(() => '')) === token) await rm(file, { force: true });
}
