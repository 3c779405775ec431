export { type CodeHostScene, codeHostKindContract } from './code-host-kind-contract.js';
export { type ConnectedSextant, connectSextant } from './connected-sextant.js';
export { BY_IDENTITY_PROVIDER, describeWhoDecides } from './describe-who-decides.js';
export { type EnforcedSextant, enforceSextant, type KnownAs } from './enforced-sextant.js';
export { fakeHostPlugin } from './fake-host-plugin.js';
export { aUser, FakeHost, FakePermissions, found } from './fakes.js';
export { gitBackend } from './git-backend.js';
export { type HostFault, HostFaults, LISTING_FAULTS, type ListingFault, PASSING_FAULTS, STAYING_FAULTS } from './host-faults.js';
export { failureOf, kindOnHost } from './kind-on-host.js';
export { type LeakMatrix, type LeakSurface, leakMatrix, leaksIn, lossesIn, type MatrixCell, type MatrixRepository } from './leak-matrix.js';
export { describeMirroredHost, type MirroredHostScene } from './mirrored-host.js';
export {
  type FakeAnswer,
  type FakeDelivery,
  type FakeEntry,
  fakePage,
  ProtocolServer,
  RequestWindow,
  signatureOf,
} from './protocol-server.js';
export { testHostClients } from './test-host-clients.js';
