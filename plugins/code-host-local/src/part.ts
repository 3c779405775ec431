import { codeHostKinds } from '@sextant/plugin-code-host/api';
import { definePart } from '@sextant/sdk';
import { config } from './config.js';
import { localKind } from './local-kind.js';

export default definePart(config)({
  deps: {},
  register(r) {
    r.contribute(codeHostKinds, (_deps, ctx) => localKind({ ...ctx.config.get(), log: ctx.log, signal: ctx.signal }));
  },
});
