// query.ts: a `.sql` file and two shapes make a typed function.
import {
  BIGINT,
  BOOLEAN,
  DOUBLE,
  DuckDBListValue,
  type DuckDBType,
  type DuckDBValue,
  LIST,
  VARCHAR,
} from '@duckdb/node-api'

/** One value's type: how it is bound as a parameter and how it is read from a column. */
export type Token<T> = {
  name: string
  /** The type a parameter is bound as. */
  type: DuckDBType
  nullable: boolean
  bind(value: T): DuckDBValue
  read(value: unknown): T
}

// biome-ignore lint/suspicious/noExplicitAny: a shape holds tokens of every type; Row reads each one back.
export type Shape = Record<string, Token<never> | Token<any>>
export type Row<S extends Shape> = { [K in keyof S]: S[K] extends Token<infer T> ? T : never }

/** Parameters may leave out what may be null. */
export type Arguments<S extends Shape> = {
  [K in keyof S as S[K] extends Token<infer T> ? (null extends T ? never : K) : never]: Row<S>[K]
} & {
  [K in keyof S as S[K] extends Token<infer T> ? (null extends T ? K : never) : never]?: Row<S>[K] | undefined
}

/** Anything that can run a statement: the store itself, a reader, a transaction. */
export type Runner = { all(sql: string, params?: Params): Promise<Record<string, unknown>[]> }

/** Named parameters with their types; a plain value is bound by what it is. */
export type Params = Record<string, DuckDBValue | { value: DuckDBValue; type: DuckDBType }>

export type Query<P extends Shape, R extends Shape> = ((runner: Runner, params: Arguments<P>) => Promise<Row<R>[]>) & {
  sql: string
  /** The parameters as the statement takes them. */
  bind(given: Arguments<P>): Params
  row: R
}

function token<T>(
  name: string,
  type: DuckDBType,
  read: (value: unknown) => T,
  bind: (value: T) => DuckDBValue = (value) => value as DuckDBValue,
): Token<T> {
  return { name, type, nullable: false, bind, read }
}

const wrong = (wanted: string, value: unknown): never => {
  throw new TypeError(
    `wanted ${wanted}, the database gave ${typeof value === 'bigint' ? `${value}n` : JSON.stringify(value)}`,
  )
}

export const text = token<string>('text', VARCHAR, (value) =>
  typeof value === 'string' ? value : wrong('text', value),
)
/** JSON text, passed on as it is. */
export const json = token<string>('json', VARCHAR, (value) =>
  typeof value === 'string' ? value : wrong('JSON text', value),
)
/** A whole number that a `number` holds exactly. */
export const int = token<number>(
  'int',
  BIGINT,
  (value) => (typeof value === 'bigint' || typeof value === 'number' ? Number(value) : wrong('an integer', value)),
  (value) => BigInt(Math.trunc(value)),
)
/** A 64-bit (or wider) integer, exact. */
export const big = token<bigint>('big', BIGINT, (value) =>
  typeof value === 'bigint' ? value : typeof value === 'number' ? BigInt(value) : wrong('an integer', value),
)
export const real = token<number>('real', DOUBLE, (value) =>
  typeof value === 'number' || typeof value === 'bigint' ? Number(value) : wrong('a number', value),
)
export const flag = token<boolean>('flag', BOOLEAN, (value) =>
  typeof value === 'boolean' ? value : wrong('a boolean', value),
)
/**
 * Nanoseconds since 1970. As a parameter it is bound as a BIGINT: write `make_timestamp_ns($from)` in the SQL; as a column
 * select `epoch_ns(time)`.
 */
export const time = token<bigint>('time', BIGINT, (value) =>
  typeof value === 'bigint' ? value : wrong('nanoseconds', value),
)

/** NULL as `null`. */
export function maybe<T>(of: Token<T>): Token<T | null> {
  return {
    name: `maybe ${of.name}`,
    type: of.type,
    nullable: true,
    bind: (value) => (value === null || value === undefined ? null : of.bind(value)),
    read: (value) => (value === null || value === undefined ? null : of.read(value)),
  }
}

/** A list of values; NULL reads as an empty list. */
export function list<T>(of: Token<T>): Token<T[]> {
  return {
    name: `list of ${of.name}`,
    type: LIST(of.type),
    nullable: false,
    bind: (value) => new DuckDBListValue(value.map((item) => of.bind(item))),
    read: (value) =>
      value === null || value === undefined
        ? []
        : Array.isArray(value)
          ? value.map((item) => of.read(item))
          : wrong('a list', value),
  }
}

/**
 * Makes a typed function of a statement with named parameters (`$from`). Columns are checked against the row's shape when
 * they are read: a missing column or a value of another type is a bug and throws.
 */
export function query<P extends Shape, R extends Shape>(sql: string, params: P, row: R): Query<P, R> {
  const names = Object.keys(row)
  const used = Object.keys(params).filter((name) => new RegExp(`\\$${name}\\b`).test(sql))
  const bind = (given: Arguments<P>): Params => {
    const bound: Params = {}
    for (const name of used) {
      const of = params[name] as Token<unknown>
      bound[name] = { value: of.bind((given as Record<string, unknown>)[name]), type: of.type }
    }
    return bound
  }
  const run = async (runner: Runner, given: Arguments<P>): Promise<Row<R>[]> => {
    const rows = await runner.all(sql, bind(given))
    return rows.map((raw) => {
      const read: Record<string, unknown> = {}
      for (const name of names) {
        try {
          read[name] = (row[name] as Token<unknown>).read(raw[name])
        } catch (error) {
          throw new TypeError(`column ${name}: ${(error as Error).message}`)
        }
      }
      return read as Row<R>
    })
  }
  return Object.assign(run, { sql, bind, row })
}
