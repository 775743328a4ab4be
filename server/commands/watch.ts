// watch.ts: which agents a watch is asked for: `watch TOOL`, `serve --watch [TOOL…]`.
import { allTools } from '../transcripts/service.ts'
import { UsageError } from '../usage-error.ts'

/**
 * The agents to watch: of `--watch` without a name and of `all` every one, of nothing none.
 *
 * @throws UsageError for a name that is not an agent's.
 */
export function watchedTools(given: boolean | readonly string[] | undefined): readonly string[] {
  if (given === undefined || given === false) return []
  if (given === true || given.length === 0 || given.includes('all')) return allTools
  const names = given.flatMap((name) => name.split(','))
  for (const name of names)
    if (!allTools.includes(name))
      throw new UsageError(`watch: ${JSON.stringify(name)} is not known; use ${allTools.join(', ')} or all`)
  return [...new Set(names)]
}
