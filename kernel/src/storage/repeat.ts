const ATTEMPTS = 5;
/** Milliseconds; twice as long each time. By chance, so that two that got into each other's way do not do so again. */
const FIRST_PAUSE = 20;

/** Does `work` again while it fails in a way that passes, such as a deadlock. @throws what the last attempt threw */
export async function repeat<R>(work: () => Promise<R>, passes: (error: unknown) => boolean): Promise<R> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work();
    } catch (error) {
      if (attempt >= ATTEMPTS || !passes(error)) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, Math.random() * FIRST_PAUSE * 2 ** (attempt - 1)));
  }
}
