// openapi.ts: /openapi.json, made of the routes and the validators that they run.
import { z } from 'zod'
import { type Description, descriptionOf } from '../describe.ts'

type Json = { [key: string]: unknown }
type Route = { method: string; path: string; handler: unknown }

const ErrorAnswer = z
  .object({
    error: z.string().describe('the status in words'),
    message: z.string().describe('what is wrong and how to mend it'),
  })
  .meta({
    id: 'Error',
    examples: [{ error: 'Bad Request', message: 'limit: "0" is not valid; use a whole number from 1 to 1000' }],
  })

/** The description of all routes that say what they are for. */
export function openApi(routes: readonly Route[], version: string): Json {
  const schemas: Json = {}
  const error = schemaOf(ErrorAnswer, 'output', schemas)
  const paths: { [path: string]: Json } = {}
  for (const { method, path, description } of described(routes)) {
    const at = path.replace(/:([A-Za-z]+)(\{[^}]*\})?/g, '{$1}')
    paths[at] ??= {}
    paths[at][method.toLowerCase()] = operation(method, at, description, error, schemas)
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Telltale',
      version,
      description:
        'What coding agents did, as their telemetry, transcripts and hooks tell it. Times are RFC 3339 with nanoseconds; 64-bit integers are JSON numbers, exact in the text.',
    },
    paths,
    components: {
      schemas,
      securitySchemes: { bearer: { type: 'http', scheme: 'bearer', description: 'only where the server has a token' } },
    },
    security: [{}, { bearer: [] }],
  }
}

/** Routes in order, each with all that its handlers say. */
function described(routes: readonly Route[]): { method: string; path: string; description: Description }[] {
  const found = new Map<string, { method: string; path: string; description: Description }>()
  for (const { method, path, handler } of routes) {
    const said = typeof handler === 'function' ? descriptionOf(handler) : undefined
    if (!said) continue
    const key = `${method} ${path}`
    const known = found.get(key)
    if (known) Object.assign(known.description, said)
    else found.set(key, { method, path, description: { ...said } })
  }
  return [...found.values()].filter(({ method }) => method !== 'ALL')
}

function operation(method: string, path: string, description: Description, error: Json, schemas: Json): Json {
  const { summary, answer, answerType = 'application/json', body } = description
  const success = method === 'DELETE' ? '204' : description.status === 201 ? '201' : '200'
  const content =
    success === '204' ? undefined : { [answerType]: answer ? { schema: schemaOf(answer, 'output', schemas) } : {} }
  return {
    ...(summary ? { summary } : {}),
    operationId: `${method.toLowerCase()}${path.replace(/[^A-Za-z0-9]+(.)?/g, (_, next: string) => (next ?? '').toUpperCase())}`,
    parameters: [...pathParameters(path, description, schemas), ...parametersOf(description.query, 'query', schemas)],
    ...(body
      ? {
          requestBody: {
            required: true,
            content: { 'application/json': { schema: schemaOf(body, 'input', schemas) } },
          },
        }
      : {}),
    responses: {
      [success]: { description: 'done', ...(content ? { content } : {}) },
      '400': {
        description: 'a parameter or the body cannot be read',
        content: { 'application/json': { schema: error } },
      },
      default: { description: 'any other failure', content: { 'application/json': { schema: error } } },
    },
  }
}

/** What the path itself names, as its validator says, else as text. */
function pathParameters(path: string, description: Description, schemas: Json): Json[] {
  const said = parametersOf(description.path, 'path', schemas)
  const unsaid = [...path.matchAll(/\{(\w+)\}/g)]
    .map(([, name]) => name!)
    .filter((name) => !said.some((parameter) => parameter.name === name))
  return [...said, ...unsaid.map((name) => ({ name, in: 'path', required: true, schema: { type: 'string' } }))]
}

function parametersOf(schema: z.ZodType | undefined, where: 'path' | 'query', schemas: Json): Json[] {
  if (!schema) return []
  const { properties = {}, required = [] } = schemaOf(schema, 'input', schemas) as {
    properties?: { [name: string]: Json }
    required?: string[]
  }
  return Object.entries(properties).map(([name, property]) => {
    // Parameters are text that is transformed, of which zod keeps neither default nor examples; ours are under other keys.
    const { description, example, usual, ...rest } = property
    return {
      name,
      in: where,
      required: where === 'path' || required.includes(name),
      ...(description ? { description } : {}),
      ...(example === undefined ? {} : { example }),
      schema: usual === undefined ? rest : { ...rest, default: usual },
    }
  })
}

/** The JSON schema of a validator; shapes with a name of their own go to the components and are referred to. */
function schemaOf(schema: z.ZodType, io: 'input' | 'output', schemas: Json): Json {
  const {
    $schema: _,
    $defs,
    ...own
  } = z.toJSONSchema(schema, { io, unrepresentable: 'any', reused: 'inline' }) as Json & {
    $defs?: Json
  }
  for (const [name, shape] of Object.entries($defs ?? {})) schemas[name] = referring(withoutId(shape as Json))
  const id = own.id
  if (typeof id === 'string') {
    schemas[id] = referring(withoutId(own))
    return { $ref: `#/components/schemas/${id}` }
  }
  return referring(own) as Json
}

function withoutId({ id: _, ...rest }: Json): Json {
  return rest
}

/** The same schema with its references pointing to the components. */
function referring(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(referring)
  if (schema === null || typeof schema !== 'object') return schema
  return Object.fromEntries(
    Object.entries(schema)
      // Answers may gain fields.
      .filter(([key, value]) => !(key === 'additionalProperties' && value === false))
      .map(([key, value]) => [
        key,
        key === '$ref' && typeof value === 'string'
          ? value.replace('#/$defs/', '#/components/schemas/')
          : referring(value),
      ]),
  )
}
