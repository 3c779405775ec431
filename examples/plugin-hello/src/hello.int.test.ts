import { startTestKernel } from '@sextant/sdk/testing';
import { expect, it } from 'vitest';
import manifest from './manifest.js';

it('greets with the configured word, by a job, and remembers it', async () => {
  const kernel = await startTestKernel({ plugins: [manifest], config: { plugins: { hello: { word: 'Good day' } } } });
  expect((await kernel.graphql('mutation { greet(name: "Ada") }')).errors).toEqual([]);
  await kernel.jobs.drain();
  expect((await kernel.graphql('{ greetings }')).data).toEqual({ greetings: ['Good day, Ada!'] });
});
