// log-detail.tsx: everything one log record says.
import { Link } from 'wouter'
import { count } from '../../lib/format.ts'
import { visible } from '../../lib/safe-text.ts'
import type { LogRecord } from '../../lib/shapes.ts'
import { absolute } from '../../lib/time.ts'
import { useUrl } from '../../lib/url-state.ts'
import { useSettings } from '../../settings.ts'
import { CopyButton } from '../../ui/copy-button.tsx'
import { Agent } from '../agents.tsx'
import { Facts, Section } from '../facts.tsx'
import { Attributes, LongText, Value } from '../json-viewer.tsx'
import { Level } from '../level.tsx'

type LogDetailProps = { record: LogRecord; onFilter(key: string, value: string): void }

const linkLook = 'break-all text-accent focus-ring hover:underline'

export function LogDetail({ record, onFilter }: LogDetailProps) {
  const zone = useSettings((settings) => settings.zone)
  const { link } = useUrl()
  return (
    <>
      <div className="flex flex-col gap-2 px-3 py-3">
        <p className="text-15 font-semibold break-words">
          <bdi>{visible(record.eventName || 'Log record')}</bdi>
        </p>
        <div className="flex flex-wrap items-center gap-3">
          <Level text={record.severityText} />
          <Agent id={record.tool} fallback={record.serviceName} />
        </div>
      </div>
      {record.body !== '' && record.body !== null && record.body !== undefined && (
        <Section
          title="Body"
          actions={
            <CopyButton
              text={() => (typeof record.body === 'string' ? record.body : JSON.stringify(record.body, null, 2))}
              label="Copy the body"
            />
          }
        >
          <div className="max-h-96 overflow-y-auto px-3 pb-2 text-12">
            {typeof record.body === 'string' ? <LongText text={record.body} /> : <Value value={record.body} />}
          </div>
        </Section>
      )}
      <Section title="Facts">
        <Facts
          facts={[
            { name: 'Time', value: absolute(record.timestamp, zone), copy: record.timestamp },
            !!record.sessionId && {
              name: 'Session',
              value: (
                <Link
                  href={link(`/sessions/${encodeURIComponent(record.sessionId)}`)}
                  className={linkLook}
                  data-testid="to-session"
                >
                  {visible(record.sessionId)}
                </Link>
              ),
              copy: record.sessionId,
            },
            !!record.traceId && {
              name: 'Trace',
              value: (
                <Link
                  href={link(`/traces/${record.traceId}`, record.spanId ? { span: record.spanId } : {})}
                  className={linkLook}
                  data-testid="to-trace"
                >
                  <code>{record.traceId}</code>
                </Link>
              ),
              copy: record.traceId,
            },
            !!record.spanId && { name: 'Span', value: <code>{record.spanId}</code>, copy: record.spanId },
            !!record.model && { name: 'Model', value: visible(record.model), copy: record.model },
            !!record.project && { name: 'Project', value: visible(record.project), copy: record.project },
            { name: 'Severity', value: `${record.severityText} (${record.severityNumber})` },
            { name: 'Service', value: visible(record.serviceName), copy: record.serviceName },
          ]}
        />
      </Section>
      <Section title="Attributes" note={count(Object.keys(record.logAttributes).length)}>
        <Attributes label="Attributes" attributes={record.logAttributes} onFilter={onFilter} />
      </Section>
      <Section title="Resource" note={count(Object.keys(record.resourceAttributes).length)}>
        <Attributes label="Resource attributes" attributes={record.resourceAttributes} onFilter={onFilter} />
      </Section>
      {record.scopeName && (
        <Section title="Scope">
          <Facts
            facts={[
              { name: 'Name', value: visible(record.scopeName), copy: record.scopeName },
              !!record.scopeVersion && { name: 'Version', value: visible(record.scopeVersion) },
            ]}
          />
        </Section>
      )}
    </>
  )
}
