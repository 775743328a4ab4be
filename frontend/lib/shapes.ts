// shapes.ts: what the API answers, taken as types from the routes that answer it; no shape is written twice.
import type { hc, InferResponseType } from 'hono/client'
import type { Failure } from '../../server/api/errors/routes.ts'
import type { ImportFound, ImportJob } from '../../server/api/import/shape.ts'
import type { Api } from '../../server/api/index.ts'
import type { Machine } from '../../server/api/machine/shape.ts'
import type { OverheadItem, OverheadSum } from '../../server/api/overhead/routes.ts'
import type { PriceTable, Repriced } from '../../server/api/prices/routes.ts'
import type { PriceEntry } from '../../server/api/prices/shape.ts'
import type { SessionDetail } from '../../server/api/sessions/detail.ts'
import type { Session, SessionList } from '../../server/api/sessions/session.ts'
import type { Transcript } from '../../server/api/sessions/transcript.ts'
import type {
  LogList,
  LogRecord,
  MetricList,
  MetricPoint,
  Series,
  Span,
  Stats,
  TraceList,
  TraceOverview,
} from '../../server/api/shapes.ts'
import type { ToolUse } from '../../server/api/tools/read-tools.ts'
import type { UsageReport, Usage as UsageRow } from '../../server/api/usage/routes.ts'
import type { UsageNumbers } from '../../server/api/usage/shape.ts'

export type {
  Failure,
  ImportJob,
  LogList,
  LogRecord,
  MetricList,
  MetricPoint,
  OverheadItem,
  OverheadSum,
  PriceEntry,
  PriceTable,
  Repriced,
  Series,
  Session,
  SessionDetail,
  SessionList,
  Span,
  Stats,
  ToolUse,
  TraceList,
  TraceOverview,
  Transcript,
  UsageNumbers,
  UsageReport,
  UsageRow,
}

/** The API's client, by which the other answers are named. */
type Client = ReturnType<typeof hc<Api>>

export type TraceKind = TraceOverview['kind']
export type MetricType = MetricPoint['metricType']
export type Basis = UsageNumbers['basis']
export type UsageKey = UsageReport['groupBy'][number]
export type Message = Transcript['messages'][number]
export type LogHistogram = InferResponseType<Client['api']['logs']['histogram']['$get'], 200>
export type Levels = { [level: string]: number }
export type MachineAgent = Machine['agents'][number]
export type FoundAgent = ImportFound['agents'][number]
export type AgentInfo = InferResponseType<Client['api']['agents']['$get'], 200>['agents'][number]
export type Budget = InferResponseType<Client['api']['budgets']['$get'], 200>['budgets'][number]
export type Alert = InferResponseType<Client['api']['alerts']['$get'], 200>['alerts'][number]
export type Webhook = InferResponseType<Client['api']['alerts']['webhook']['$get'], 200>
export type SavedView = InferResponseType<Client['api']['views']['$get'], 200>['views'][number]
export type RunningSession = InferResponseType<Client['api']['running']['$get'], 200>['sessions'][number]
export type Audit = InferResponseType<Client['api']['audit']['$get'], 200>
export type Status = InferResponseType<Client['api']['status']['$get'], 200>
export type MetricCatalogue = InferResponseType<Client['api']['metrics']['catalogue']['$get'], 200>
export type Dashboards = InferResponseType<Client['api']['dashboards']['$get'], 200>
export type Dashboard = InferResponseType<Client['api']['dashboards'][':id']['$get'], 200>
export type Widget = NonNullable<Dashboard['widgets']>[number]
export type TraceCall = InferResponseType<Client['api']['traces'][':id']['calls']['$get'], 200>['calls'][number]
export type CacheSavings = InferResponseType<Client['api']['usage']['savings']['$get'], 200>
export type UsageWindow = InferResponseType<Client['api']['usage']['windows']['$get'], 200>['windows'][number]
export type UsageWeek = InferResponseType<Client['api']['usage']['weeks']['$get'], 200>['weeks'][number]
export type LogFacets = InferResponseType<Client['api']['logs']['facets']['$get'], 200>
export type SqlAnswer = InferResponseType<Client['api']['sql']['$post'], 200>

/** What can be asked of a metric. */
export type Statistic = 'sum' | 'avg' | 'min' | 'max' | 'count' | 'rate' | 'p50' | 'p95' | 'p99'

/** The basis of every error answer. */
export type Refusal = { error: string; message: string }
