// alert-strip.tsx: budgets that are reached, on every screen until they are put away; once on the desktop, for who wants that.
import { CircleAlert, TriangleAlert, X } from 'lucide-react'
import { useEffect } from 'react'
import { Link } from 'wouter'
import { alerts } from '../../api.ts'
import { useAnswer } from '../../lib/answers.ts'
import { alertKey, budgetName, spentOf } from '../../lib/budget.ts'
import { oneLine } from '../../lib/safe-text.ts'
import type { Alert } from '../../lib/shapes.ts'
import { useUrl } from '../../lib/url-state.ts'
import { useSettings } from '../../settings.ts'
import { IconButton } from '../../ui/button.tsx'
import { useAgentLook } from '../agents.tsx'

export function AlertStrip() {
  const { link } = useUrl()
  const agent = useAgentLook()
  const { alertsSeen, set } = useSettings()
  const found = useAnswer(alerts()).data?.alerts
  const name = (alert: Alert) => budgetName(alert, (id) => agent(id).name)
  useDesktopAlerts(found, name)
  const shown = found?.filter((alert) => !alertsSeen.includes(alertKey(alert))) ?? []
  if (shown.length === 0) return null
  return (
    <ul data-testid="alerts" className="shrink-0">
      {shown.map((alert) => {
        const Icon = alert.level === 'exceeded' ? CircleAlert : TriangleAlert
        return (
          <li
            key={alertKey(alert)}
            role="alert"
            data-testid={`alert-${alert.budgetId}`}
            data-level={alert.level}
            className="flex min-h-9 items-center gap-2 bg-surface px-4 py-1 hairline-b"
          >
            <Icon aria-hidden className={alert.level === 'exceeded' ? 'size-4 text-error' : 'size-4 text-warn'} />
            <span className="min-w-0 flex-1">
              <span className="font-semibold">
                <bdi>{oneLine(name(alert), 255)}</bdi>:{' '}
                {alert.level === 'exceeded' ? 'budget used up' : 'budget nearly used up'}
              </span>{' '}
              <span className="text-muted" data-slot="number">
                {spentOf(alert)} ({Math.round(alert.percent)}%)
              </span>
            </span>
            <Link
              href={link('/settings', { tab: 'budgets' })}
              className="rounded-control px-2 text-12 text-accent focus-ring hover:underline"
            >
              Budgets
            </Link>
            <IconButton
              label="Put away until the next period"
              onClick={() => set({ alertsSeen: [...alertsSeen, alertKey(alert)] })}
            >
              <X aria-hidden className="size-3.5" />
            </IconButton>
          </li>
        )
      })}
    </ul>
  )
}

/** Tells each alert once on this browser's desktop, also after a reload. */
function useDesktopAlerts(found: readonly Alert[] | undefined, name: (alert: Alert) => string): void {
  const { desktopAlerts, alertsTold, set } = useSettings()
  useEffect(() => {
    if (!desktopAlerts || !found || typeof Notification === 'undefined' || Notification.permission !== 'granted') return
    const news = found.filter((alert) => !alertsTold.includes(alertKey(alert)))
    if (news.length === 0) return
    for (const alert of news) {
      const title = `${name(alert)}: ${alert.level === 'exceeded' ? 'budget used up' : 'budget nearly used up'}`
      new Notification(title, { body: spentOf(alert), tag: alertKey(alert) })
    }
    set({ alertsTold: [...alertsTold, ...news.map(alertKey)] })
  }, [found, desktopAlerts, alertsTold, name, set])
}
