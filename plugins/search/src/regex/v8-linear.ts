import v8 from 'node:v8';
import vm from 'node:vm';

/**
 * V8's linear regexp engine, reached through undocumented flags: a regexp that backtracks too often is handed to it.
 * Both the fallback and the engine's own flag `l`, used as a probe, are switched on here and nowhere else.
 */
export interface V8Linear {
  /** The fallback works in this process. */
  readonly available: boolean;
  /** The linear engine takes this source, so a bad pattern ends in linear time. */
  accepts(source: string, flags: string): boolean;
}

/** Below it honest scanning of long texts would trip the fallback, which is far slower. */
const BACKTRACKS_BEFORE_FALLBACK = 1_000_000;

let instance: V8Linear | undefined;

export function v8Linear(): V8Linear {
  instance ??= create();
  return instance;
}

function create(): V8Linear {
  v8.setFlagsFromString('--enable-experimental-regexp-engine');
  v8.setFlagsFromString('--enable-experimental-regexp-engine-on-excessive-backtracks');
  v8.setFlagsFromString(`--regexp-backtracks-before-fallback=${BACKTRACKS_BEFORE_FALLBACK}`);
  const available = accepts('(?:a+)+$', '') && selfTest();
  return { available, accepts: (source, flags) => available && accepts(source, flags) };
}

function accepts(source: string, flags: string): boolean {
  try {
    new RegExp(source, `${flags}l`);
    return true;
  } catch {
    return false;
  }
}

/** An exponential pattern must end; where the flags do nothing, the interrupt of the script ends it instead. */
function selfTest(): boolean {
  try {
    return vm.runInNewContext("new RegExp('(?:a+)+$').test('a'.repeat(2000) + 'b')", {}, { timeout: 1_000 }) === false;
  } catch {
    return false;
  }
}
