// help.ts: what `--help` says beyond the options: what to know, and examples, for every command.
import type { Command } from 'commander'

/** `about`: what to know before. `examples`: a command line and what it is for. */
type Help = { about?: string; examples: [line: string, what: string][] }

export const helps: Record<string, Help> = {
  '': {
    about: `Without a command telltale serves, watches every agent's transcripts, and offers history that was never
imported. Settings come from flags, then TELLTALE_* variables, then <home>/config.toml. Commands ask the
running server, or open the database themselves when none runs.

Exit codes: 0 done, 1 failed, 2 wrong usage or setting.`,
    examples: [
      ['telltale', 'serve, and read transcripts as they grow'],
      ['telltale setup all --apply', 'have every agent found here send its telemetry'],
      ['telltale run -- claude -p "hello"', 'run one agent and see what it used'],
      ['telltale report daily', 'what each day cost'],
      ['telltale doctor', 'find out why nothing arrives'],
    ],
  },
  serve: {
    about: `Prints one line for each address and runs until SIGTERM or Ctrl-C; then it finishes what is in flight and exits
with 0. What it has acknowledged is on disk. Port 0 means any free port.`,
    examples: [
      ['telltale serve --watch', "receive, and read all agents' transcripts"],
      ['telltale serve --watch codex gemini --backfill', 'load the history of two agents first'],
      ['telltale serve --retention 90d --retention-size 20GB', 'keep three months, and no more than 20 GB'],
      ['telltale serve --host 0.0.0.0 --token secret', 'for other machines'],
    ],
  },
  watch: {
    examples: [
      ['telltale watch claude-code --backfill', 'serve, and read Claude Code, its history first'],
      ['telltale watch all --no-otlp', 'only read files'],
    ],
  },
  run: {
    about: `The agent finds in its environment where to send (Codex in a copy of its folder); nothing is configured and
nothing stays. Its exit code and output are its own; the summary goes to stderr. Exits with 3 when the
budget was passed.`,
    examples: [
      ['telltale run -- claude -p "fix the test"', 'what it used is said at the end'],
      ['telltale run --json -- codex exec "explain this"', 'one line of JSON, the last on standard output'],
      ['telltale run --budget 2.50 --quiet -- gemini -p "hello"', 'in a build: exit code 3 above $2.50'],
    ],
  },
  import: {
    about: `Reads what is new and leaves what was read before. Twice changes nothing: a request is counted once, whoever
else reported it. Days are those of this machine's zone. What was deleted stays away without --force.`,
    examples: [
      ['telltale import all', 'everything of this machine'],
      ['telltale import claude-code --from 2026-11-01 --dry-run', 'only tell what would be new'],
      ['telltale import codex --path ~/old/.codex/sessions --json', 'of another folder'],
    ],
  },
  export: {
    about: `Writes traces, logs, metrics, model_calls, tool_calls, messages and sessions as of one moment, and a DuckDB
file with a view of each. An export that is there is replaced whole or not at all.`,
    examples: [
      ['telltale export all --output ./telltale', 'Parquet'],
      ['telltale export claude-code --output ./out --format csv --from 2026-11-01', 'one agent, since a day'],
      ['telltale export all --output ./out --from-files --zip', 'of the transcripts alone, to take away'],
    ],
  },
  delete: {
    about: `Cannot be undone. It says first what would go, and asks; scripts say --yes. Then the file is written anew, so that
what was deleted is in none of the database's files any more; this takes as much room on the disk as what stays
(--no-compact leaves it for later). Backups and exports are yours to remove.`,
    examples: [
      ['telltale delete logs --from 2026-01-01 --to 2026-03-31 --dry-run', 'what would go'],
      ['telltale delete sessions --session 9f86bdd1-e720-4efd-a4d4-a23229471452', 'everything of one session'],
    ],
  },
  setup: {
    about: `Prints what to set. --apply shows the difference, asks, keeps a backup, and leaves comments, order and other
keys as they are; --undo gives the very bytes back.`,
    examples: [
      ['telltale setup claude-code', 'what to set'],
      ['telltale setup all --apply --hooks', 'write it for every agent found, hooks too'],
      ['telltale setup codex --check', 'exit code 1 when it is not set'],
      ['telltale setup gemini --apply --endpoint https://telltale.example:4318 --token secret', 'for a shared server'],
    ],
  },
  doctor: {
    about: 'Each finding says how to mend it. Exit code 1 when something is broken.',
    examples: [
      ['telltale doctor', 'the whole way, from the agents to the disk'],
      ['telltale doctor --json', 'for a script'],
    ],
  },
  report: {
    about: `Equal to the page to the cent. A + marks a cost of which a part has no price; telltale prices unpriced lists
the models. Days, weeks and months are those of --tz.`,
    examples: [
      ['telltale report daily --from 2026-11-01', 'each day of this month'],
      ['telltale report session --tool codex --breakdown', 'each session of Codex, by model'],
      ['telltale report project --json', 'for a script'],
    ],
  },
  status: { examples: [['telltale status', 'is a server up, how large is the database, who was heard last']] },
  statusline: {
    about: `Reads Claude Code's JSON on standard input. In its settings.json:
  {"statusLine": {"type": "command", "command": "telltale statusline"}}
Fields: {session} {today} {block} {left} {context} {model} {project}.`,
    examples: [["telltale statusline --format '{session} · {block} · {context}'", 'a line of your own']],
  },
  hook: {
    about: 'Reads the call on standard input (Codex gives it as an argument). Always exits with 0 and says nothing.',
    examples: [['telltale hook claude-code', 'as the command of a hook']],
  },
  push: {
    about: `Sends what is new and goes on where it was cut off; the other server keeps how far each file was read. There
every session has its host and its user: that of the token, else the one who pushes.`,
    examples: [
      ['telltale push --to https://telltale.example --token secret', 'once'],
      ['telltale push --to http://server:8080 --watch --tool claude-code,codex', 'and what comes, until Ctrl-C'],
    ],
  },
  sql: {
    about: `Tables: model_calls, sessions, tool_calls, messages, logs, spans, metric_points, commits and more; a prompt
completes their names and keeps its history. Only reading is possible.`,
    examples: [
      ['telltale sql', 'a prompt'],
      ['telltale sql "select tool, count(*) from model_calls group by all"', 'one statement'],
      ['telltale sql --format parquet --output calls.parquet "from model_calls"', 'into a file'],
    ],
  },
  tail: {
    examples: [
      ['telltale tail', 'everything as it is stored'],
      ['telltale tail --tool codex --type logs,traces', 'of one agent'],
    ],
  },
  mcp: {
    about: `For agents that start their servers themselves; others ask POST /mcp of the running server.`,
    examples: [['telltale mcp', 'such as: claude mcp add telltale -- telltale mcp']],
  },
  rebuild: { examples: [['telltale rebuild --dry-run', 'what would move; in a healthy ledger nothing does']] },
  prices: {
    examples: [
      ['telltale prices show claude-sonnet-4-5', 'the price in force, and where it comes from'],
      ['telltale prices unpriced', 'what was used and has no price'],
    ],
  },
  'prices list': { examples: [['telltale prices list gpt', 'every model whose id holds gpt']] },
  'prices show': {
    examples: [['telltale prices show gpt-5.6 --at 2026-06-01', 'as of a day']],
  },
  'prices set': {
    examples: [
      ['telltale prices set my-model --input 0.5 --output 2', 'dollars per million tokens'],
      ['telltale prices set local-model --included', 'it costs nothing by itself'],
    ],
  },
  'prices remove': { examples: [['telltale prices remove my-model', 'the table is in force again']] },
  'prices unpriced': { examples: [['telltale prices unpriced --json', 'for a script']] },
  'prices reprice': { examples: [['telltale prices reprice --dry-run', 'what history would cost now']] },
  backup: {
    about: 'A file that is there is not written over. A running server goes on taking records.',
    examples: [['telltale backup ~/backups/telltale.duckdb', 'the whole database of this moment']],
  },
  restore: {
    about: 'The backup is opened on a copy first; what cannot be used replaces nothing. No server may be running.',
    examples: [
      ['telltale restore ~/backups/telltale.duckdb', 'into an empty home'],
      ['telltale restore ~/backups/telltale.duckdb --force', 'the database that is there is kept beside'],
    ],
  },
  compact: {
    about: `Writes the file anew, without what is free in it, and puts it in the place of the old one; deletions do so by
themselves. A running server goes on taking records; as much room as the new file takes has to be free.`,
    examples: [['telltale compact', 'how large it was, and is']],
  },
  token: {
    about: `As soon as one was made every port asks for a token: "Authorization: Bearer <token>". Commands of the
server's own user need none.`,
    examples: [
      ['telltale token create --name laptop --user ann', 'to send from a machine'],
      ['telltale token list', 'which are in force'],
    ],
  },
  'token create': {
    about: 'Prints the token alone on standard output, once; only its hash is kept.',
    examples: [['telltale token create --name page --scope read', 'to see the page and ask']],
  },
  'token list': { examples: [['telltale token list --json', 'for a script']] },
  'token revoke': {
    examples: [
      ['telltale token revoke laptop', 'by its name, or its id'],
      ['telltale token revoke --all', 'forget all of them: a server on this machine alone asks for none again'],
    ],
  },
  completion: {
    examples: [
      ['telltale completion bash', 'in ~/.bashrc: source <(telltale completion bash)'],
      ['telltale completion zsh', 'in ~/.zshrc: source <(telltale completion zsh)'],
      ['telltale completion fish', 'once: telltale completion fish > ~/.config/fish/completions/telltale.fish'],
    ],
  },
}

/** Adds what is known to every command's `--help`. */
export function explain(command: Command, path = ''): void {
  const help = helps[path]
  if (help) command.addHelpText('after', () => textOf(help))
  for (const sub of command.commands) explain(sub, path === '' ? sub.name() : `${path} ${sub.name()}`)
}

function textOf({ about, examples }: Help): string {
  const width = Math.max(...examples.map(([line]) => line.length))
  const lines = examples.map(([line, what]) =>
    width > 56 ? `  ${line}\n      ${what}` : `  ${line.padEnd(width)}   ${what}`,
  )
  return `${about ? `\n${about}\n` : ''}\nExamples:\n${lines.join('\n')}`
}
