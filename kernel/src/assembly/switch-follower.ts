import { type Remote, ROLES, serviceToken, z } from '@sextant/sdk';
import type { ProcessState } from '../lifecycle/process-state.js';
import type { SwitchState } from './switch-table.js';

/** What a process without a database offers to those with one: they tell it the switches, and it says how its plugins are. */
export interface SwitchFollower {
  /** Answers within about a second: with what the switches have done, where they were quick. */
  tell(options: {
    readonly revision: number;
    readonly switches: Readonly<Record<string, boolean>>;
    readonly signal?: AbortSignal;
  }): Promise<ProcessState>;
}

// Asked by address and never by role: a process of any role may serve it.
const remote: Remote<SwitchFollower> = { role: 'git', methods: { tell: 'call' } };
export const switchFollower = serviceToken<SwitchFollower>('core.switch-follower@1', { remote });

/** What crosses, checked: the other side may be of another version. */
export const toldSwitches = z.object({ revision: z.number(), switches: z.record(z.string(), z.boolean()) });
export const saidState = z.object({
  instance: z.string().max(300),
  roles: z.array(z.enum(ROLES)),
  plugins: z
    .array(
      z.object({
        id: z.string(),
        state: z.enum(['disabled', 'incompatible', 'blocked', 'failed', 'degraded', 'active']),
        phase: z.string().nullable(),
        reason: z.string().nullable(),
        code: z.string().nullable(),
      }),
    )
    .max(1_000),
});

export const asTold = ({ revision, switches }: SwitchState) => ({ revision, switches: Object.fromEntries(switches) });
export const asState = ({ revision, switches }: z.output<typeof toldSwitches>): SwitchState => ({
  revision,
  switches: new Map(Object.entries(switches)),
});
