// compile-windows.ts: @pydantic/genai-prices → context-windows.gen.ts. Run by hand after an update of the package:
// `bun server/ingest/prices/compile-windows.ts`. A test holds the generated file to the installed package.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { findProvider } from '@pydantic/genai-prices'
import { packageVersion, providerIds } from './compile-base.ts'

/** The text of context-windows.gen.ts: `provider model tokens`, a model a line. */
export function generatedWindows(): string {
  const lines = providerIds().flatMap((id) =>
    (findProvider({ providerId: id })?.models ?? []).flatMap((model) =>
      model.context_window === undefined ? [] : [`${id} ${model.id} ${model.context_window}`],
    ),
  )
  const table = lines.join('\n')
  if (table.includes('`') || table.includes('${')) throw new Error('the table cannot be written as a raw template')
  return `// context-windows.gen.ts: @pydantic/genai-prices ${packageVersion()} (MIT), by compile-windows.ts; never edited.
export const windowLines = String.raw\`${table}\`
`
}

if (import.meta.main) writeFileSync(join(import.meta.dir, 'context-windows.gen.ts'), generatedWindows())
