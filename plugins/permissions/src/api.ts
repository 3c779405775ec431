export type { AccessCause, AccessExplanation, AccessReason } from './explain/access-explanation.js';
