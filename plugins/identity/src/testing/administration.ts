import { z } from '@sextant/sdk';

/** What the builders need of a running Sextant: the test kernel of the SDK is one. */
export interface GraphQLApi {
  graphql(
    query: string,
    variables?: Readonly<Record<string, unknown>>,
    options?: { readonly token?: string },
  ): Promise<{
    readonly data: unknown;
    readonly errors: readonly { readonly message: string; readonly extensions: Readonly<Record<string, unknown>> }[];
  }>;
}

const Failure = z.object({ errors: z.tuple([z.object({ extensions: z.object({ code: z.unknown() }) })], z.unknown()) });
const Created = z.object({ createUser: z.object({ user: z.object({ id: z.string() }) }) });
const Myself = z.object({ currentUser: z.object({ id: z.string() }) });
const Issued = z.object({ createAccessToken: z.object({ id: z.string(), token: z.string() }) });

/** The code an answer or a rejection ends with; undefined when all went well. */
export async function codeOf(work: Promise<unknown>): Promise<unknown> {
  try {
    return Failure.safeParse(await work).data?.errors[0].extensions.code;
  } catch (error) {
    return (error as { code?: unknown }).code;
  }
}

/** Asks, and gives the data. The promise rejects with the code of the first error. */
export const answers =
  (api: () => GraphQLApi) =>
  async (query: string, variables: Readonly<Record<string, unknown>> = {}, token?: string): Promise<unknown> => {
    const { data, errors } = await api().graphql(query, variables, token === undefined ? {} : { token });
    if (errors[0]) throw Object.assign(new Error(errors[0].message), { code: errors[0].extensions['code'] });
    return data;
  };

/** What a site admin does in the tests of plugins that people use: through GraphQL, as everybody else. */
export class Administration {
  #people = 0;
  readonly #answers: ReturnType<typeof answers>;

  constructor(api: () => GraphQLApi) {
    this.#answers = answers(api);
  }

  /** @returns the node id. @throws with the code of the refusal. */
  async createUser(username: string, more: { readonly email?: string } = {}): Promise<string> {
    const create = 'mutation($u:String!,$e:String){createUser(username:$u,email:$e){user{id}}}';
    const data = await this.#answers(create, { u: username, e: more.email });
    return Created.parse(data).createUser.user.id;
  }

  /** @param more.seconds how long it is good for; null: until it is revoked. @throws with the code of the refusal. */
  async createToken(
    user: string,
    more: { readonly as?: string; readonly scopes?: readonly string[]; readonly seconds?: number | null } = {},
  ): Promise<{ readonly id: string; readonly token: string }> {
    const create =
      'mutation($user:ID!,$scopes:[String!]!,$s:Int){createAccessToken(user:$user,scopes:$scopes,note:"test",durationSeconds:$s){id token}}';
    const asked = { user, scopes: more.scopes ?? ['user:all'], s: more.seconds === undefined ? 3600 : more.seconds };
    return Issued.parse(await this.#answers(create, asked, more.as)).createAccessToken;
  }

  /** A token of the local site admin with all rights: take it before `auth.providers` is set, which ends local mode. */
  async ownToken(): Promise<string> {
    const { currentUser } = Myself.parse(await this.#answers('{ currentUser { id } }'));
    return (await this.createToken(currentUser.id)).token;
  }

  /** An ordinary user with a token. */
  async aPerson(): Promise<{ readonly id: string; readonly username: string; readonly token: string }> {
    const username = `person-${++this.#people}`;
    const id = await this.createUser(username);
    return { id, username, token: (await this.createToken(id)).token };
  }
}
