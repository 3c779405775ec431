import { definePart, definePlugin, type Manifest, type Registrar, z } from '@sextant/sdk';

const config = z.object({});

/** A plugin of a test: all there is of it is what its `api` part registers, which needs nothing. */
export const smallPlugin = (id: string, register: (r: Registrar<Record<never, never>, typeof config>) => void): Manifest =>
  definePlugin({
    id,
    version: '1.0.0',
    title: id,
    summary: 'A plugin of a test.',
    engines: { kernel: '^1.0.0' },
    toggle: 'always-on',
    config,
    parts: { api: async () => ({ default: definePart(config)({ deps: {}, register }) }) },
  });
