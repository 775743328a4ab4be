// log-table.tsx: rows of log records, wherever they are shown.

import { useMemo } from 'react'
import { oneLine, textOf } from '../../lib/safe-text.ts'
import { absolute, dayTime, preciseClock, startOf, toMs, type Zone } from '../../lib/time.ts'
import { changeSearch, useUrl } from '../../lib/url-state.ts'
import { AgentDot } from '../agents.tsx'
import { type Column, DataTable } from '../data-table.tsx'
import { Level } from '../level.tsx'
import { type KeyedRecord, summaryOf } from './record.ts'

function columns(zone: Zone, today: number): Column<KeyedRecord>[] {
  return [
    {
      id: 'time',
      header: 'Time',
      width: '128px',
      narrowWidth: '104px',
      cell: ({ record }) => {
        const ms = toMs(record.timestamp)
        return (
          <time dateTime={record.timestamp} title={absolute(record.timestamp, zone)} className="text-muted">
            {ms >= today ? preciseClock(ms, zone) : `${dayTime(ms, zone)}:${preciseClock(ms, zone).slice(6, 8)}`}
          </time>
        )
      },
    },
    {
      id: 'level',
      header: <span className="sr-only @min-[50rem]:not-sr-only">Level</span>,
      width: '68px',
      narrowWidth: '16px',
      cell: ({ record }) => <Level terse text={record.severityText} />,
    },
    {
      id: 'event',
      header: 'Event',
      width: 'minmax(96px,180px)',
      wide: true,
      cell: ({ record }) => (
        <span className="flex min-w-0 items-center gap-2">
          <AgentDot id={record.tool || record.serviceName} />
          <span className="truncate font-semibold">
            <bdi>
              {oneLine(record.eventName || textOf(record.logAttributes['event.name']) || record.serviceName, 80)}
            </bdi>
          </span>
        </span>
      ),
    },
    {
      id: 'summary',
      header: 'Message',
      width: 'minmax(0,1fr)',
      cell: ({ record }) => {
        const { message, pairs } = summaryOf(record)
        return (
          <span className="font-mono">
            <bdi className="@min-[50rem]:hidden">{record.eventName ? `${oneLine(record.eventName, 60)} ` : ''}</bdi>
            {message && <bdi>{message} </bdi>}
            {pairs.map(({ key, value }) => (
              <span key={key}>
                <span className="text-muted">{key}=</span>
                <bdi>{value}</bdi>{' '}
              </span>
            ))}
          </span>
        )
      },
    },
  ]
}

type LogTableProps = {
  rows: readonly KeyedRecord[]
  selected: string | undefined
  zone: Zone
  now: number
  pending?: boolean
  footer?: React.ReactNode
  onEnd?(): void
  onScroll?(element: HTMLElement): void
}

export function LogTable({ rows, selected, zone, now, ...rest }: LogTableProps) {
  const { path, search } = useUrl()
  const today = startOf('day', now, zone)
  // The same columns again: a row that did not change is not drawn anew.
  const shown = useMemo(() => columns(zone, today), [zone, today])
  return (
    <DataTable
      label="Log records"
      testId="logs-table"
      columns={shown}
      rows={rows}
      keyOf={({ key }) => key}
      href={({ key }) => path + changeSearch(search, { record: key })}
      inPlace
      selected={selected}
      initialIndex={selected ? rows.findIndex(({ key }) => key === selected) : 0}
      className="min-w-0 flex-1"
      {...rest}
    />
  )
}
