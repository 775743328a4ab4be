// detail.ts: one session with everything in it: models, agents, tools, commits, and the sessions around it.
import { z } from 'zod'
import { int, maybe, query, type Runner, text, time } from '../../store/query.ts'
import { earliest, formatTime, latest } from '../time.ts'
import { readTools, ToolUse } from '../tools/read-tools.ts'
import { readUsage, type UsageGroup } from '../usage/read-usage.ts'
import { usageOf, usageShape } from '../usage/shape.ts'
import commitsSql from './commits.sql' with { type: 'text' }
import filesSql from './files.sql' with { type: 'text' }
import { listSessions, Session, type SessionRow, sessionOf } from './session.ts'

const Commit = z.object({
  kind: z.enum(['commit', 'pull_request']),
  hash: z.string().describe('or repository#number'),
  subject: z.string().optional(),
  branch: z.string().optional(),
  project: z.string().optional(),
  timestamp: z.string(),
})

const TouchedFile = z.object({
  path: z.string(),
  calls: z.number(),
  changes: z.number().describe('calls that changed it; 0: it was only read'),
  linesAdded: z.number().nullable().describe('null: not known'),
  linesRemoved: z.number().nullable(),
})

export const SessionDetail = Session.extend({
  modelUsage: z.array(z.object({ model: z.string().nullable(), ...usageShape })).describe('by cost'),
  agents: z
    .array(z.object({ agent: z.string().nullable(), agentId: z.string().nullable(), ...usageShape }))
    .describe('the main agent has neither name nor id'),
  tools: z.array(ToolUse),
  commits: z.array(Commit),
  files: z.array(TouchedFile).describe('those that tools named, at most 500'),
  sources: z.array(z.string()).describe('the doors that saw it'),
  forkedFrom: z.string().optional(),
  cwd: z.string().optional(),
  commitAtStart: z.string().optional(),
  commitAtEnd: z.string().optional(),
  parent: Session.optional(),
  children: z.array(Session).describe('sessions of its subagents'),
}).meta({ id: 'SessionDetail' })
export type SessionDetail = z.infer<typeof SessionDetail>

const listCommits = query(
  commitsSql,
  { tool: text, session: text },
  {
    kind: text,
    hash: text,
    subject: maybe(text),
    branch: maybe(text),
    project: maybe(text),
    time,
  },
)

const listFiles = query(
  filesSql,
  { tool: text, session: text, most: int },
  { path: text, calls: int, changes: int, lines_added: maybe(int), lines_removed: maybe(int) },
)

const everything = { from: earliest, to: latest, sort: 'lastTime', direction: 1, limit: 1, offset: 0 } as const
/** Subagents shown with their parent; more are in the list, filtered by nothing but their parent. */
const childrenMax = 1000
const filesMax = 500

/** A session by its id; of two tools that use one id, the one seen last. */
export async function findSession(
  runner: Runner,
  session: string,
  tool: string | undefined,
): Promise<SessionRow | undefined> {
  const [row] = await listSessions(runner, { ...everything, session, tool })
  return row
}

export async function sessionDetail(runner: Runner, row: SessionRow) {
  const { tool, session_id: session } = row
  const asked = { tz: 'UTC', from: earliest, to: latest, filters: { tool, session } }
  const models = await readUsage(runner, { ...asked, groupBy: ['model'] })
  const agents = await readUsage(runner, { ...asked, groupBy: ['agent', 'agentId'] })
  const tools = await readTools(runner, { from: earliest, to: latest, tool, session })
  const commits = await listCommits(runner, { tool, session })
  const files = await listFiles(runner, { tool, session, most: filesMax })
  const parent = row.parent_session_id ? await findSession(runner, row.parent_session_id, tool) : undefined
  const children = await listSessions(runner, { ...everything, parent: session, tool, limit: childrenMax })
  return {
    ...sessionOf(row),
    modelUsage: models.groups.map(({ keys, usage }) => ({ model: keys.model ?? null, ...usageOf(usage) })),
    agents: agents.groups.map(agentOf),
    tools,
    commits: commits.map(({ kind, hash, subject, branch, project, time }) => ({
      kind: kind as 'commit' | 'pull_request',
      hash,
      subject: subject ?? undefined,
      branch: branch ?? undefined,
      project: project ?? undefined,
      timestamp: formatTime(time),
    })),
    files: files.map(({ lines_added, lines_removed, ...file }) => ({
      ...file,
      linesAdded: lines_added,
      linesRemoved: lines_removed,
    })),
    sources: row.sources,
    forkedFrom: row.forked_from ?? undefined,
    cwd: row.cwd ?? undefined,
    commitAtStart: row.commit_at_start ?? undefined,
    commitAtEnd: row.commit_at_end ?? undefined,
    parent: parent ? sessionOf(parent) : undefined,
    children: children.map(sessionOf),
  }
}

function agentOf({ keys, usage }: UsageGroup) {
  return { agent: keys.agent ?? null, agentId: keys.agentId ?? null, ...usageOf(usage) }
}
