/** The data and the types that both servers answer with. */
const people = Array.from({ length: 100 }, (_, id) => ({ id: String(id), name: `person ${id}`, boss: String((id + 1) % 100) }));

export const typeDefs = {
  hello: 'type Query { hello: String @requires(role: PUBLIC) }',
  people: `type Person { id: ID! name: String! boss: Person }
    type Query { people(first: Int = 20): [Person!]! @requires(role: PUBLIC) }`,
};

export const resolvers = {
  Query: { hello: () => 'hello', people: (_parent, { first }) => people.slice(0, first) },
  Person: { boss: (person) => people[Number(person.boss)] },
};

export const queries = { '{ hello }': '{ hello }', '20 people, nested': '{ people(first: 20) { id name boss { id name } } }' };
