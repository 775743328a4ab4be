// app.tsx: which screen a path shows. Screens are loaded when they are first visited.
import { type ComponentType, lazy, Suspense } from 'react'
import { Route, Switch } from 'wouter'
import { ErrorBoundary } from './components/error-boundary.tsx'
import { NotFound } from './components/not-found.tsx'
import { Shell } from './components/shell/shell.tsx'
import { useLive } from './live.ts'
import { Overview } from './overview/overview.tsx'
import { TooltipProvider } from './ui/tooltip.tsx'

const reloadKey = 'telltale.reloaded'
const reloadAgainMs = 60_000

/** A file of the page is gone: the server is a newer one. A fresh page fits it; once, lest it goes on for ever. */
function afresh(error: unknown): never {
  const last = Number(sessionStorage.getItem(reloadKey) ?? 0)
  if (Date.now() - last > reloadAgainMs) {
    sessionStorage.setItem(reloadKey, String(Date.now()))
    location.reload()
  }
  throw error
}

const lookAgainMs = 500

const isThere = () =>
  fetch('/health').then(
    () => true,
    () => false,
  )

/** A screen that is first visited while the server is gone is there as soon as the server is. */
async function patiently<T>(load: () => Promise<T>): Promise<T> {
  try {
    return await load()
  } catch (error) {
    if (await isThere()) afresh(error)
    do await new Promise((resolve) => setTimeout(resolve, lookAgainMs))
    while (!(await isThere()))
    return load().catch(afresh)
  }
}

const screen = (load: () => Promise<ComponentType>) =>
  lazy(() => patiently(load).then((component) => ({ default: component })))

/** A moment on this machine; longer only without a server. */
function Loading() {
  const isLost = useLive((live) => live.state === 'lost')
  return (
    <div className="flex h-full flex-col">
      <div className="h-12 hairline-b" />
      {isLost && (
        <p role="status" data-testid="screen-waits" className="p-4 text-muted">
          This screen was not opened before; it comes when the server is back.
        </p>
      )}
    </div>
  )
}

const Sessions = screen(() => import('./sessions/sessions.tsx').then(({ Sessions }) => Sessions))
const SessionPage = screen(() => import('./sessions/session-page.tsx').then(({ SessionPage }) => SessionPage))
const Traces = screen(() => import('./traces/traces.tsx').then(({ Traces }) => Traces))
const TracePage = screen(() => import('./traces/trace-page.tsx').then(({ TracePage }) => TracePage))
const Logs = screen(() => import('./logs/logs.tsx').then(({ Logs }) => Logs))
const Metrics = screen(() => import('./metrics/metrics.tsx').then(({ Metrics }) => Metrics))
const Dashboards = screen(() => import('./dashboards/dashboards.tsx').then(({ Dashboards }) => Dashboards))
const DashboardPage = screen(() => import('./dashboards/dashboard-page.tsx').then(({ DashboardPage }) => DashboardPage))
const Costs = screen(() => import('./costs/costs.tsx').then(({ Costs }) => Costs))
const Tools = screen(() => import('./tools/tools.tsx').then(({ Tools }) => Tools))
const Errors = screen(() => import('./errors/errors.tsx').then(({ Errors }) => Errors))
const Sql = screen(() => import('./sql/sql.tsx').then(({ Sql }) => Sql))
const SettingsScreen = screen(() =>
  import('./settings/settings-screen.tsx').then(({ SettingsScreen }) => SettingsScreen),
)

export function App() {
  return (
    <TooltipProvider>
      <Shell>
        <ErrorBoundary>
          <Suspense fallback={<Loading />}>
            <Switch>
              <Route path="/" component={Overview} />
              <Route path="/sessions" component={Sessions} />
              <Route path="/sessions/:id" component={SessionPage} />
              <Route path="/traces" component={Traces} />
              <Route path="/traces/:id" component={TracePage} />
              <Route path="/logs" component={Logs} />
              <Route path="/metrics" component={Metrics} />
              <Route path="/dashboards" component={Dashboards} />
              <Route path="/dashboards/:id" component={DashboardPage} />
              <Route path="/costs" component={Costs} />
              <Route path="/tools" component={Tools} />
              <Route path="/errors" component={Errors} />
              <Route path="/sql" component={Sql} />
              <Route path="/settings" component={SettingsScreen} />
              <Route component={NotFound} />
            </Switch>
          </Suspense>
        </ErrorBoundary>
      </Shell>
    </TooltipProvider>
  )
}
