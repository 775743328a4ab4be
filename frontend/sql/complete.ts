// complete.ts: what can be completed in a statement beyond tables and keywords: columns without their table, and functions.
import type { Completion, CompletionContext, CompletionResult } from '@codemirror/autocomplete'
import type { SqlAnswer } from '../lib/shapes.ts'

export type Vocabulary = {
  /** Columns by table, for `table.column`. */
  tables: Record<string, Completion[]>
  functions: Completion[]
}

/** Of the rows of `information_schema.columns` (table, column, type) and of `duckdb_functions()` (name, kind, description). */
export function vocabularyOf(columns: SqlAnswer, functions: SqlAnswer | undefined): Vocabulary {
  const tables: Vocabulary['tables'] = {}
  for (const [table, column, type] of columns.rows) {
    const named = tables[String(table)] ?? []
    named.push({ label: String(column), type: 'property', detail: String(type).toLowerCase() })
    tables[String(table)] = named
  }
  return {
    tables,
    functions: (functions?.rows ?? []).map(([name, kind, description]) => ({
      label: String(name),
      type: 'function',
      detail: kind === 'scalar' ? '()' : String(kind),
      apply: `${name}(`,
      ...(typeof description === 'string' && description !== '' ? { info: description } : {}),
    })),
  }
}

/** The columns of the tables that a statement names; of all tables while it names none. */
export function columnsIn(statement: string, tables: Vocabulary['tables']): Completion[] {
  const words = new Set(statement.toLowerCase().match(/[a-z_]\w*/g))
  const named = Object.keys(tables).filter((table) => words.has(table))
  const unique = new Map<string, Completion>()
  for (const table of named.length > 0 ? named : Object.keys(tables))
    for (const column of tables[table] ?? []) if (!unique.has(column.label)) unique.set(column.label, column)
  return [...unique.values()]
}

/** Completes columns and functions where a name begins; `table.` is lang-sql's own. */
export function completeNames(vocabulary: Vocabulary) {
  return (context: CompletionContext): CompletionResult | null => {
    const word = context.matchBefore(/[A-Za-z_]\w*/)
    if (!word && !context.explicit) return null
    const from = word?.from ?? context.pos
    if (context.state.sliceDoc(Math.max(0, from - 1), from) === '.') return null
    const statement = context.state.doc.toString()
    return {
      from,
      options: [
        ...columnsIn(statement, vocabulary.tables).map((column) => ({ ...column, boost: 2 })),
        ...vocabulary.functions.map((one) => ({ ...one, boost: -1 })),
      ],
      validFor: /^\w*$/,
    }
  }
}
