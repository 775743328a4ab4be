// git-commits.ts: commits and pull requests in what an agent ran: the command parsed as shell and git's own output.
import { parse } from 'shell-quote'

export type Commit = { hash: string; branch?: string; subject: string }

/** Separates what a command line does one after the other. */
const separators = new Set(['&&', '||', ';', '|', '|&', '&', '\n', '(', ')'])

/** Options of git that take the next word as their value. */
const gitOptionsWithValue = new Set(['-C', '-c', '--git-dir', '--work-tree', '--namespace', '--exec-path'])

/**
 * The commits that a shell command made: only where the command really runs `git commit` (or another verb that commits)
 * and git says so in its own words, `[branch hash] subject`. A quiet commit tells no hash and is none here.
 */
export function commitsOf(command: string, output: string): Commit[] {
  if (!/git/.test(command) || !output.includes('[') || !runsGit(command)) return []
  const commits: Commit[] = []
  const seen = new Set<string>()
  for (const match of output.matchAll(
    /^\[(?:([^\]\s]+(?: [^\]\s]+)*?) )?(?:\(root-commit\) )?([0-9a-f]{7,64})\] (.*)$/gm,
  )) {
    const [, branch, hash, subject] = match
    if (!hash || seen.has(hash)) continue
    seen.add(hash)
    commits.push({ hash, subject: (subject ?? '').trim(), ...(branch && branch !== 'detached HEAD' ? { branch } : {}) })
  }
  return commits
}

/** Verbs of git after which it prints a commit's line. */
const committing = new Set(['commit', 'merge', 'cherry-pick', 'revert', 'am', 'rebase', 'pull'])

function runsGit(command: string): boolean {
  return commandsOf(command).some((words) => {
    const verb = gitVerb(words)
    return verb !== undefined && committing.has(verb)
  })
}

/** The words of each simple command of a command line; `bash -c '…'` is looked into. */
export function commandsOf(commandLine: string, depth = 0): string[][] {
  let entries: ReturnType<typeof parse>
  try {
    // A newline separates commands; a here-document's body is text, so that what it quotes is not what was run.
    entries = parse(withoutHereDocuments(commandLine).replaceAll('\n', ' ; '), (name) => `$${name}`)
  } catch {
    return []
  }
  const commands: string[][] = [[]]
  for (const entry of entries) {
    if (typeof entry === 'string') commands.at(-1)?.push(entry)
    else if ('op' in entry && separators.has(entry.op)) commands.push([])
  }
  const simple = commands.map(withoutPrefix).filter((words) => words.length > 0)
  if (depth >= 3) return simple
  return simple.flatMap((words) => {
    const script = shellScript(words)
    return script === undefined ? [words] : commandsOf(script, depth + 1)
  })
}

function withoutHereDocuments(commandLine: string): string {
  return commandLine.replaceAll(/<<-?\s*(['"]?)(\w+)\1([^\n]*)\n[\s\S]*?\n\s*\2(?=\n|\)|"|$)/g, '$3')
}

/** Drops `VAR=value`, `sudo`, `time`, `env` and their like before the command itself. */
function withoutPrefix(words: string[]): string[] {
  let at = 0
  while (at < words.length && (/^[A-Za-z_]\w*=/.test(words[at] ?? '') || prefixes.has(words[at] ?? ''))) at++
  return words.slice(at)
}

const prefixes = new Set(['sudo', 'time', 'env', 'command', 'exec', 'nohup', 'then', 'do', 'else', '{', '!'])
const shells = new Set(['sh', 'bash', 'zsh', 'dash'])

function shellScript(words: string[]): string | undefined {
  const name = words[0]?.split('/').at(-1) ?? ''
  if (!shells.has(name)) return undefined
  const flag = words.findIndex((word) => /^-[a-z]*c$/.test(word))
  return flag < 0 ? undefined : words[flag + 1]
}

function gitVerb(words: string[]): string | undefined {
  if (
    words[0]
      ?.split('/')
      .at(-1)
      ?.replace(/\.exe$/, '') !== 'git'
  )
    return undefined
  for (let at = 1; at < words.length; at++) {
    const word = words[at] as string
    if (gitOptionsWithValue.has(word)) at++
    else if (!word.startsWith('-')) return word
  }
  return undefined
}

/** A pull request as `repository#number`. */
export type PullRequest = { hash: string; repository: string }

/** The pull requests that a command opened: it runs `gh pr create` (or `glab mr create`) and its output links to them. */
export function pullRequestsOf(command: string, output: string): PullRequest[] {
  if (!/\b(pr|mr)\b/.test(command)) return []
  const creates = commandsOf(command).some(
    ([program, noun, verb]) =>
      (program === 'gh' && noun === 'pr' && verb === 'create') ||
      (program === 'glab' && noun === 'mr' && verb === 'create'),
  )
  if (!creates) return []
  const found = new Map<string, PullRequest>()
  for (const [url] of output.matchAll(/https?:\/\/[^\s"'<>)]+/g)) {
    const request = pullRequestOf(url)
    if (request) found.set(request.hash, request)
  }
  return [...found.values()]
}

/** `https://host/owner/repo/pull/7` (or `/-/merge_requests/7`) as `owner/repo#7`. */
export function pullRequestOf(url: string): PullRequest | undefined {
  const match = /^https?:\/\/[^/]+\/(.+?)\/(?:pull|-\/merge_requests)\/(\d+)/.exec(url)
  return match ? { repository: match[1] as string, hash: `${match[1]}#${match[2]}` } : undefined
}
