import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { GitRunner, RunOptions } from '../process/git-runner.js';

// An archive is what was committed, whatever the repository's own attributes say.
const ATTRIBUTES = '* -export-ignore -export-subst -text -eol -ident -filter -working-tree-encoding\n';

/** A bare repository without anything in it, in a folder that is not there yet. */
export async function emptyMirror(
  runner: GitRunner,
  gitDir: string,
  format: 'sha1' | 'sha256',
  run: Pick<RunOptions, 'repository' | 'signal'>,
): Promise<void> {
  const options = ['--bare', '--quiet', '--initial-branch=main', `--object-format=${format}`];
  await runner.output({ subcommand: 'init', options, operands: [gitDir] }, run);
  await chmod(gitDir, 0o700); // git asks the umask; a mirror that is moved out of its folder must stay closed.
  await mkdir(join(gitDir, 'info'), { recursive: true });
  await writeFile(join(gitDir, 'info', 'attributes'), ATTRIBUTES);
}
