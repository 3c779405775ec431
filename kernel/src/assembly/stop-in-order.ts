import type { Logger } from '@sextant/sdk';

/** Takes every step, whatever became of those before; what failed is logged. */
export async function stopInOrder(log: Logger, steps: Readonly<Record<string, () => unknown>>): Promise<void> {
  for (const [what, step] of Object.entries(steps)) {
    try {
      await step();
    } catch (error) {
      log.error(`${what} failed`, { error });
    }
  }
}
