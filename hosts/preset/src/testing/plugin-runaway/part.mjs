import { definePart, z } from '@sextant/sdk';

const kept = [];

const HOW = {
  still: () => undefined,
  loop: () => {
    for (;;) Math.random();
  },
  // Long after the route was entered: what runs now is only known to the asynchronous context.
  'loop-later': async () => {
    await new Promise((resolve) => setTimeout(resolve, 20));
    for (;;) Math.random();
  },
  regexp: () => /^(a+)+$/.test(`${'a'.repeat(64)}b`),
  memory: () => {
    for (;;) kept.push({ numbers: new Array(100).fill(kept.length) });
  },
  // A leak that gives the event loop back all the time.
  leak: () => {
    const more = () => {
      for (let i = 0; i < 2_000; i++) kept.push({ numbers: new Array(100).fill(i) });
      setImmediate(more);
    };
    more();
  },
  exit: () => process.exit(7),
  kill: () => process.kill(process.pid, 'SIGKILL'),
};

export default definePart(z.object({}))({
  deps: {},
  register(r) {
    r.http((router) => {
      router.get(
        '/.api/runaway/:how',
        async ({ params: { how } }) => {
          await HOW[how]?.();
          return { status: 204 };
        },
        { auth: 'public' },
      );
    });
  },
});
