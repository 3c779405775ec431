/** Names the sign-in that waits for a second factor. */
export const PENDING_COOKIE = 'sgp';
/** Where the second factor is given. */
export const SECOND_FACTOR_PAGE = '/-/sign-in/second-factor';
