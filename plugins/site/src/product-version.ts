/**
 * The version of the field's server whose API this one speaks: what clients such as `src` compare with. Theirs is read
 * from `productVersion`; the version of the program itself stands in `buildVersion`.
 */
export const PRODUCT_VERSION = '7.6.0';

export const buildVersion = (programVersion: string): string => `${PRODUCT_VERSION}+sextant.${programVersion.replace(/\+/g, '.')}`;
