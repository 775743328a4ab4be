// session-summary.tsx: everything about a session that is no transcript: models, tools, subagents, commits.
import { GitCommitHorizontal, GitPullRequest } from 'lucide-react'
import { Link } from 'wouter'
import { Basis } from '../components/basis.tsx'
import { Facts } from '../components/facts.tsx'
import { Panel } from '../components/panel.tsx'
import { cost, costTitle, count, durationMs, exact, ratio } from '../lib/format.ts'
import { oneLine, visible } from '../lib/safe-text.ts'
import type { SessionDetail, UsageNumbers } from '../lib/shapes.ts'
import { absolute, dayTime, toMs } from '../lib/time.ts'
import { useUrl } from '../lib/url-state.ts'
import { useSettings } from '../settings.ts'
import { Table, Td, Th } from '../ui/table.tsx'
import { within } from './touched.ts'

export function SessionSummary({ session }: { session: SessionDetail }) {
  const zone = useSettings((settings) => settings.zone)
  const { link } = useUrl()
  const parent = session.parent
  return (
    <div className="grid gap-4 p-4 xl:grid-cols-2" data-testid="session-summary">
      <Panel title="Facts">
        <Facts
          facts={[
            {
              name: 'Session',
              value: <code className="break-all">{visible(session.sessionId)}</code>,
              copy: session.sessionId,
            },
            { name: 'Started', value: absolute(session.startTime, zone) },
            { name: 'Last', value: absolute(session.lastTime, zone) },
            { name: 'Duration', value: durationMs(session.durationMs) },
            session.activeMs !== undefined && { name: 'Active', value: durationMs(session.activeMs) },
            !!session.project && { name: 'Project', value: visible(session.project), copy: session.project },
            !!session.branch && { name: 'Branch', value: visible(session.branch), copy: session.branch },
            !!session.cwd && {
              name: 'Folder',
              value: <code className="break-all">{visible(session.cwd)}</code>,
              copy: session.cwd,
            },
            !!session.version && { name: 'Version', value: visible(session.version) },
            !!session.user && { name: 'User', value: visible(session.user) },
            !!session.host && { name: 'Host', value: visible(session.host) },
            !!session.commitAtStart && {
              name: 'Commit before',
              value: <code>{session.commitAtStart}</code>,
              copy: session.commitAtStart,
            },
            !!session.commitAtEnd && {
              name: 'Commit after',
              value: <code>{session.commitAtEnd}</code>,
              copy: session.commitAtEnd,
            },
            !!session.forkedFrom && { name: 'Forked from', value: visible(session.forkedFrom) },
            { name: 'Told by', value: session.sources.join(', ').replaceAll('_', ' ') },
            { name: 'Cost', value: <Basis name={session.basis} /> },
            !!parent && {
              name: 'Started by',
              value: (
                <Link
                  href={link(`/sessions/${encodeURIComponent(parent.sessionId)}`)}
                  className="text-accent focus-ring hover:underline"
                >
                  {oneLine(parent.title || parent.sessionId, 120)}
                </Link>
              ),
            },
          ]}
        />
      </Panel>
      <Panel title="Models">
        <UsageRows
          label="Models"
          rows={session.modelUsage.map(({ model, ...usage }) => ({ name: model ?? 'Unknown model', usage }))}
        />
      </Panel>
      {(session.agents.length > 1 || session.children.length > 0) && (
        <Panel title="Agents">
          <UsageRows
            label="Agents"
            rows={[
              ...session.agents.map(({ agent, agentId, ...usage }) => ({
                name: agent ?? agentId ?? 'Main agent',
                usage,
              })),
              ...session.children.map((child) => ({
                name: child.title || child.sessionId,
                usage: child,
                href: link(`/sessions/${encodeURIComponent(child.sessionId)}`),
              })),
            ]}
          />
        </Panel>
      )}
      {session.tools.length > 0 && (
        <Panel title="Tools" note={`${count(session.toolCallCount)} calls`}>
          <Table label="Tools of the session">
            <thead>
              <tr>
                <Th>Tool</Th>
                <Th className="text-right">Calls</Th>
                <Th className="text-right">Success</Th>
                <Th className="text-right">p50</Th>
                <Th className="text-right">p95</Th>
                <Th className="text-right">Waited</Th>
              </tr>
            </thead>
            <tbody>
              {session.tools.map((tool) => (
                <tr key={`${tool.mcpServer ?? ''}/${tool.toolName}`} className="hover:bg-hover">
                  <Td>{oneLine(tool.toolName, 60)}</Td>
                  <Td className="text-right">{count(tool.calls)}</Td>
                  <Td className="text-right">{ratio(tool.successRate)}</Td>
                  <Td className="text-right">{durationMs(tool.durationMsP50)}</Td>
                  <Td className="text-right">{durationMs(tool.durationMsP95)}</Td>
                  <Td className="text-right">{durationMs(tool.blockedMs)}</Td>
                </tr>
              ))}
            </tbody>
          </Table>
        </Panel>
      )}
      {session.files.length > 0 && <Files session={session} />}
      {session.commits.length > 0 && (
        <Panel title="Commits">
          <ul>
            {session.commits.map((commit) => (
              <li
                key={`${commit.kind} ${commit.hash}`}
                className="flex items-center gap-2 px-3 py-1.5 text-12 hairline-t"
              >
                {commit.kind === 'commit' ? (
                  <GitCommitHorizontal aria-label="Commit" className="size-3.5 text-muted" />
                ) : (
                  <GitPullRequest aria-label="Pull request" className="size-3.5 text-muted" />
                )}
                <code>{visible(commit.hash).slice(0, 40)}</code>
                <span className="min-w-0 flex-1 truncate">{oneLine(commit.subject ?? '', 160)}</span>
                <span className="text-muted">{dayTime(toMs(commit.timestamp), zone)}</span>
              </li>
            ))}
          </ul>
        </Panel>
      )}
    </div>
  )
}

/** What was changed, with its lines, and what was only read. */
function Files({ session }: { session: SessionDetail }) {
  const { files } = session
  const changed = files.filter(({ changes }) => changes > 0)
  const sum = (key: 'linesAdded' | 'linesRemoved') => files.reduce((all, file) => all + (file[key] ?? 0), 0)
  const note = [
    `${count(changed.length)} changed`,
    `${count(files.length - changed.length)} read`,
    ...(files.some(({ linesAdded }) => linesAdded !== null)
      ? [`+${count(sum('linesAdded'))} −${count(sum('linesRemoved'))} lines`]
      : []),
  ]
  return (
    <Panel title="Files" note={note.join(', ')} testId="session-files">
      <Table label="Files of the session">
        <thead>
          <tr>
            <Th>File</Th>
            <Th className="text-right">Calls</Th>
            <Th className="text-right">Added</Th>
            <Th className="text-right">Removed</Th>
          </tr>
        </thead>
        <tbody>
          {files.map((file) => (
            <tr key={file.path} data-testid="file" className="hover:bg-hover">
              <Td className="max-w-96 truncate" title={visible(file.path)}>
                <code className={file.changes > 0 ? undefined : 'text-muted'}>
                  <bdi>{oneLine(within(file.path, session.cwd), 200)}</bdi>
                </code>
              </Td>
              <Td className="text-right">{count(file.calls)}</Td>
              <Td className={file.linesAdded ? 'text-right text-ok' : 'text-right text-muted'}>
                {file.linesAdded ? `+${count(file.linesAdded)}` : count(file.linesAdded)}
              </Td>
              <Td className={file.linesRemoved ? 'text-right text-error' : 'text-right text-muted'}>
                {file.linesRemoved ? `−${count(file.linesRemoved)}` : count(file.linesRemoved)}
              </Td>
            </tr>
          ))}
        </tbody>
      </Table>
    </Panel>
  )
}

function UsageRows({
  label,
  rows,
}: {
  label: string
  rows: readonly { name: string; usage: UsageNumbers; href?: string }[]
}) {
  return (
    <Table label={label}>
      <thead>
        <tr>
          <Th>{label.replace(/s$/, '')}</Th>
          <Th className="text-right">Requests</Th>
          <Th className="text-right">Input</Th>
          <Th className="text-right">Cached</Th>
          <Th className="text-right">Output</Th>
          <Th className="text-right">Cost</Th>
        </tr>
      </thead>
      <tbody>
        {rows.map(({ name, usage, href }) => (
          <tr key={`${name} ${href ?? ''}`} className="hover:bg-hover">
            <Td className="max-w-64 truncate">
              {href ? (
                <Link href={href} className="text-accent focus-ring hover:underline">
                  {oneLine(name, 80)}
                </Link>
              ) : (
                <bdi>{oneLine(name, 80)}</bdi>
              )}
            </Td>
            <Td className="text-right">{count(usage.requests)}</Td>
            <Td className="text-right" title={exact(usage.inputTokens)}>
              {count(usage.inputTokens)}
            </Td>
            <Td
              className="text-right"
              title={`${exact(usage.cacheReadTokens)} read, ${exact(usage.cacheWriteTokens)} written`}
            >
              {count(usage.cacheReadTokens + usage.cacheWriteTokens)}
            </Td>
            <Td className="text-right" title={exact(usage.outputTokens)}>
              {count(usage.outputTokens)}
            </Td>
            <Td
              className="text-right font-semibold"
              title={costTitle(usage.costUsd, label === 'Models' ? name : undefined)}
            >
              {cost(usage.costUsd)}
            </Td>
          </tr>
        ))}
      </tbody>
    </Table>
  )
}
