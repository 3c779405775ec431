const OLDEST = [2, 38] as const;

/** What is wrong with the git of this machine, in words; undefined when it will do. @param output of `git version`. */
export function gitProblem(output: string): string | undefined {
  const match = /git version (\d+)\.(\d+)/.exec(output);
  if (!match) return 'git is missing or does not run: install git 2.38 or newer.';
  const [major, minor] = [Number(match[1]), Number(match[2])];
  if (major > OLDEST[0] || (major === OLDEST[0] && minor >= OLDEST[1])) return undefined;
  return `git ${major}.${minor} is too old: its batch reader takes no names with line breaks. Install git 2.38 or newer.`;
}
