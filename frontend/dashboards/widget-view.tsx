// widget-view.tsx: which kind of widget shows what.

import { visible } from '../lib/safe-text.ts'
import type { Widget } from '../lib/shapes.ts'
import { useSize } from '../lib/use-size.ts'
import type { View } from '../lib/use-window.ts'
import { viewOf } from './config.ts'
import { ActiveServices, RecentActivity } from './widgets/activity.tsx'
import { ErrorRate, RecordCount } from './widgets/counts.tsx'
import { HeatMap } from './widgets/heat-map.tsx'
import { TopList, UsageTableWidget } from './widgets/lists.tsx'
import { MetricChart, MetricValue } from './widgets/metric.tsx'
import { SqlWidget, TextWidget } from './widgets/texts.tsx'
import { UsageChartWidget } from './widgets/usage-chart.tsx'
import { UsageValue } from './widgets/usage-value.tsx'
import type { WidgetProps } from './widgets/widget.ts'

/** The content of a widget in the room it has. */
export function WidgetView({ widget, view }: { widget: Widget; view: View }) {
  const [ref, size] = useSize()
  return (
    <section
      ref={ref}
      aria-label={`Content of ${widget.title}`}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by key.
      tabIndex={0}
      className="h-full min-h-0 overflow-y-auto focus-ring-inset"
      data-testid="widget-body"
    >
      {size.height > 0 && (
        <Content
          kind={widget.widgetType}
          config={widget.config}
          view={viewOf(view, widget.config)}
          height={size.height}
          title={widget.title}
        />
      )}
    </section>
  )
}

function Content({ kind, ...props }: WidgetProps & { kind: string }) {
  switch (kind) {
    case 'usage_value':
      return <UsageValue {...props} />
    case 'usage_chart':
      return <UsageChartWidget {...props} />
    case 'stats_traces':
    case 'stats_logs':
    case 'stats_metrics':
      return <RecordCount {...props} of={kind} />
    case 'stats_error_rate':
      return <ErrorRate {...props} />
    case 'active_services':
      return <ActiveServices {...props} />
    case 'recent_activity':
      return <RecentActivity {...props} />
    case 'metric_value':
      return <MetricValue {...props} />
    case 'metric_chart':
      return <MetricChart {...props} />
    case 'heat_map':
      return <HeatMap {...props} />
    case 'top_list':
      return <TopList {...props} />
    case 'table':
      return <UsageTableWidget {...props} />
    case 'sql':
      return <SqlWidget {...props} />
    case 'markdown':
      return <TextWidget {...props} />
    default:
      return (
        <p className="px-3 py-2 text-muted" data-testid="unknown-widget">
          This page does not know the kind {visible(kind)}; it is kept as it is.
        </p>
      )
  }
}
