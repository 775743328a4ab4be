// routes.ts: /api/dashboards: what a person put together of widgets.
import { Hono } from 'hono'
import { z } from 'zod'
import type { ApiDeps } from '../deps.ts'
import { about, describeWith } from '../describe.ts'
import { badRequest, notFound } from '../errors.ts'
import { created, send } from '../json.ts'
import { bodyOf, pathOf } from '../params.ts'
import { madeNano } from '../time.ts'
import { defaultDescription, defaultName, defaultWidgets } from './default.ts'
import { readDashboards, readWhole, remove, type StoredWidget, save, type Whole } from './keep.ts'
import {
  Dashboard,
  DashboardChange,
  DashboardList,
  dashboardOf,
  NewDashboard,
  NewWidget,
  Positions,
  Widget,
  WidgetChange,
  widgetOf,
} from './shape.ts'

const widgetsMax = 200

const idPath = pathOf(z.object({ id: z.string() }))
const widgetPath = pathOf(z.object({ id: z.string(), widgetId: z.string() }))
const aboutNew = (summary: string, answer: z.ZodType) =>
  describeWith({ summary, answer, status: 201 }, async (_: unknown, next: () => Promise<void>) => {
    await next()
  })

const noDashboard = (id: string) =>
  notFound(`there is no dashboard ${JSON.stringify(id)}; /api/dashboards lists those there are`)
const noWidget = (id: string) => notFound(`there is no widget ${JSON.stringify(id)} on this dashboard`)

function newWidget(given: NewWidget, now: bigint): StoredWidget {
  const { config, ...rest } = given
  return { id: crypto.randomUUID(), ...rest, config: JSON.stringify(config ?? {}), createdAt: now, updatedAt: now }
}

function newDashboard(given: z.infer<typeof NewDashboard>): Whole {
  const { widgets, description, name, isDefault } = given
  const now = madeNano()
  return {
    dashboard: {
      id: crypto.randomUUID(),
      name,
      description: description || undefined,
      isDefault,
      createdAt: now,
      updatedAt: now,
    },
    widgets: widgets.map((widget) => newWidget(widget, now)),
  }
}

/** Those fields that were given. */
function given<T extends object>(fields: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as never
}

export function dashboardsRoutes({ store }: ApiDeps) {
  /** Reads a dashboard, lets `work` change it, and writes it; all of it or nothing. */
  async function change<T>(id: string, work: (whole: Whole, now: bigint) => T): Promise<[T, Whole]> {
    return store.transaction(async (tx) => {
      const whole = await readWhole(tx, { id })
      if (!whole) throw noDashboard(id)
      const now = madeNano()
      const result = work(whole, now)
      whole.dashboard.updatedAt = now
      await save(tx, whole)
      return [result, (await readWhole(tx, { id }))!]
    })
  }

  async function theDefault(): Promise<Whole> {
    const found = await readWhole(store, { isDefault: true })
    if (found) return found
    return store.transaction(async (tx) => {
      // Another first question may have been quicker.
      const other = await readWhole(tx, { isDefault: true })
      if (other) return other
      const made = newDashboard({
        name: defaultName,
        description: defaultDescription,
        isDefault: true,
        widgets: [...defaultWidgets],
      })
      await save(tx, made)
      return made
    })
  }

  return new Hono()
    .get(
      '/api/dashboards',
      about('The dashboards there are, without their widgets; a default one is always among them', DashboardList),
      async (c) => {
        let dashboards = await readDashboards(store)
        if (!dashboards.some(({ isDefault }) => isDefault)) {
          await theDefault()
          dashboards = await readDashboards(store)
        }
        return send<DashboardList>(c, { dashboards: dashboards.map((one) => dashboardOf(one)) })
      },
    )
    .post('/api/dashboards', aboutNew('Makes a dashboard', Dashboard), bodyOf(NewDashboard), async (c) => {
      const made = newDashboard(c.req.valid('json'))
      await store.transaction((tx) => save(tx, made))
      return created(c, dashboardOf(made.dashboard, made.widgets))
    })
    .get(
      '/api/dashboards/default',
      about('The default dashboard; the server makes one when there is none', Dashboard),
      async (c) => {
        const { dashboard, widgets } = await theDefault()
        return send<Dashboard>(c, dashboardOf(dashboard, widgets))
      },
    )
    .get('/api/dashboards/:id', about('A dashboard with its widgets', Dashboard), idPath, async (c) => {
      const { id } = c.req.valid('param')
      const whole = await readWhole(store, { id })
      if (!whole) throw noDashboard(id)
      return send<Dashboard>(c, dashboardOf(whole.dashboard, whole.widgets))
    })
    .put(
      '/api/dashboards/:id',
      about('Changes what is given of a dashboard', Dashboard),
      idPath,
      bodyOf(DashboardChange),
      async (c) => {
        const { description, ...rest } = c.req.valid('json')
        const [, { dashboard, widgets }] = await change(c.req.valid('param').id, ({ dashboard }) => {
          Object.assign(dashboard, given(rest))
          if (description !== undefined) dashboard.description = description || undefined
        })
        return send<Dashboard>(c, dashboardOf(dashboard, widgets))
      },
    )
    .delete(
      '/api/dashboards/:id',
      about('Removes a dashboard and its widgets; in place of the default one the oldest other becomes it'),
      idPath,
      async (c) => {
        const { id } = c.req.valid('param')
        if (!(await store.transaction((tx) => remove(tx, id)))) throw noDashboard(id)
        return c.body(null, 204)
      },
    )
    .put('/api/dashboards/:id/default', about('Makes a dashboard the default one', Dashboard), idPath, async (c) => {
      const [, { dashboard, widgets }] = await change(c.req.valid('param').id, (whole) => {
        whole.dashboard.isDefault = true
      })
      return send<Dashboard>(c, dashboardOf(dashboard, widgets))
    })
    .post(
      '/api/dashboards/:id/widgets',
      aboutNew('Puts a widget on a dashboard', Widget),
      idPath,
      bodyOf(NewWidget),
      async (c) => {
        const { id } = c.req.valid('param')
        const [widget] = await change(id, ({ widgets }, now) => {
          if (widgets.length >= widgetsMax) throw badRequest(`a dashboard holds at most ${widgetsMax} widgets`)
          const made = newWidget(c.req.valid('json'), now)
          widgets.push(made)
          return made
        })
        return created(c, widgetOf(id, widget))
      },
    )
    .put(
      '/api/dashboards/:id/widgets/positions',
      about('Moves widgets, all of those named or none', Dashboard),
      idPath,
      bodyOf(Positions),
      async (c) => {
        const [, { dashboard, widgets }] = await change(c.req.valid('param').id, ({ widgets }, now) => {
          for (const { id, ...place } of c.req.valid('json').positions) {
            const widget = widgets.find((one) => one.id === id)
            if (!widget) throw noWidget(id)
            Object.assign(widget, given(place), { updatedAt: now })
          }
        })
        return send<Dashboard>(c, dashboardOf(dashboard, widgets))
      },
    )
    .put(
      '/api/dashboards/:id/widgets/:widgetId',
      about('Changes what is given of a widget', Widget),
      widgetPath,
      bodyOf(WidgetChange),
      async (c) => {
        const { id, widgetId } = c.req.valid('param')
        const { config, ...rest } = c.req.valid('json')
        const [widget] = await change(id, ({ widgets }, now) => {
          const found = widgets.find((one) => one.id === widgetId)
          if (!found) throw noWidget(widgetId)
          return Object.assign(found, given(rest), config ? { config: JSON.stringify(config) } : {}, { updatedAt: now })
        })
        return send<Widget>(c, widgetOf(id, widget))
      },
    )
    .delete(
      '/api/dashboards/:id/widgets/:widgetId',
      about('Takes a widget off its dashboard'),
      widgetPath,
      async (c) => {
        const { id, widgetId } = c.req.valid('param')
        await change(id, ({ widgets }) => {
          const place = widgets.findIndex((one) => one.id === widgetId)
          if (place < 0) throw noWidget(widgetId)
          widgets.splice(place, 1)
        })
        return c.body(null, 204)
      },
    )
}
