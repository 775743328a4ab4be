// app.tsx: which screen a path shows. Screens are loaded when they are first visited.
import { Route, Switch } from 'wouter'
import { ErrorBoundary } from './components/error-boundary.tsx'
import { NotFound } from './components/not-found.tsx'
import { Shell } from './components/shell/shell.tsx'
import { LateScreen, type Program, program } from './late-screen.tsx'
import { Overview } from './overview/overview.tsx'
import { TooltipProvider } from './ui/tooltip.tsx'

const screens: [path: string, screen: Program][] = [
  ['/sessions', program(() => import('./sessions/sessions.tsx').then(({ Sessions }) => Sessions))],
  ['/sessions/:id', program(() => import('./sessions/session-page.tsx').then(({ SessionPage }) => SessionPage))],
  ['/traces', program(() => import('./traces/traces.tsx').then(({ Traces }) => Traces))],
  ['/traces/:id', program(() => import('./traces/trace-page.tsx').then(({ TracePage }) => TracePage))],
  ['/logs', program(() => import('./logs/logs.tsx').then(({ Logs }) => Logs))],
  ['/metrics', program(() => import('./metrics/metrics.tsx').then(({ Metrics }) => Metrics))],
  ['/dashboards', program(() => import('./dashboards/dashboards.tsx').then(({ Dashboards }) => Dashboards))],
  [
    '/dashboards/:id',
    program(() => import('./dashboards/dashboard-page.tsx').then(({ DashboardPage }) => DashboardPage)),
  ],
  ['/costs', program(() => import('./costs/costs.tsx').then(({ Costs }) => Costs))],
  ['/tools', program(() => import('./tools/tools.tsx').then(({ Tools }) => Tools))],
  ['/errors', program(() => import('./errors/errors.tsx').then(({ Errors }) => Errors))],
  ['/sql', program(() => import('./sql/sql.tsx').then(({ Sql }) => Sql))],
  ['/settings', program(() => import('./settings/settings-screen.tsx').then(({ SettingsScreen }) => SettingsScreen))],
]

export function App() {
  return (
    <TooltipProvider>
      <Shell>
        <ErrorBoundary>
          <Switch>
            <Route path="/" component={Overview} />
            {screens.map(([path, screen]) => (
              <Route key={path} path={path}>
                <LateScreen of={screen} />
              </Route>
            ))}
            <Route component={NotFound} />
          </Switch>
        </ErrorBoundary>
      </Shell>
    </TooltipProvider>
  )
}
