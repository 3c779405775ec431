import type { AuditActor, User } from '@sextant/plugin-identity/api';
import type { FormBody } from '../pages/form-body.js';
import type { Html } from '../pages/html.js';

/** A way in which somebody who is signed in proves once more who they are, by what they know or have. */
export interface ConfirmationMethod {
  /** Names the method in the form that is posted, such as `password`. */
  readonly id: string;
  /** It is a second factor: where the user has one, methods that are none are not offered. */
  readonly secondFactor?: boolean;
  /** Its form needs the script of the passkeys. */
  readonly usesPasskeyScript?: boolean;
  /** Whether the user has it at present. Methods are offered in the order of the list. */
  available(user: Pick<User, 'id'>): Promise<boolean>;
  /** The fields and the button; the page puts them into a form that carries `method` and `returnTo`. */
  form(user: User): Html | Promise<Html>;
  /** Returns if what was filled in proves that it is the user. @throws a coded error, shown on the page, if it does not. */
  verify(user: User, form: FormBody, who: AuditActor, cookieHeader: string | undefined): Promise<void>;
}
