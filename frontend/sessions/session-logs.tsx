// session-logs.tsx: the log records of a session.
import { useMemo, useState } from 'react'
import { logs } from '../api.ts'
import { DetailPane } from '../components/detail-pane.tsx'
import { EmptyState } from '../components/empty-state.tsx'
import { ErrorState } from '../components/error-state.tsx'
import { ListFoot } from '../components/list-foot.tsx'
import { LogDetail } from '../components/log/log-detail.tsx'
import { LogTable } from '../components/log/log-table.tsx'
import { keyed } from '../components/log/record.ts'
import { useAnswer } from '../lib/answers.ts'
import { formatFilter } from '../lib/filter.ts'
import { useNow } from '../lib/now.ts'
import { useUrl } from '../lib/url-state.ts'
import { useSettings } from '../settings.ts'
import { CopyButton } from '../ui/copy-button.tsx'
import { SkeletonRows } from '../ui/skeleton.tsx'

const pageRows = 200
const rowsMax = 1_000

export function SessionLogs({ id }: { id: string }) {
  const { get, adjust, visit } = useUrl()
  const zone = useSettings((settings) => settings.zone)
  const now = useNow(60_000)
  const [limit, setLimit] = useState(pageRows)
  const answer = useAnswer(logs({ from: undefined, to: undefined }, { sessionId: id }, { limit }))
  const rows = useMemo(() => answer.data && keyed(answer.data.logs), [answer.data])
  const selected = rows?.find(({ key }) => key === get('record'))
  if (answer.error && !rows)
    return <ErrorState what="The logs could not be read." error={answer.error} retry={answer.retry} />
  if (!rows) return <SkeletonRows rows={14} />
  if (rows.length === 0)
    return (
      <EmptyState title="This session sent no log records">
        <p>Its agent exports traces or metrics only, or was read from its files.</p>
      </EmptyState>
    )
  return (
    <div className="flex h-full min-h-0">
      <LogTable
        rows={rows}
        selected={selected?.key}
        zone={zone}
        now={now}
        onEnd={() => setLimit((before) => Math.min(rowsMax, before * 2))}
        footer={<ListFoot shown={rows.length} total={answer.data?.total ?? 0} most={rowsMax} things="records" />}
      />
      {selected && (
        <DetailPane
          title="Log record"
          testId="log-detail"
          onClose={() => adjust({ record: undefined })}
          actions={<CopyButton text={() => JSON.stringify(selected.record, null, 2)} label="Copy as JSON" />}
        >
          <LogDetail
            record={selected.record}
            onFilter={(_, value) =>
              visit('/logs', {
                range: 'all',
                q: formatFilter({ terms: [{ key: 'session', op: '=', value: id }], text: value.slice(0, 200) }),
              })
            }
          />
        </DetailPane>
      )}
    </div>
  )
}
