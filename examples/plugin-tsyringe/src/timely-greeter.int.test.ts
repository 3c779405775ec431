import manifest from '@sextant/example-plugin-tsyringe';
import { startTestKernel, TestClock, type TestKernel } from '@sextant/sdk/testing';
import { beforeAll, expect, it } from 'vitest';
import { greeter } from './api.js';

let kernel: TestKernel;
const clock = new TestClock(new Date('2026-01-01T07:00:00Z'));
beforeAll(async () => {
  kernel = await startTestKernel({ plugins: [manifest], clock });
});

it('greets by the time of day', async () => {
  expect((await kernel.graphql('{ timelyGreeting(name: "Ada") }')).data).toEqual({ timelyGreeting: 'Good morning, Ada!' });
  clock.jump(12 * 3_600_000);
  expect((await kernel.graphql('{ timelyGreeting(name: "Ada") }')).data).toEqual({ timelyGreeting: 'Good evening, Ada!' });
});

it('disposes its classes when it is switched off, and makes new ones when it is switched on', async () => {
  const before = kernel.service(greeter);
  const { count } = before.greet('Ada');
  expect(before.greet('Ada').count).toBe(count + 1);
  await kernel.kernel.switchboard.disable('timely-greeter');
  expect(before.greet('Ada').count).toBe(1);
  await kernel.kernel.switchboard.enable('timely-greeter');
  const after = kernel.service(greeter);
  expect(after).not.toBe(before);
  expect(after.greet('Ada').count).toBe(1);
});
