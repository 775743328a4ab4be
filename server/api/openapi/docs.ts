// docs.ts: /docs, the description as a page that needs neither script nor network.

type Json = { [key: string]: unknown }
type Operation = {
  summary?: string
  parameters: { name: string; in: string; required: boolean; description?: string; schema: Json }[]
  requestBody?: { content: { 'application/json': { schema: Json } } }
  responses: { [status: string]: { content?: { [type: string]: { schema?: Json } } } }
}

/** The page, from what `openApi` made. */
export function docsPage(description: Json): string {
  const {
    title,
    version,
    description: text,
  } = description.info as { title: string; version: string; description: string }
  const paths = Object.entries(description.paths as { [path: string]: { [method: string]: Operation } })
  const schemas = Object.entries((description.components as { schemas: { [name: string]: Json } }).schemas)
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${escaped(title)} API</title>
<link rel="stylesheet" href="/docs/style.css">
</head>
<body>
<h1>${escaped(title)} API <small>${escaped(version)}</small></h1>
<p>${escaped(text)}</p>
<p><a href="/openapi.json">openapi.json</a></p>
${paths.flatMap(([path, methods]) => Object.entries(methods).map(([method, operation]) => section(path, method, operation))).join('\n')}
<h2 id="shapes">Shapes</h2>
${schemas.map(([name, schema]) => `<section id="${escaped(name)}"><h3>${escaped(name)}</h3>${code(schema)}</section>`).join('\n')}
</body>
</html>
`
}

function section(path: string, method: string, operation: Operation): string {
  const parameters = operation.parameters.map(
    ({ name, in: where, required, description, schema }) =>
      `<tr><td><code>${escaped(name)}</code></td><td>${escaped(where)}${required ? ', required' : ''}</td><td>${escaped(kindOf(schema))}</td><td>${escaped(description ?? '')}</td></tr>`,
  )
  const answers = Object.entries(operation.responses)
    .filter(([status]) => status.startsWith('2'))
    .map(([status, { content = {} }]) => {
      const [type, { schema }] = Object.entries(content)[0] ?? ['', {}]
      return `<p>${escaped(status)} ${escaped(type)}</p>${schema ? code(schema) : ''}`
    })
  return `<section>
<h2><code>${escaped(method.toUpperCase())} ${escaped(path)}</code></h2>
<p>${escaped(operation.summary ?? '')}</p>
${parameters.length > 0 ? `<table>${parameters.join('')}</table>` : ''}
${operation.requestBody ? `<details><summary>Body</summary>${code(operation.requestBody.content['application/json'].schema)}</details>` : ''}
<details><summary>Answer</summary>${answers.join('')}</details>
</section>`
}

function kindOf(schema: Json): string {
  if (Array.isArray(schema.enum)) return schema.enum.join(' | ')
  const kind = [schema.type, schema.format].filter((part) => typeof part === 'string').join(', ')
  return schema.default === undefined ? kind : `${kind} (${JSON.stringify(schema.default)} unless given)`
}

/** A schema as text, its references as links. */
function code(schema: Json): string {
  const text = escaped(JSON.stringify(schema, null, 2))
  return `<pre>${text.replace(/#\/components\/schemas\/(\w+)/g, '<a href="#$1">$1</a>')}</pre>`
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')
}

export const docsStyle = `:root { color-scheme: light dark }
body { font: 14px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem }
h2 { font-size: 1rem; margin: 2rem 0 0.25rem }
code, pre { font: 12px/1.5 ui-monospace, monospace }
pre { overflow-x: auto; padding: 0.5rem; border: 1px solid color-mix(in srgb, currentColor 20%, transparent) }
td { padding: 0.1rem 1rem 0.1rem 0; vertical-align: top }
p { margin: 0.25rem 0 }
`
