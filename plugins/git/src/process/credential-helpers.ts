import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Programs that git asks for credentials. They hold none: what they answer arrives through file descriptor 3. */
export interface CredentialHelpers {
  readonly askpass: string;
  readonly ssh: string;
  readonly knownHosts: string;
}

// Answers only the prompt that names the very origin the credential is for: a redirect elsewhere gets nothing.
const ASKPASS = `#!/bin/sh
case "$1" in
  "Username for '$SEXTANT_GIT_SCHEME://$SEXTANT_GIT_HOST': ") ;;
  "Password for '$SEXTANT_GIT_SCHEME://"*"@$SEXTANT_GIT_HOST': ") ;;
  *) exit 1 ;;
esac
IFS= read -r answer <&3 || exit 1
printf '%s\\n' "$answer"
`;

const SSH = `#!/bin/sh
exec ssh -F /dev/null -o BatchMode=yes -o ProxyCommand=none -o PermitLocalCommand=no -o ClearAllForwardings=yes \\
  -o StrictHostKeyChecking=accept-new -o UserKnownHostsFile="$SEXTANT_GIT_KNOWN_HOSTS" -o ConnectTimeout=30 "$@"
`;

/** Writes them into a private folder. */
export async function writeCredentialHelpers(folder: string): Promise<CredentialHelpers> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const place = async (name: string, text: string): Promise<string> => {
    const path = join(folder, name);
    await writeFile(path, text, { mode: 0o700 });
    await chmod(path, 0o700);
    return path;
  };
  return { askpass: await place('askpass', ASKPASS), ssh: await place('ssh', SSH), knownHosts: join(folder, 'known_hosts') };
}

/** git asks for the name, then for the password; again when the host said no or it connects a second time. */
export const credentialLines = (username: string, password: string): string => `${username}\n${password}\n`.repeat(8);
