import { codeHostKinds } from '@sextant/plugin-code-host/api';
import { core, definePart } from '@sextant/sdk';
import { config } from '../../config.js';
import { otherKind } from '../../other-kind.js';

export default definePart(config)({
  deps: { http: core.http },
  register(r) {
    r.contribute(codeHostKinds, ({ http }) => otherKind(http));
  },
});
