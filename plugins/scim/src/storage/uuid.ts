const UUID = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/;

/** In the form in which ids are given out: no other text is one. */
export const isUuid = (text: string): boolean => UUID.test(text);
