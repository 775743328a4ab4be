// commit.ts: commits and pull requests, each hash once, whoever told of it and however short it was written.
import type { CommitObservation, Source } from '#proto/telemetry.ts'
import { compareText } from './precedence.ts'

/** A commit as all who told of it together tell it. */
export type Commit = Omit<CommitObservation, 'source'> & { sources: Source[] }

/** Git prints at least seven digits; two hashes that share them may be one. */
const abbreviationMin = 7

/** The part of a hash that all spellings of one commit share; a pull request has only one spelling. */
export function commitClass({ kind, hash }: Pick<CommitObservation, 'kind' | 'hash'>): string {
  return kind === 'commit' ? `commit ${hash.toLowerCase().slice(0, abbreviationMin)}` : `${kind} ${hash}`
}

/**
 * The commits behind the observations of one {@link commitClass}. A short hash is the first longer one (by text) that it
 * begins; the session is the one that told of it first.
 */
export function resolvedCommits(observations: readonly CommitObservation[]): Commit[] {
  const hashes = [...new Set(observations.map(({ hash }) => hash.toLowerCase()))].sort()
  const whole = new Map<string, string>()
  for (const hash of hashes) {
    const longest = hashes.find(
      (other) => other.startsWith(hash) && !hashes.some((o) => o !== other && o.startsWith(other)),
    )
    whole.set(hash, longest ?? hash)
  }
  const commits = Map.groupBy(observations, ({ hash }) => whole.get(hash.toLowerCase()) ?? hash)
  return [...commits].map(([hash, told]) => {
    const ordered = [...told].sort(compareObservations)
    const first = ordered[0] as CommitObservation
    return {
      tool: first.tool,
      sessionId: first.sessionId,
      kind: first.kind,
      hash: first.kind === 'commit' ? hash : first.hash,
      timeUnixNano: first.timeUnixNano,
      subject: ordered.find(({ subject }) => subject)?.subject,
      branch: ordered.find(({ branch }) => branch)?.branch,
      project: ordered.find(({ project }) => project)?.project,
      sources: [...new Set(ordered.map(({ source }) => source))].sort(),
    }
  })
}

function compareObservations(a: CommitObservation, b: CommitObservation): number {
  if (a.timeUnixNano !== b.timeUnixNano) return a.timeUnixNano < b.timeUnixNano ? -1 : 1
  return (
    compareText(a.tool, b.tool) ||
    compareText(a.sessionId, b.sessionId) ||
    compareText(a.source, b.source) ||
    compareText(`${a.subject}\n${a.branch}\n${a.project}`, `${b.subject}\n${b.branch}\n${b.project}`)
  )
}
