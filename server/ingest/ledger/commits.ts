// commits.ts: the commits and pull requests of a group, each hash once.
import type { CommitObservation, Source } from '#proto/telemetry.ts'
import { list, maybe, query, type Row, text, time } from '../../store/query.ts'
import type { Reader, Tx } from '../../store/store.ts'
import { type Commit, commitClass, resolvedCommits } from './commit.ts'
import { wellFormed } from './observation.ts'
import { type CommitObservationRow, commitObservationWriter, commitWriter } from './writers.ts'

const shape = {
  tool: text,
  source: text,
  session_id: text,
  class: text,
  kind: text,
  hash: text,
  subject: maybe(text),
  branch: maybe(text),
  project: maybe(text),
  time: time,
}
const observations = `select
    tool, source, session_id, class, kind, hash, subject, branch, project, epoch_ns(time) as time
  from commit_observations`
const observationsOf = query(`${observations} where class in (select unnest($classes))`, { classes: list(text) }, shape)
const allObservations = query(observations, {}, shape)
const deleteCommits = query(
  `delete from commits
  where kind = $kind and (case when kind = 'commit' then hash[:7] else hash end) in (select unnest($hashes))`,
  { kind: text, hashes: list(text) },
  {},
)

/** The commits of one group. They are few, so that the tables themselves are asked every time. */
export class CommitGroup {
  #written: CommitObservationRow[] = []
  #commits: Commit[] = []
  #classes: string[] = []

  async prepare(reader: Reader, observations: CommitObservation[]): Promise<void> {
    if (observations.length === 0) return
    const classes = [...new Set(observations.map(commitClass))]
    const known = new Map<string, CommitObservationRow>()
    for (const row of await observationsOf(reader, { classes })) {
      const observation = storedCommit(row)
      known.set(identity(observation), observation)
    }
    for (const observation of observations) {
      const own = tidy(observation)
      if (known.has(identity(own))) continue
      known.set(identity(own), own)
      this.#written.push(own)
    }
    this.#classes = [...new Set(this.#written.map((own) => own.class))]
    const touched = new Set(this.#classes)
    const byClass = Map.groupBy(known.values(), (own) => own.class)
    for (const [name, own] of byClass) if (touched.has(name)) this.#commits.push(...resolvedCommits(own))
  }

  async write(tx: Tx, _batch: bigint): Promise<void> {
    if (this.#written.length === 0) return
    for (const kind of ['commit', 'pull_request'] as const) {
      const prefix = `${kind} `
      const hashes = this.#classes.flatMap((name) => (name.startsWith(prefix) ? [name.slice(prefix.length)] : []))
      if (hashes.length > 0) await deleteCommits(tx, { kind, hashes })
    }
    await tx.append(commitObservationWriter, this.#written)
    await tx.append(commitWriter, this.#commits)
  }
}

/** All commits from all that was told of them. */
export async function rebuiltCommits(reader: Reader): Promise<Commit[]> {
  const told = (await allObservations(reader, {})).map(storedCommit)
  return [...Map.groupBy(told, (own) => own.class).values()].flatMap((own) => resolvedCommits(own))
}

function storedCommit(row: Row<typeof shape>): CommitObservationRow {
  return {
    tool: row.tool,
    source: row.source as Source,
    sessionId: row.session_id,
    class: row.class,
    kind: row.kind as CommitObservation['kind'],
    hash: row.hash,
    subject: row.subject ?? undefined,
    branch: row.branch ?? undefined,
    project: row.project ?? undefined,
    timeUnixNano: row.time,
  }
}

function tidy(observation: CommitObservation): CommitObservationRow {
  const { source, tool, sessionId, kind, hash, subject, branch, project, timeUnixNano } = observation
  const clean = (text: string | undefined) => (text ? wellFormed(text) : undefined)
  return {
    source,
    tool,
    sessionId: wellFormed(sessionId),
    kind,
    hash: kind === 'commit' ? hash.toLowerCase() : wellFormed(hash),
    subject: clean(subject),
    branch: clean(branch),
    project: clean(project),
    timeUnixNano,
    class: commitClass(observation),
  }
}

function identity(observation: CommitObservationRow): string {
  const { tool, source, sessionId, kind, hash, subject, branch, project, timeUnixNano } = observation
  return JSON.stringify([tool, source, sessionId, kind, hash, subject, branch, project, String(timeUnixNano)])
}
