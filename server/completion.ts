// completion.ts: what a shell offers at each place of the command line.
import tab from '@bomb.sh/tab'
import commanderTab from '@bomb.sh/tab/commander'
import type { Command } from 'commander'
import { UsageError } from './usage-error.ts'

export const shells = ['bash', 'zsh', 'fish', 'powershell'] as const

const tools = ['claude-code', 'codex', 'gemini', 'opencode', 'copilot', 'all']

/** Values of arguments, by command and the argument's name; nothing for what only the user can know. */
const ofArguments: Record<string, readonly string[]> = {
  'watch tool': tools,
  'import tool': tools,
  'setup tool': tools,
  'hook tool': tools.slice(0, -1),
  'export tool': [...tools, 'copilot-chat', 'github-copilot'],
  'report kind': ['daily', 'weekly', 'monthly', 'session', 'model', 'project', 'tool'],
  'delete what': ['logs', 'metrics', 'traces', 'sessions', 'all'],
  'completion shell': shells,
}

/** Values of options; with the command where commands differ. */
const ofOptions: Record<string, readonly string[]> = {
  '--tool': tools,
  '--watch': tools,
  '--log-level': ['DEBUG', 'INFO', 'WARN', 'ERROR'],
  '--privacy': ['1', '2', '3'],
  '--protocol': ['grpc', 'http/protobuf', 'http/json'],
  '--pricing-mode': ['auto', 'calculate', 'display'],
  '--scope': ['ingest', 'read', 'admin'],
  '--type': ['traces', 'metrics', 'logs'],
  'export --format': ['parquet', 'csv', 'jsonl'],
  'sql --format': ['table', 'json', 'csv', 'parquet'],
}

/** Names the values on the commands; unlike `choices` that refuses nothing: the commands say better what is wrong. */
function annotate(command: Command): void {
  for (const argument of command.registeredArguments) {
    const values = ofArguments[`${command.name()} ${argument.name()}`]
    if (values) argument.argChoices = [...values]
  }
  for (const option of command.options) {
    const values = ofOptions[`${command.name()} ${option.long}`] ?? ofOptions[option.long ?? '']
    if (values && (option.required || option.optional)) option.argChoices = [...values]
  }
  for (const sub of command.commands) annotate(sub)
}

/**
 * For bash a script of ours: the library's needs the package bash-completion, and has the shell evaluate what was typed so far,
 * `$(…)` included. Nothing offered means a file.
 */
const bash = `# bash completion for telltale
_telltale() {
  local line value cur=\${COMP_WORDS[COMP_CWORD]}
  local -a words=()
  local i
  for ((i = 1; i <= COMP_CWORD; i++)); do
    # bash splits --option=value in three.
    [[ \${COMP_WORDS[i]} == = && i -gt 1 ]] || words+=("\${COMP_WORDS[i]}")
  done
  if [[ $cur == = ]]; then
    cur=''
    words+=('')
  fi
  COMPREPLY=()
  while IFS= read -r line; do
    [[ $line =~ ^:[0-9]+$ ]] && continue
    value=\${line%%$'\\t'*}
    [[ -n $value && $value == "$cur"* ]] && COMPREPLY+=("$value")
  done < <(command telltale complete -- "\${words[@]}" 2>/dev/null)
  ((\${#COMPREPLY[@]})) || compopt -o default 2>/dev/null
}
complete -F _telltale telltale
`

/** Prints the script that a shell sources. @throws UsageError for another shell. */
export function printCompletion(shell: string): void {
  if (!shells.some((known) => known === shell))
    throw new UsageError(`there is no completion for ${JSON.stringify(shell)}; use ${shells.join(', ')}`)
  if (shell === 'bash') process.stdout.write(bash)
  else tab.setup('telltale', 'telltale', shell as (typeof shells)[number])
}

/** Answers a shell's question: what may stand where `words` end. */
export function complete(telltale: Command, words: string[]): void {
  annotate(telltale)
  const script = 'completion-script'
  const root = commanderTab(telltale, { completionCommandName: script })
  // The library's own commands are not ours.
  for (const name of [script, 'complete']) root.commands.delete(name)
  const completion = root.command('completion', 'print what a shell sources to complete this command line')
  completion.argument('shell', (offer) => {
    for (const shell of shells) offer(shell, '')
  })
  root.parse(words)
}
