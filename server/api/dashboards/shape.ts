// shape.ts: dashboards and widgets as the API takes and gives them.
import { z } from 'zod'
import { anyObject } from '../exactly.ts'
import { type AttributeMap, raw, type Wire } from '../json.ts'
import { requiredText } from '../params.ts'
import { formatTime } from '../time.ts'
import type { StoredDashboard, StoredWidget } from './keep.ts'

const gridMax = 10_000
const configCharsMax = 100_000

export const Widget = z
  .object({
    id: z.string(),
    dashboardId: z.string(),
    widgetType: z.string(),
    title: z.string(),
    gridColumn: z.number(),
    gridRow: z.number(),
    colSpan: z.number(),
    rowSpan: z.number(),
    config: z.record(z.string(), z.unknown()),
    createdAt: z.string(),
    updatedAt: z.string(),
  })
  .meta({ id: 'Widget' })
export type Widget = z.infer<typeof Widget>

export const Dashboard = z
  .object({
    id: z.string(),
    name: z.string(),
    description: z.string().optional(),
    isDefault: z.boolean(),
    createdAt: z.string(),
    updatedAt: z.string(),
    widgets: z.array(Widget).optional().describe('left out in the list of dashboards'),
  })
  .meta({ id: 'Dashboard' })
export type Dashboard = z.infer<typeof Dashboard>

export const DashboardList = z.object({ dashboards: z.array(Dashboard) })
export type DashboardList = z.infer<typeof DashboardList>

const name = requiredText.pipe(z.string().trim().min(1, 'is empty').max(255, 'is longer than 255 characters'))
const description = z.string().max(10_000, 'is longer than 10,000 characters').nullable().optional()
const place = (least: number) => {
  const valid = `use a whole number from ${least} to ${gridMax}`
  return z.number(valid).int(valid).min(least, valid).max(gridMax, valid)
}
const config = anyObject.refine(
  (given) => JSON.stringify(given).length <= configCharsMax,
  `is longer than ${configCharsMax} characters`,
)
const widgetsMax = 200

/** A widget to create; it is one cell large at the top left unless given. */
export const NewWidget = z.object({
  widgetType: name,
  title: name,
  gridColumn: place(0).default(0),
  gridRow: place(0).default(0),
  colSpan: place(1).default(1),
  rowSpan: place(1).default(1),
  config: config.nullable().optional(),
})
export type NewWidget = z.infer<typeof NewWidget>

/** What is not given stays. */
export const WidgetChange = z.object({
  widgetType: name.optional(),
  title: name.optional(),
  gridColumn: place(0).optional(),
  gridRow: place(0).optional(),
  colSpan: place(1).optional(),
  rowSpan: place(1).optional(),
  config: config.optional(),
})

export const Positions = z.object({
  positions: z
    .array(
      z.object({
        id: requiredText,
        gridColumn: place(0),
        gridRow: place(0),
        colSpan: place(1).optional(),
        rowSpan: place(1).optional(),
      }),
    )
    .max(widgetsMax, `holds more than ${widgetsMax}`),
})

export const NewDashboard = z.object({
  name,
  description,
  isDefault: z.boolean('use true or false').default(false),
  widgets: z.array(NewWidget).max(widgetsMax, `holds more than ${widgetsMax}`).default([]),
})

/** What is not given stays; `isDefault: false` leaves no default. */
export const DashboardChange = z.object({
  name: name.optional(),
  description,
  isDefault: z.boolean('use true or false').optional(),
})

export function dashboardOf(dashboard: StoredDashboard, widgets?: readonly StoredWidget[]): Wire<Dashboard> {
  const { createdAt, updatedAt, ...rest } = dashboard
  return {
    ...rest,
    createdAt: formatTime(createdAt),
    updatedAt: formatTime(updatedAt),
    widgets: widgets?.map((widget) => widgetOf(dashboard.id, widget)),
  }
}

export function widgetOf(dashboardId: string, widget: StoredWidget): Wire<Widget> {
  const { config, createdAt, updatedAt, ...rest } = widget
  return {
    ...rest,
    dashboardId,
    config: raw<AttributeMap>(config),
    createdAt: formatTime(createdAt),
    updatedAt: formatTime(updatedAt),
  }
}
