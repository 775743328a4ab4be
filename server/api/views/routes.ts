// routes.ts: /api/views: views of the page, saved by name. A view is its address, so a saved one is a link with a name.
import { Hono } from 'hono'
import { z } from 'zod'
import type { TableWriter } from '../../store/append.ts'
import { query, type Runner, text, time } from '../../store/query.ts'
import type { ApiDeps } from '../deps.ts'
import { about, describeWith } from '../describe.ts'
import { badRequest, notFound } from '../errors.ts'
import { exactly } from '../exactly.ts'
import { created, send, type Wire } from '../json.ts'
import { bodyOf, pathOf, requiredText } from '../params.ts'
import { formatTime, nowNano } from '../time.ts'
import viewsSql from './views.sql' with { type: 'text' }

const viewsMax = 500

const name = requiredText.pipe(z.string().trim().min(1, 'is empty').max(120, 'is longer than 120 characters'))
const path = requiredText
  .pipe(z.string().max(8000, 'is longer than 8000 characters'))
  .refine((given) => isOurs(given), 'is not an address of this page; use one that begins with a single /')
  .describe('path and query of the page')
const ViewBody = exactly({ name, path })
const ViewChange = exactly({ name: name.optional(), path: path.optional() }).refine(
  (given) => given.name !== undefined || given.path !== undefined,
  'give a name, a path or both',
)

const View = z
  .object({ id: z.string(), name: z.string(), path: z.string(), createdAt: z.string() })
  .meta({ id: 'SavedView' })
const ViewList = z.object({ views: z.array(View) })
type ViewList = z.infer<typeof ViewList>

type Stored = { id: string; name: string; path: string; createdUnixNano: bigint }

const listViews = query(viewsSql, {}, { id: text, name: text, path: text, created_at: time })
const removeView = query('delete from saved_views where id = $id returning id', { id: text }, { id: text })
const writer: TableWriter<Stored> = {
  table: 'saved_views',
  columns: [
    { name: 'id', type: 'text', take: ({ id }) => id },
    { name: 'name', type: 'text', take: ({ name }) => name },
    { name: 'path', type: 'text', take: ({ path }) => path },
    { name: 'created_at', type: 'time', take: ({ createdUnixNano }) => createdUnixNano },
  ],
}

async function readViews(runner: Runner): Promise<Stored[]> {
  return (await listViews(runner, {})).map(({ created_at, ...view }) => ({ ...view, createdUnixNano: created_at }))
}

const shown = ({ createdUnixNano, ...view }: Stored) => ({ ...view, createdAt: formatTime(createdUnixNano) })

/** An address within the page; never one that a browser takes for another host's. */
function isOurs(given: string): boolean {
  try {
    return given.startsWith('/') && new URL(given, 'http://page').host === 'page'
  } catch {
    return false
  }
}

const idPath = pathOf(z.object({ id: requiredText }))
const missing = (id: string) => notFound(`there is no view ${JSON.stringify(id)}; GET /api/views lists those there are`)

export function viewsRoutes({ store }: ApiDeps) {
  return new Hono()
    .get('/api/views', about('The saved views of the page', ViewList), async (c) =>
      send<ViewList>(c, { views: (await readViews(store)).map(shown) as Wire<ViewList['views']> }),
    )
    .post(
      '/api/views',
      describeWith({ summary: 'Saves a view by name', answer: View, status: 201 }, async (_c, next) => next()),
      bodyOf(ViewBody),
      async (c) => {
        const view = { ...c.req.valid('json'), id: crypto.randomUUID(), createdUnixNano: nowNano() }
        await store.transaction(async (tx) => {
          if ((await readViews(tx)).length >= viewsMax)
            throw badRequest(`there are ${viewsMax} views already; delete one first`)
          await tx.append(writer, [view])
        })
        return created(c, shown(view))
      },
    )
    .put(
      '/api/views/:id',
      about('Renames a view, or gives it another address', View),
      idPath,
      bodyOf(ViewChange),
      async (c) => {
        const { id } = c.req.valid('param')
        const { name: newName, path: newPath } = c.req.valid('json')
        const changed = await store.transaction(async (tx) => {
          const before = (await readViews(tx)).find((view) => view.id === id)
          if (!before) throw missing(id)
          const after = { ...before, name: newName ?? before.name, path: newPath ?? before.path }
          await removeView(tx, { id })
          await tx.append(writer, [after])
          return after
        })
        return send<z.infer<typeof View>>(c, shown(changed))
      },
    )
    .delete('/api/views/:id', about('Deletes a view'), idPath, async (c) => {
      const { id } = c.req.valid('param')
      if ((await store.transaction((tx) => removeView(tx, { id }))).length === 0) throw missing(id)
      return c.body(null, 204)
    })
}
