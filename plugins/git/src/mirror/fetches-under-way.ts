import { SextantError } from '@sextant/sdk';

/** Milliseconds in which a fetch that was told to end does so; one whose reader stands still does not. */
const LONGEST_END = 20_000;

interface Fetch {
  readonly controller: AbortController;
  readonly ended: Promise<void>;
}

/** What is being fetched on this node, so that whoever removes a mirror need not wait for it to become complete first. */
export class FetchesUnderWay {
  readonly #byMirror = new Map<string, Set<Fetch>>();

  /** Fetches as `work` does; it throws SEXTANT_GIT_MIRROR_REMOVED when the mirror is removed meanwhile. */
  async *during<T>(mirror: string, signal: AbortSignal | undefined, work: (signal: AbortSignal) => AsyncIterable<T>): AsyncGenerator<T> {
    const controller = new AbortController();
    const { promise, resolve } = withResolvers();
    const fetch: Fetch = { controller, ended: promise };
    const fetches = this.#byMirror.get(mirror) ?? new Set();
    this.#byMirror.set(mirror, fetches.add(fetch));
    try {
      yield* work(signal ? AbortSignal.any([signal, controller.signal]) : controller.signal);
    } finally {
      fetches.delete(fetch);
      if (fetches.size === 0) this.#byMirror.delete(mirror);
      resolve();
    }
  }

  /** Ends them, and resolves when they have let go of the mirror. */
  async end(mirror: string): Promise<void> {
    const fetches = [...(this.#byMirror.get(mirror) ?? [])];
    if (fetches.length === 0) return;
    for (const { controller } of fetches) controller.abort(removed());
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, LONGEST_END);
    });
    await Promise.race([Promise.all(fetches.map(({ ended }) => ended)), late]).finally(() => clearTimeout(timer));
  }
}

const withResolvers = (): { readonly promise: Promise<void>; readonly resolve: () => void } => {
  let resolve!: () => void;
  const promise = new Promise<void>((done) => {
    resolve = done;
  });
  return { promise, resolve };
};

const removed = (): SextantError =>
  new SextantError('SEXTANT_GIT_MIRROR_REMOVED', {
    what: 'The mirror was removed while it was fetched.',
    fix: 'Nothing: it is cloned anew if its repository is still there.',
  });
