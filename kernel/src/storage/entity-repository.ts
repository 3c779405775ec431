import { type Repository, SextantError, type Where } from '@sextant/sdk';
import type { QueryDeepPartialEntity } from 'typeorm';
import {
  type FindOptionsOrder,
  type FindOptionsWhere,
  In,
  IsNull,
  type ObjectLiteral,
  type Repository as TypeOrmRepository,
} from 'typeorm';
import { storageFailure } from './storage-failure.js';

/** Runs work with TypeORM's repository when its turn has come, on the right connection. */
export type UseRepository<E extends ObjectLiteral> = <R>(work: (repository: TypeOrmRepository<E>) => Promise<R>) => Promise<R>;

/** The SDK's repository over TypeORM's. `use` runs work with the latter when its turn has come, on the right connection. */
export class EntityRepository<E extends ObjectLiteral> implements Repository<E> {
  constructor(
    private readonly entity: string,
    private readonly use: UseRepository<E>,
  ) {}

  find(where?: Where<E>, options: NonNullable<Parameters<Repository<E>['find']>[1]> = {}): Promise<E[]> {
    return this.#run((repository) =>
      repository.find({
        ...(where === undefined ? {} : { where: this.#condition(where) }),
        ...(options.orderBy === undefined ? {} : { order: options.orderBy as FindOptionsOrder<E> }),
        ...(options.limit === undefined ? {} : { take: options.limit }),
        ...(options.offset === undefined ? {} : { skip: options.offset }),
      }),
    );
  }

  findOne(where: Where<E>): Promise<E | undefined> {
    return this.#run(async (repository) => (await repository.findOneBy(this.#condition(where))) ?? undefined);
  }

  insert(values: Partial<E> | readonly Partial<E>[]): Promise<E[]> {
    return this.#run(async (repository) => {
      const entities = this.#rows(values).map((row) => repository.create(row as E));
      if (entities.length === 0) return [];
      // Every column comes back: defaults of the database that the entity does not name are part of the row too.
      await repository
        .createQueryBuilder()
        .insert()
        .values(entities as QueryDeepPartialEntity<E>[])
        .returning('*')
        .execute();
      return entities;
    });
  }

  upsert(values: Partial<E> | readonly Partial<E>[], key: readonly (keyof E & string)[]): Promise<void> {
    return this.#run(async (repository) => {
      const rows = this.#rows(values);
      if (rows.length > 0) await repository.upsert(rows as QueryDeepPartialEntity<E>[], { conflictPaths: [...key] });
    });
  }

  update(where: Where<E>, values: Partial<E>): Promise<number> {
    return this.#run(async (repository) => {
      const result = await repository
        .createQueryBuilder()
        .update()
        .set(values as QueryDeepPartialEntity<E>)
        .where(this.#narrow('update', where))
        .execute();
      return result.affected ?? 0;
    });
  }

  delete(where: Where<E>): Promise<number> {
    return this.#run(async (repository) => {
      const result = await repository.createQueryBuilder().delete().where(this.#narrow('delete', where)).execute();
      return result.affected ?? 0;
    });
  }

  count(where?: Where<E>): Promise<number> {
    return this.#run((repository) => repository.count(where === undefined ? {} : { where: this.#condition(where) }));
  }

  async #run<R>(work: (repository: TypeOrmRepository<E>) => Promise<R>): Promise<R> {
    try {
      return await this.use(work);
    } catch (error) {
      throw storageFailure(error);
    }
  }

  #rows(values: Partial<E> | readonly Partial<E>[]): readonly Partial<E>[] {
    return Array.isArray(values) ? values : [values as Partial<E>];
  }

  /** `undefined` in a condition is a forgotten value; left out, it would widen a delete to every row. */
  #condition(where: Where<E>): FindOptionsWhere<E> {
    const entries = Object.entries(where).map(([column, value]) => {
      if (value === undefined)
        throw new SextantError('SEXTANT_STORAGE_WHERE', {
          what: `The condition on ${this.entity}.${column} is undefined.`,
          fix: 'Give a value, an array of values or null.',
        });
      return [column, value === null ? IsNull() : Array.isArray(value) ? In(value) : value];
    });
    return Object.fromEntries(entries) as FindOptionsWhere<E>;
  }

  #narrow(verb: string, where: Where<E>): FindOptionsWhere<E> {
    if (Object.keys(where).length === 0)
      throw new SextantError('SEXTANT_STORAGE_WHERE', {
        what: `An empty condition would ${verb} every row of ${this.entity}.`,
        fix: 'Name the rows, or use query().',
      });
    return this.#condition(where);
  }
}
