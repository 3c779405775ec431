/** What tests need of a running Sextant. */
interface Api {
  graphql(
    query: string,
    variables?: Readonly<Record<string, unknown>>,
  ): Promise<{
    // biome-ignore lint/suspicious/noExplicitAny: the query says what comes back
    readonly data: any;
    readonly errors: readonly { readonly extensions: Readonly<Record<string, unknown>> }[];
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

/** Ordinary users, made by the local site admin. */
export class People {
  #count = 0;

  constructor(private readonly api: () => Api) {}

  async aPerson(): Promise<{ readonly id: string; readonly username: string; readonly token: string }> {
    const username = `person-${++this.#count}`;
    const created = await this.api().graphql('mutation($u:String!){createUser(username:$u){user{id}}}', { u: username });
    const { id } = created.data.createUser.user;
    const issued = await this.api().graphql('mutation($user:ID!){createAccessToken(user:$user,scopes:["user:all"],note:"test"){token}}', {
      user: id,
    });
    return { id, username, token: issued.data.createAccessToken.token };
  }
}
