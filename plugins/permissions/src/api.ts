export type { AccessCause, AccessExplanation, AccessReason } from './explain/access-explainer.js';
