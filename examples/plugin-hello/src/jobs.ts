import { defineJob, z } from '@sextant/sdk';

export const greetPerson = defineJob('hello.greet-person', { payload: z.object({ name: z.string().min(1).max(100) }) });

/** A schedule's job has an empty payload. */
export const forgetGreetings = defineJob('hello.forget-greetings', { payload: z.object({}) });
