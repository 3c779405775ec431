import { serviceToken } from '@sextant/sdk';

export const echo = serviceToken('bench.echo@1', { remote: { role: 'git', methods: { say: 'call', count: 'stream', bytes: 'bytes' } } });

const nothing = () => {};
export const silent = { debug: nothing, info: nothing, warn: nothing, error: nothing, child: () => silent };
