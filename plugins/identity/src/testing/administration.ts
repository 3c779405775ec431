/** What tests need of a running Sextant. */
interface Api {
  graphql(
    query: string,
    variables?: Readonly<Record<string, unknown>>,
    options?: { readonly token?: string },
  ): Promise<{
    // biome-ignore lint/suspicious/noExplicitAny: the query says what comes back
    readonly data: any;
    readonly errors: readonly { readonly message: string; readonly extensions: Readonly<Record<string, unknown>> }[];
  }>;
}

/** The code an answer or a rejection ends with; undefined when all went well. */
export async function codeOf(work: Promise<unknown>): Promise<unknown> {
  try {
    return ((await work) as Partial<Awaited<ReturnType<Api['graphql']>>> | undefined)?.errors?.[0]?.extensions['code'];
  } catch (error) {
    return (error as { code?: unknown }).code;
  }
}

/** What a site admin does in the tests: through GraphQL, as everybody else. */
export class Administration {
  #people = 0;

  constructor(private readonly api: () => Api) {}

  /** @returns the node id. */
  async createUser(username: string, more: { readonly email?: string } = {}): Promise<string> {
    const { data } = await this.api().graphql('mutation($u:String!,$e:String){createUser(username:$u,email:$e){user{id}}}', {
      u: username,
      e: more.email,
    });
    return data.createUser.user.id;
  }

  async createToken(
    user: string,
    more: { readonly as?: string; readonly scopes?: readonly string[]; readonly seconds?: number | null } = {},
  ): Promise<{ readonly id: string; readonly token: string }> {
    const { data, errors } = await this.api().graphql(
      'mutation($user:ID!,$scopes:[String!]!,$s:Int){createAccessToken(user:$user,scopes:$scopes,note:"test",durationSeconds:$s){id token}}',
      { user, scopes: more.scopes ?? ['user:all'], s: more.seconds === undefined ? 3600 : more.seconds },
      { token: more.as },
    );
    if (errors[0]) throw Object.assign(new Error(errors[0].message), { code: errors[0].extensions['code'] });
    return data.createAccessToken;
  }

  /** An ordinary user with a token. */
  async aPerson(): Promise<{ readonly id: string; readonly username: string; readonly token: string }> {
    const username = `person-${++this.#people}`;
    const id = await this.createUser(username);
    return { id, username, token: (await this.createToken(id)).token };
  }
}
