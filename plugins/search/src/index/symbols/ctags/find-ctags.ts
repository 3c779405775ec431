import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { CtagsProcess, type CtagsTag } from './ctags-process.js';
import type { CtagsProgram } from './ctags-program.js';

const NAMES = ['ctags-universal', 'universal-ctags', 'ctags'];
const PROBE = Buffer.from('class Probe:\n    pass\n');
const PATIENCE_MS = 5_000;

/**
 * Looks for universal-ctags in PATH and tries it out as it will be used, in its sandbox where it has one.
 * @param temporaryFolder where it may write
 * @returns why there is none, in words, when there is none
 */
export async function findCtags(temporaryFolder: string): Promise<CtagsProgram | string> {
  let problem = 'universal-ctags is not installed, or not in PATH';
  for (const path of NAMES) {
    const about = await output(path, '--version');
    const version = about && /^Universal Ctags (\S+?),/.exec(about)?.[1];
    if (!version) continue;
    const features = (await output(path, '--list-features')) ?? '';
    if (!/^interactive\b/m.test(features) || !/^json\b/m.test(features)) {
      problem = `${path} was built without its interactive mode, or without JSON`;
      continue;
    }
    for (const sandboxed of /^sandbox\b/m.test(features) ? [true, false] : [false]) {
      if (!(await answers({ path, sandboxed, temporaryFolder }))) continue;
      const languages = ((await output(path, '--list-languages')) ?? '').split('\n').filter((name) => /^\S+$/.test(name));
      return { path, version, sandboxed, languages, temporaryFolder };
    }
    problem = `${path} does not answer; it needs a temporary folder that it may write to, and ${temporaryFolder} may not be one`;
  }
  return problem;
}

async function output(program: string, parameter: string): Promise<string | undefined> {
  try {
    return (await promisify(execFile)(program, ['--options=NONE', '--quiet=yes', parameter], { timeout: PATIENCE_MS })).stdout;
  } catch {
    return undefined;
  }
}

function answers(program: Pick<CtagsProgram, 'path' | 'sandboxed' | 'temporaryFolder'>): Promise<boolean> {
  return new Promise((resolve) => {
    const settle = (tags: readonly CtagsTag[]) => {
      clearTimeout(timer);
      resolve(tags.some(({ name }) => name === 'Probe'));
      probed.kill();
    };
    const probed = new CtagsProcess(program, settle, () => settle([]));
    const timer = setTimeout(() => settle([]), PATIENCE_MS);
    probed.ask('py', PROBE);
  });
}
