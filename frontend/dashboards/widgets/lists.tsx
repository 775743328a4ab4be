// lists.tsx: the largest of something, and usage in columns.
import { Link } from 'wouter'
import { tools, usage } from '../../api.ts'
import { BarList } from '../../charts/bar-list.tsx'
import { useLook } from '../../components/looks.ts'
import { measureFormat } from '../../components/usage-chart.tsx'
import { useAnswer } from '../../lib/answers.ts'
import { hueColor } from '../../lib/colors.ts'
import { formatTerm } from '../../lib/filter.ts'
import { cost, costTitle, count, exact, ratio } from '../../lib/format.ts'
import { useUrl } from '../../lib/url-state.ts'
import { byGroup, cacheHitRate, type Measure } from '../../lib/usage.ts'
import { usageFilterOf, usageKey } from '../../lib/usage-keys.ts'
import { Table, Td, Th } from '../../ui/table.tsx'
import { countIn, textIn, usageFilterIn, wordIn } from '../config.ts'
import { measures } from '../kinds.ts'
import { Asked } from './asked.tsx'
import type { WidgetProps } from './widget.ts'

/** Where the records of a group are. */
function useGroupLink(grouping: NonNullable<ReturnType<typeof usageKey>>) {
  const { link } = useUrl()
  return (value: string) =>
    value === ''
      ? undefined
      : grouping.key === 'session'
        ? link(`/sessions/${encodeURIComponent(value)}`)
        : link('/costs', { by: grouping.key, q: formatTerm({ key: grouping.word, op: '=', value }) })
}

export function TopList(props: WidgetProps) {
  return textIn(props.config, 'groupBy') === 'toolCalls' ? <TopTools {...props} /> : <TopUsage {...props} />
}

function TopUsage({ config, view }: WidgetProps) {
  const grouping = usageKey(textIn(config, 'groupBy')) ?? usageKey('tool')!
  const measure = wordIn(config, 'value', Object.keys(measures) as Measure[])
  const most = countIn(config, 'limit', 8, 100)
  const href = useGroupLink(grouping)
  const answer = useAnswer(usage(view.window, [grouping.key], { filter: usageFilterOf(usageFilterIn(config)) }))
  const groups = answer.data ? byGroup(answer.data.rows, grouping.key, measure) : []
  const look = useLook(grouping.key)
  const { format, exactly } = measureFormat(measure)
  return (
    <Asked answer={answer} empty={groups.length === 0}>
      <BarList
        items={groups.slice(0, most).map(({ value, usage: sum }) => ({
          key: value,
          ...look(value),
          value: sum[measure],
          text: format(sum[measure]),
          title: `${exactly(sum[measure])} · ${exact(sum.totalTokens)} tokens · ${exact(sum.requests)} requests`,
          href: href(value),
        }))}
        more={groups.length - Math.min(most, groups.length)}
      />
    </Asked>
  )
}

function TopTools({ config, view }: WidgetProps) {
  const { link } = useUrl()
  const most = countIn(config, 'limit', 8, 100)
  const answer = useAnswer(tools(view.window))
  const sorted = answer.data?.tools.toSorted((a, b) => b.calls - a.calls) ?? []
  return (
    <Asked answer={answer} empty={sorted.length === 0}>
      <BarList
        items={sorted.slice(0, most).map((tool) => ({
          key: tool.toolName,
          label: tool.toolName,
          color: hueColor(1),
          value: tool.calls,
          text: count(tool.calls),
          title: `${exact(tool.calls)} calls, ${exact(tool.failures)} failed`,
          note: tool.failures > 0 ? `${ratio(tool.failures / Math.max(1, tool.calls))} failed` : undefined,
          href: link('/tools', { q: formatTerm({ key: 'tool', op: '=', value: tool.toolName }) }),
        }))}
        more={sorted.length - Math.min(most, sorted.length)}
      />
    </Asked>
  )
}

export function UsageTableWidget({ config, view, title }: WidgetProps) {
  const grouping = usageKey(textIn(config, 'groupBy')) ?? usageKey('tool')!
  const most = countIn(config, 'limit', 20, 100)
  const href = useGroupLink(grouping)
  const answer = useAnswer(usage(view.window, [grouping.key], { filter: usageFilterOf(usageFilterIn(config)) }))
  const groups = answer.data ? byGroup(answer.data.rows, grouping.key, 'costUsd') : []
  const look = useLook(grouping.key)
  return (
    <Asked answer={answer} empty={groups.length === 0}>
      <Table label={title}>
        <thead>
          <tr>
            <Th>{grouping.label}</Th>
            <Th className="text-right">Cost</Th>
            <Th className="text-right">Tokens</Th>
            <Th className="text-right">Requests</Th>
            <Th className="text-right">Failed</Th>
            <Th className="text-right">From cache</Th>
          </tr>
        </thead>
        <tbody>
          {groups.slice(0, most).map(({ value, usage: sum }) => {
            const { label, color } = look(value)
            const to = href(value)
            return (
              <tr key={value} className="hover:bg-hover">
                <Td>
                  <span className="flex max-w-64 items-center gap-2">
                    <span aria-hidden className="size-2 shrink-0 rounded-full" style={{ background: color }} />
                    {to ? (
                      <Link href={to} className="truncate rounded-[3px] focus-ring hover:underline" title={value}>
                        <bdi>{label}</bdi>
                      </Link>
                    ) : (
                      <span className="truncate text-muted">{label}</span>
                    )}
                  </span>
                </Td>
                <Td
                  className="text-right font-semibold"
                  title={costTitle(sum.costUsd, grouping.key === 'model' ? value : undefined)}
                >
                  {cost(sum.costUsd)}
                </Td>
                <Td className="text-right" title={exact(sum.totalTokens)}>
                  {count(sum.totalTokens)}
                </Td>
                <Td className="text-right">{count(sum.requests)}</Td>
                <Td className="text-right">{count(sum.errors)}</Td>
                <Td className="text-right">{ratio(cacheHitRate(sum))}</Td>
              </tr>
            )
          })}
        </tbody>
      </Table>
      {groups.length > most && (
        <p className="px-3 py-1 text-12 text-muted">
          {most} of {exact(groups.length)}
        </p>
      )}
    </Asked>
  )
}
