import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { SSH_OPTIONS } from '@sextant/plugin-code-host/api';

/** Files that git is run with to reach another repository. The programs hold no credential: what they answer arrives through file descriptor 3. */
export interface CredentialHelpers {
  readonly credentials: string;
  readonly ssh: string;
  readonly knownHosts: string;
  /** The configuration with which git reads a folder of another owner. */
  readonly anyOwner: string;
}

// Answers only for the very origin the credential is for: a redirect elsewhere gets nothing. Not by GIT_ASKPASS: git puts
// the user name into that program's arguments, which everybody on the machine may read, and a user name may be a token.
// printf is built into every sh: no process, no arguments.
const CREDENTIALS = `#!/bin/sh
[ "$1" = get ] || exit 0
scheme= host=
while IFS= read -r line; do
  case "$line" in
    protocol=*) scheme=\${line#protocol=} ;;
    host=*) host=\${line#host=} ;;
    '') break ;;
  esac
done
[ "$scheme" = "$SEXTANT_GIT_SCHEME" ] && [ "$host" = "$SEXTANT_GIT_HOST" ] || exit 0
IFS= read -r username <&3 && IFS= read -r password <&3 || exit 0
printf 'username=%s\\npassword=%s\\n' "$username" "$password"
`;

const SSH = `#!/bin/sh
exec ssh ${SSH_OPTIONS.join(' ')} -o UserKnownHostsFile="$SEXTANT_GIT_KNOWN_HOSTS" -o HostName="$SEXTANT_GIT_ADDRESS" -o HostKeyAlias="$SEXTANT_GIT_HOST_KEY" "$@"
`;

// In a file, since git takes from the process that reads the other side of a local folder what the environment would set. Any folder: the call
// touches the mirror, and the source that was checked.
const ANY_OWNER = '[safe]\n\tdirectory = *\n';

/** Writes them into a private folder. */
export async function writeCredentialHelpers(folder: string): Promise<CredentialHelpers> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const place = async (name: string, text: string): Promise<string> => {
    const path = join(folder, name);
    await writeFile(path, text, { mode: 0o700 });
    await chmod(path, 0o700);
    return path;
  };
  return {
    credentials: await place('credentials', CREDENTIALS),
    ssh: await place('ssh', SSH),
    knownHosts: join(folder, 'known_hosts'),
    anyOwner: await place('any-owner', ANY_OWNER),
  };
}

/** Name, then password; again for each time that git asks: it does for every process that connects. */
export const credentialLines = (username: string, password: string): string => `${username}\n${password}\n`.repeat(8);
