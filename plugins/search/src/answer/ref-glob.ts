/**
 * A glob over full names of refs, as `git rev-parse --glob` and `--exclude` read them: `refs/` may be left out in front,
 * `*` crosses slashes, and an included glob without a wildcard means everything below it.
 */
export function refGlob(glob: string, use: 'include' | 'exclude'): (ref: string) => boolean {
  const full = glob.startsWith('refs/') ? glob : `refs/${glob}`;
  if (!/[*?[]/.test(full)) {
    const folder = `${full.replace(/\/$/, '')}/`;
    return use === 'include' ? (ref) => ref.startsWith(folder) : (ref) => ref === full;
  }
  const pattern = new RegExp(`^${full.replace(/\[[!^]?\]?[^\]]*\]|[\s\S]/gu, part)}$`, 'u');
  return (ref) => pattern.test(ref);
}

function part(text: string): string {
  if (text === '*') return '.*';
  if (text === '?') return '.';
  if (text.length > 1 && text.startsWith('[')) return characterClass(text);
  return text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
}

function characterClass(text: string): string {
  const negated = /^\[[!^]/.test(text);
  const members = text.slice(negated ? 2 : 1, -1);
  // A range whose ends are the wrong way round holds nothing.
  const safe = members.replace(/(.)-(.)/gsu, (range, a: string, b: string) => (a <= b ? range : '')).replace(/[\\\][^]/g, '\\$&');
  if (safe === '') return negated ? '.' : '(?!)';
  return `[${negated ? '^' : ''}${safe}]`;
}
