import { existsSync, statSync } from 'node:fs';
import { ran } from './ran.mjs';

/** codesearch (`cindex` and `csearch` on the PATH), its index built; undefined where it is missing. It counts lines and shows none. */
export async function startCodesearch({ folder, index }) {
  const file = `${index}/csearchindex`;
  const env = { CSEARCHINDEX: file };
  let built;
  try {
    built = await ran('cindex', [folder], { env });
  } catch (error) {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  }
  return {
    name: 'csearch',
    version: 'codesearch',
    built: { ...built, bytes: existsSync(file) ? statSync(file).size : 0 },
    /** @returns {Promise<number | undefined>} milliseconds to count everything */
    time: async ({ cs }) => (cs === undefined ? undefined : (await ran('csearch', ['-c', ...cs], { env, quiet: [1] })).milliseconds),
  };
}
