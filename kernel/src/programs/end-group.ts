/** Milliseconds between asking and insisting. */
const INSIST_AFTER = 2_000;

/** @returns what ends a program and everything it started: it asks first and insists later, until the program is `gone`. */
export function endGroup(pid: number, gone: Promise<unknown>): () => void {
  let isGone = false;
  let insist: NodeJS.Timeout | undefined;
  void gone.then(() => {
    isGone = true;
    clearTimeout(insist);
  });
  return () => {
    if (isGone || insist) return;
    signal(pid, 'SIGTERM');
    insist = setTimeout(() => signal(pid, 'SIGKILL'), INSIST_AFTER);
    insist.unref();
  };
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(-pid, name);
  } catch {
    // It ended in between.
  }
}
