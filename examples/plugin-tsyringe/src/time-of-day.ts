import { type Clock, core } from '@sextant/sdk';
import { injectable, use } from '@sextant/sdk/tsyringe';

@injectable()
export class TimeOfDay {
  constructor(@use(core.clock) private readonly clock: Clock) {}

  now(): 'morning' | 'afternoon' | 'evening' {
    const hour = this.clock.now().getUTCHours();
    return hour < 12 ? 'morning' : hour < 18 ? 'afternoon' : 'evening';
  }
}
