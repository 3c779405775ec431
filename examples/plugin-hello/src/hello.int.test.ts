import { at, startTestKernel, type TestKernel } from '@sextant/sdk/testing';
import { beforeAll, describe, expect, it } from 'vitest';
import { greetingFor } from './greeting.js';
import { forgetGreetings, greetPerson } from './jobs.js';
import manifest from './manifest.js';

let kernel: TestKernel;
beforeAll(async () => {
  kernel = await startTestKernel({ plugins: [manifest], config: { plugins: { hello: { word: 'Good day', keepFor: '1ms' } } } });
});

it('greets by name', () => {
  expect(greetingFor('Hello', 'Ada')).toBe('Hello, Ada!');
});

describe('on a running kernel', () => {
  it('greets at its route with the configured word', async () => {
    const reply = await kernel.fetch('/.api/hello/Ada');
    expect([reply.status, await reply.text()]).toEqual([200, 'Good day, Ada!']);
  });

  it('refuses a name that is too long', async () => {
    const reply = await kernel.fetch(`/.api/hello/${'a'.repeat(101)}`);
    expect(reply.status).toBe(400);
    expect(await reply.text()).toContain('SEXTANT_HELLO_NAME');
  });

  it('remembers whom it greeted, page by page, and forgets them by schedule', async () => {
    for (const name of ['Ada', 'Grace']) {
      const { errors } = await kernel.graphql('mutation ($name: String!) { greet(name: $name) }', { name });
      expect(errors).toEqual([]);
      await kernel.jobs.drain();
    }
    const page = 'query ($after: String) { greetings(first: 1, after: $after) { nodes { text } pageInfo { hasNextPage endCursor } } }';
    const first = at((await kernel.graphql(page)).data, 'greetings');
    expect(first).toMatchObject({ nodes: [{ text: 'Good day, Grace!' }], pageInfo: { hasNextPage: true } });
    const second = at((await kernel.graphql(page, { after: at(first, 'pageInfo.endCursor') })).data, 'greetings');
    expect(second).toEqual({ nodes: [{ text: 'Good day, Ada!' }], pageInfo: { hasNextPage: false, endCursor: null } });

    await kernel.jobs.enqueue(forgetGreetings, {});
    await kernel.jobs.drain();
    expect(at((await kernel.graphql('{ greetings { nodes { text } } }')).data, 'greetings.nodes')).toEqual([]);
  });

  it('takes no job without a name', async () => {
    await expect(kernel.jobs.enqueue(greetPerson, { name: '' })).rejects.toMatchObject({ code: 'SEXTANT_JOB_INVALID' });
  });
});
