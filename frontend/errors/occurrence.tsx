// occurrence.tsx: one time that something happened: when, the ways to its session and trace, what is known of it, its words.
import type { ReactNode } from 'react'
import { Link } from 'wouter'
import { LongText } from '../components/json-viewer.tsx'
import { absolute, dayTime, toMs, type Zone } from '../lib/time.ts'
import { useUrl } from '../lib/url-state.ts'

export const occurrenceLink = 'text-accent focus-ring hover:underline'

export type OccurrenceProps = {
  of: { timestamp: string; sessionId?: string; traceId?: string; spanId?: string }
  zone: Zone
  message?: string | undefined
  children: ReactNode
}

export function Occurrence({ of, zone, message, children }: OccurrenceProps) {
  const { link } = useUrl()
  return (
    <li className="flex flex-col gap-1 px-3 py-2 text-12 hairline-t">
      <p className="flex flex-wrap gap-x-3">
        <time dateTime={of.timestamp} title={absolute(of.timestamp, zone)}>
          {dayTime(toMs(of.timestamp), zone)}
        </time>
        {of.sessionId && (
          <Link href={link(`/sessions/${encodeURIComponent(of.sessionId)}`)} className={occurrenceLink}>
            session
          </Link>
        )}
        {of.traceId && (
          <Link href={link(`/traces/${of.traceId}`, of.spanId ? { span: of.spanId } : {})} className={occurrenceLink}>
            trace
          </Link>
        )}
        {children}
      </p>
      {message && <LongText text={message} className="text-muted" />}
    </li>
  )
}
