// table-functions.ts: what a user's statement may read from beside tables: functions that only read.
import type { Reader } from '../../store/store.ts'
import { badRequest } from '../errors.ts'

/**
 * In FROM the database offers functions that do things, and does them while it prepares: `checkpoint()` moves the log into the
 * file past our own guard against kills, `enable_logging(storage = 'file')` took the whole process down (DuckDB 1.5.5),
 * `enable_profiling` and `enable_peg_parser` change how every later statement runs. Others take a statement as a text, in which
 * these would not be seen. A test asks the database for all that it has: a new version's are refused until they stand here.
 */
const reading = new Set([
  'duckdb_approx_database_count',
  'duckdb_columns',
  'duckdb_connection_count',
  'duckdb_constraints',
  'duckdb_coordinate_systems',
  'duckdb_databases',
  'duckdb_dependencies',
  'duckdb_extensions',
  'duckdb_external_file_cache',
  'duckdb_functions',
  'duckdb_indexes',
  'duckdb_keywords',
  'duckdb_memory',
  'duckdb_optimizers',
  'duckdb_prepared_statements',
  'duckdb_schemas',
  'duckdb_secret_types',
  'duckdb_sequences',
  'duckdb_settings',
  'duckdb_table_sample',
  'duckdb_tables',
  'duckdb_temporary_files',
  'duckdb_types',
  'duckdb_variables',
  'duckdb_views',
  'generate_series',
  'glob',
  'histogram',
  'histogram_samples',
  'histogram_values',
  'icu_calendar_names',
  'json_each',
  'json_tree',
  'number_samples',
  'parquet_bloom_probe',
  'parquet_file_metadata',
  'parquet_full_metadata',
  'parquet_kv_metadata',
  'parquet_metadata',
  'parquet_scan',
  'parquet_schema',
  'pg_timezone_names',
  'pragma_collations',
  'pragma_database_size',
  'pragma_metadata_info',
  'pragma_platform',
  'pragma_show',
  'pragma_storage_info',
  'pragma_table_info',
  'pragma_user_agent',
  'pragma_version',
  'query_table',
  'range',
  'read_blob',
  'read_csv',
  'read_csv_auto',
  'read_json',
  'read_json_auto',
  'read_json_objects',
  'read_json_objects_auto',
  'read_ndjson',
  'read_ndjson_auto',
  'read_ndjson_objects',
  'read_parquet',
  'read_text',
  'repeat',
  'repeat_row',
  'sniff_csv',
  'sql_auto_complete',
  'summary',
  'test_all_types',
  'test_vector_types',
  'unnest',
])

/**
 * Refuses a statement that reads from any other function, by the tree that the database's own parser makes of it: nothing of it
 * is prepared for that, and no spelling of a name hides one.
 *
 * @throws ApiError that names the function
 */
export async function onlyReadingFunctions(reader: Reader, sql: string): Promise<void> {
  const [row] = await reader.all('select json_serialize_sql($sql::varchar)::varchar as tree', { sql })
  const tree = treeOf(String(row?.tree))
  // What cannot be parsed cannot be prepared either, which says where it is wrong.
  if (tree.error === true && tree.error_type === 'parser') return
  if (tree.error === true) throw badRequest('sql: is not a SELECT; only reading is allowed here')
  for (const name of tableFunctions(tree))
    if (!reading.has(name.toLowerCase()))
      throw badRequest(`sql: ${name}() cannot be read from here; only functions that read are allowed`)
}

/** A number beyond all others, such as 1e400, stands in the tree as no JSON has it. */
function treeOf(text: string): { error?: unknown; error_type?: unknown } {
  const json = text.replace(/"(?:[^"\\]|\\.)*"|-?\b(?:Infinity|NaN)\b/g, (token) => (token[0] === '"' ? token : 'null'))
  try {
    return JSON.parse(json)
  } catch {
    throw badRequest('sql: cannot be looked through; say it in another way')
  }
}

/** The names of the functions that are read from, wherever they stand in a tree. */
function* tableFunctions(tree: unknown): Generator<string> {
  const open = [tree]
  while (open.length > 0) {
    const node = open.pop()
    if (typeof node !== 'object' || node === null) continue
    const { type, function: called } = node as { type?: unknown; function?: { function_name?: unknown } }
    if (type === 'TABLE_FUNCTION') yield String(called?.function_name)
    for (const part of Object.values(node)) open.push(part)
  }
}
