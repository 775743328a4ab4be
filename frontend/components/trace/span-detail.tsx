// span-detail.tsx: everything one span says.
import { CircleAlert, CircleCheck, CircleDashed } from 'lucide-react'
import { Link } from 'wouter'
import { cost, count, duration, exact, exactCost } from '../../lib/format.ts'
import { visible } from '../../lib/safe-text.ts'
import { absolute, toNano } from '../../lib/time.ts'
import { useUrl } from '../../lib/url-state.ts'
import { useSettings } from '../../settings.ts'
import { Badge } from '../../ui/badge.tsx'
import { CopyButton } from '../../ui/copy-button.tsx'
import { Agent } from '../agents.tsx'
import { Facts, Section } from '../facts.tsx'
import { Attributes, LongText } from '../json-viewer.tsx'
import type { Spent } from './costs.ts'
import { operations, tokensOf } from './operation.ts'
import { type Node, selfTime, type Tree } from './tree.ts'

type SpanDetailProps = { tree: Tree; node: Node; spent?: Spent | undefined }

export function SpanDetail({ tree, node, spent }: SpanDetailProps) {
  const zone = useSettings((settings) => settings.zone)
  const { link } = useUrl()
  const { span } = node
  const tokens = tokensOf(span)
  return (
    <>
      <div className="flex flex-col gap-2 px-3 py-3">
        <p className="text-15 font-semibold break-words">
          <bdi>{visible(span.spanName)}</bdi>
        </p>
        <div className="flex flex-wrap items-center gap-2">
          <SpanState node={node} />
          <Badge>{operations[node.operation].label}</Badge>
          <Agent id={span.tool} fallback={span.serviceName} />
        </div>
        {span.statusMessage && <LongText text={span.statusMessage} className="text-12 text-error" />}
      </div>
      <Section title="Facts">
        <Facts
          facts={[
            { name: 'Duration', value: duration(node.end - node.start), title: `${exact(span.duration)} ns` },
            node.descendants > 0 && {
              name: 'Of its own',
              value: duration(selfTime(tree, node.index)),
              title: 'time that no span below covers',
            },
            { name: 'Start', value: absolute(span.timestamp, zone), copy: span.timestamp },
            { name: 'From the start', value: `+${duration(node.start)}` },
            tokens.input !== undefined && {
              name: 'Input tokens',
              value: count(tokens.input),
              title: exact(tokens.input),
            },
            tokens.output !== undefined && {
              name: 'Output tokens',
              value: count(tokens.output),
              title: exact(tokens.output),
            },
            spent !== undefined && {
              name: 'Cost',
              value: cost(spent.costUsd),
              title:
                spent.unpriced > 0 ? `${exact(spent.unpriced)} tokens have no known price` : exactCost(spent.costUsd),
            },
            !!span.model && { name: 'Model', value: visible(span.model), copy: span.model },
            { name: 'Kind', value: span.spanKind },
            { name: 'Span', value: <code className="break-all">{span.spanId}</code>, copy: span.spanId },
            !!span.parentSpanId && {
              name: 'Parent',
              value: <code className="break-all">{span.parentSpanId}</code>,
              copy: span.parentSpanId,
            },
            node.orphan && { name: 'Note', value: 'its parent is not in this trace' },
            span.traceId !== '' && {
              name: 'Trace',
              value: <code className="break-all">{span.traceId}</code>,
              copy: span.traceId,
            },
            !!span.sessionId && {
              name: 'Session',
              value: (
                <Link
                  href={link(`/sessions/${encodeURIComponent(span.sessionId)}`)}
                  className="break-all text-accent focus-ring hover:underline"
                >
                  {visible(span.sessionId)}
                </Link>
              ),
              copy: span.sessionId,
            },
            span.traceId !== '' && {
              name: 'Logs',
              value: (
                <Link
                  href={link('/logs', { q: `trace:${span.traceId}`, range: 'all' })}
                  className="text-accent focus-ring hover:underline"
                >
                  of this trace
                </Link>
              ),
            },
          ]}
        />
      </Section>
      <Section
        title="Attributes"
        note={count(Object.keys(span.spanAttributes).length)}
        actions={<CopyButton text={() => JSON.stringify(span, null, 2)} label="Copy the span as JSON" />}
      >
        <Attributes label="Attributes" attributes={span.spanAttributes} />
      </Section>
      {span.events.length > 0 && (
        <Section title="Events" note={count(span.events.length)}>
          <ol>
            {span.events.slice(0, 200).map((event, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: events of a span never change and have no id.
              <li key={index} className="hairline-t">
                <p className="flex items-baseline gap-2 px-3 pt-2 text-12">
                  <span className="min-w-0 font-semibold break-words">
                    <bdi>{visible(event.name)}</bdi>
                  </span>
                  <span className="ml-auto shrink-0 text-muted" title={absolute(event.timestamp, zone)}>
                    +{duration(Number(toNano(event.timestamp) - toNano(span.timestamp)))}
                  </span>
                </p>
                <Attributes label={`Attributes of ${event.name}`} attributes={event.attributes} />
              </li>
            ))}
          </ol>
        </Section>
      )}
      {span.links.length > 0 && (
        <Section title="Links" note={count(span.links.length)}>
          <ul>
            {span.links.slice(0, 200).map((each) => (
              <li key={`${each.traceId} ${each.spanId}`} className="px-3 py-1 text-12 hairline-t">
                <Link
                  href={link(`/traces/${each.traceId}`, { span: each.spanId })}
                  className="break-all text-accent focus-ring hover:underline"
                >
                  <code>{each.traceId}</code> / <code>{each.spanId}</code>
                </Link>
                {Object.keys(each.attributes).length > 0 && (
                  <Attributes label="Attributes of the link" attributes={each.attributes} />
                )}
              </li>
            ))}
          </ul>
        </Section>
      )}
      <Section title="Resource" note={count(Object.keys(span.resourceAttributes).length)}>
        <Attributes label="Resource attributes" attributes={span.resourceAttributes} />
      </Section>
      {span.scopeName && (
        <Section title="Scope">
          <Facts
            facts={[
              { name: 'Name', value: visible(span.scopeName), copy: span.scopeName },
              !!span.scopeVersion && { name: 'Version', value: visible(span.scopeVersion) },
            ]}
          />
        </Section>
      )}
    </>
  )
}

function SpanState({ node }: { node: Node }) {
  if (node.error)
    return (
      <Badge tone="error" icon={<CircleAlert aria-hidden className="size-3.5" />}>
        Error
      </Badge>
    )
  return node.span.statusCode === 'OK' ? (
    <Badge tone="ok" icon={<CircleCheck aria-hidden className="size-3.5" />}>
      OK
    </Badge>
  ) : (
    <Badge icon={<CircleDashed aria-hidden className="size-3.5" />}>No status</Badge>
  )
}
