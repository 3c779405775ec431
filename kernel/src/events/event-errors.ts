import { declareErrors } from '@sextant/sdk';

export const eventErrors = declareErrors({
  SEXTANT_EVENT_INVALID: {
    status: 500,
    summary: 'The payload of an event does not fit its schema, or what is published or subscribed to is no event.',
    fix: 'Correct the named field.',
  },
  SEXTANT_EVENT_TOO_LARGE: {
    status: 500,
    summary: 'The payload of an event is larger than 4 KB.',
    fix: 'Send an id, and let the listener read the rest; or use a job.',
  },
});
