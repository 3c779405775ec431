import { injectable, use } from '@sextant/sdk/tsyringe';
import type { Greeter } from './api.js';
import { GreetingCount } from './greeting-count.js';
import { TimeOfDay } from './time-of-day.js';

@injectable()
export class TimelyGreeter implements Greeter {
  constructor(
    @use(TimeOfDay) private readonly time: TimeOfDay,
    @use(GreetingCount) private readonly greetings: GreetingCount,
  ) {}

  greet(name: string): { readonly text: string; readonly count: number } {
    return { text: `Good ${this.time.now()}, ${name}!`, count: this.greetings.next() };
  }
}
