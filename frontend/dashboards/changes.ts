// changes.ts: what changes dashboards on the server. Each answers when it is stored; the views that show it ask again.

import { renew } from '../lib/answers.ts'
import type { Dashboard, Widget } from '../lib/shapes.ts'
import { request } from '../request.ts'
import type { Placed } from './layout.ts'

/** What stands on a dashboard and where, as the server takes it. */
export type NewWidget = Pick<
  Widget,
  'widgetType' | 'title' | 'gridColumn' | 'gridRow' | 'colSpan' | 'rowSpan' | 'config'
>
export type NewDashboard = { name: string; description?: string; isDefault?: boolean; widgets?: readonly NewWidget[] }

const root = '/api/dashboards'
const at = (...parts: string[]) => [root, ...parts.map(encodeURIComponent)].join('/')

async function send<T>(
  method: 'POST' | 'PUT' | 'DELETE',
  path: string,
  body?: unknown,
  old = (key: string) => key.startsWith(root),
): Promise<T> {
  try {
    return await request<T>(path, {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      // Without a body too: what no form can send is what the server takes for ours.
      headers: { 'content-type': 'application/json' },
    })
  } finally {
    // Also when it failed: another page may have changed or removed it.
    renew(old)
  }
}

export const makeDashboard = (made: NewDashboard) => send<Dashboard>('POST', at(), made)
export const changeDashboard = (id: string, change: { name?: string; description?: string }) =>
  send<Dashboard>('PUT', at(id), change)
/** What is removed is not asked for again: only the list and which one is the default now. */
export const removeDashboard = (id: string) =>
  send<void>('DELETE', at(id), undefined, (key) => key === root || key === at('default'))
export const makeDefault = (id: string) => send<Dashboard>('PUT', at(id, 'default'))
export const addWidget = (id: string, widget: NewWidget) => send<Widget>('POST', at(id, 'widgets'), widget)
export const changeWidget = (id: string, widget: string, change: Partial<NewWidget>) =>
  send<Widget>('PUT', at(id, 'widgets', widget), change)
export const removeWidget = (id: string, widget: string) => send<void>('DELETE', at(id, 'widgets', widget))
export const placeWidgets = (id: string, positions: readonly Placed[]) =>
  send<Dashboard>('PUT', at(id, 'widgets', 'positions'), { positions })

/** The same on a dashboard of its own. */
export function duplicate({ name, description, widgets = [] }: Dashboard): Promise<Dashboard> {
  return makeDashboard({
    name: `${name} (copy)`.slice(0, 255),
    ...(description ? { description } : {}),
    widgets: widgets.map(({ widgetType, title, gridColumn, gridRow, colSpan, rowSpan, config }) => ({
      widgetType,
      title,
      gridColumn,
      gridRow,
      colSpan,
      rowSpan,
      config,
    })),
  })
}
