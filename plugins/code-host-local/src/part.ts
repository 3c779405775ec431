import { codeHostKinds } from '@sextant/plugin-code-host/api';
import { core, definePart } from '@sextant/sdk';
import { config } from './config.js';
import { localKind } from './local-kind.js';

export default definePart(config)({
  deps: { process: core.process },
  register(r) {
    r.contribute(codeHostKinds, ({ process: { dataFolders } }, ctx) =>
      localKind({ ...ctx.config.get(), log: ctx.log, signal: ctx.signal, dataFolders }),
    );
  },
});
