// places.ts: the screens, in the order of the sidebar, with their keys.
import {
  ChartGantt,
  ChartLine,
  CircleDollarSign,
  Database,
  Gauge,
  LayoutDashboard,
  type LucideIcon,
  MessagesSquare,
  ScrollText,
  Settings2,
  TriangleAlert,
  Wrench,
} from 'lucide-react'

export type Place = {
  id: string
  path: string
  label: string
  icon: LucideIcon
  keys: string
  /** Shown at the foot of a narrow screen. */
  first?: boolean
  /** A gap before it. */
  apart?: boolean
}

export const places: readonly Place[] = [
  { id: 'overview', path: '/', label: 'Overview', icon: Gauge, keys: 'g o', first: true },
  { id: 'sessions', path: '/sessions', label: 'Sessions', icon: MessagesSquare, keys: 'g s', first: true },
  { id: 'dashboards', path: '/dashboards', label: 'Dashboards', icon: LayoutDashboard, keys: 'g d' },
  { id: 'costs', path: '/costs', label: 'Costs', icon: CircleDollarSign, keys: 'g u', first: true },
  { id: 'tools', path: '/tools', label: 'Tools', icon: Wrench, keys: 'g k' },
  { id: 'errors', path: '/errors', label: 'Errors', icon: TriangleAlert, keys: 'g e' },
  { id: 'traces', path: '/traces', label: 'Traces', icon: ChartGantt, keys: 'g t', apart: true },
  { id: 'logs', path: '/logs', label: 'Logs', icon: ScrollText, keys: 'g l', first: true },
  { id: 'metrics', path: '/metrics', label: 'Metrics', icon: ChartLine, keys: 'g m' },
  { id: 'sql', path: '/sql', label: 'SQL', icon: Database, keys: 'g q', apart: true },
  { id: 'settings', path: '/settings', label: 'Settings', icon: Settings2, keys: 'g ,' },
]

/** Whether a place holds a path. */
export function holds(place: Place, path: string): boolean {
  return place.path === '/' ? path === '/' : path === place.path || path.startsWith(`${place.path}/`)
}
