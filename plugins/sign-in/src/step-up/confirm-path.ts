/** Where people who are signed in prove once more who they are. */
export const CONFIRM_PATH = '/-/confirm';
