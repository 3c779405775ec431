export interface StrayErrorHandling {
  /** Counts the error against the plugin whose code it came from. False when it came from none. */
  blame(error: unknown): boolean;
  /** The process can no longer be trusted, and must end. */
  fatal(error: unknown): void;
}

/** Errors outside every wrapper, within a minute, after which the process counts as broken even though each has its plugin. */
const LIMIT = 100;

/** Blames rejections nobody handled and exceptions nobody caught on their plugin; one without a plugin ends the process. */
export function containStrayErrors({ blame, fatal }: StrayErrorHandling): Disposable {
  let times: number[] = [];
  const stray = (error: unknown): void => {
    const now = performance.now();
    times = [...times.filter((time) => time > now - 60_000), now];
    if (!blame(error) || times.length > LIMIT) fatal(error);
  };
  process.on('unhandledRejection', stray);
  process.on('uncaughtException', stray);
  return {
    [Symbol.dispose]: () => {
      process.off('unhandledRejection', stray);
      process.off('uncaughtException', stray);
    },
  };
}
