const OLDEST = [2, 38] as const;

/** What is wrong with the git of this machine, in words; undefined when it will do. @param output of `git version`. */
export function gitProblem(output: string): string | undefined {
  const match = /git version (\d+)\.(\d+)/.exec(output);
  if (!match) return 'git is missing or does not run: install git 2.38 or newer.';
  const [major, minor] = [Number(match[1]), Number(match[2])];
  if (major > OLDEST[0] || (major === OLDEST[0] && minor >= OLDEST[1])) return undefined;
  return `git ${major}.${minor} is too old: its batch reader takes no names with line breaks. Install git 2.38 or newer.`;
}

/** The last release that closed known holes in cloning. */
const SAFE = [2, 50, 1] as const;

/** @param output of `git version`. */
export function isKnownToBeUnsafe(output: string): boolean {
  const numbers = /git version (\d+)\.(\d+)(?:\.(\d+))?/
    .exec(output)
    ?.slice(1)
    .map((part) => Number(part ?? 0));
  const first = SAFE.findIndex((number, at) => numbers?.[at] !== number);
  return first >= 0 && (numbers?.[first] ?? 0) < (SAFE[first] ?? 0);
}
