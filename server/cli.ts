// cli.ts: the command line: what can be typed, and which module answers. Modules are loaded only when they are asked.
import { Command, CommanderError, Option } from 'commander'
import packageJson from '../package.json' with { type: 'json' }
import { addSharing } from './cli-sharing.ts'
import { type Config, type Flags, loadConfig } from './config.ts'
import { explain } from './help.ts'
import { oneLine } from './log.ts'
import { type SettingName, settings } from './settings.ts'
import { UsageError } from './usage-error.ts'

/** The program's version, as in `package.json`. */
export const version = packageJson.version

/** The agents that a TOOL argument may name. */
export const tools = ['claude-code', 'codex', 'gemini', 'opencode', 'copilot'] as const

/**
 * Runs one command line and leaves its exit code in `process.exitCode`: 0 done, 1 failed, 2 wrong usage or setting.
 * Every expected failure is one line on stderr; a stack trace is a bug.
 */
export async function run(argv: string[]): Promise<void> {
  // A reader that goes away (`| head`) is the reader's good right, not an error.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1))
  try {
    // A shell asks at every key, for what is there and not for what would be wrong.
    if (argv[0] === 'complete' && argv[1] === '--') {
      const { complete } = await import('./completion.ts')
      complete(program(false), argv.slice(2))
      return
    }
    await program().parseAsync(argv, { from: 'user' })
  } catch (error) {
    if (error instanceof CommanderError) {
      process.exitCode = error.exitCode === 0 ? 0 : 2
      return
    }
    const usage = error instanceof UsageError
    process.stderr.write(`telltale: ${oneLine(error instanceof Error ? error.message : String(error))}\n`)
    if (!usage && process.env.TELLTALE_DEBUG && error instanceof Error) process.stderr.write(`${error.stack}\n`)
    process.exitCode = usage ? 2 : 1
  }
}

/** Adds the flags of `serve` (contract §1) to a command. */
function servingFlags(command: Command): Command {
  return command
    .option('--otlp-port <port>', 'OTLP/HTTP and hooks (0 = any free port; default 4318)')
    .option('--grpc-port <port>', 'OTLP/gRPC (0 = off; default 4317)')
    .option('--api-port <port>', 'dashboard, API and WebSocket (0 = any free port; default 8080)')
    .option('--host <address>', 'bind address of all three (default 127.0.0.1)')
    .option('--frontend-url <origin>', 'one more browser origin that may use the API')
    .option('--log-level <level>', 'DEBUG, INFO, WARN or ERROR (default INFO)')
    .option('--token <token>', 'bearer token required on every port')
    .option('--retention <age>', 'delete what is older, such as 90d (default: keep for ever)')
    .option('--retention-size <size>', 'delete the oldest when the database uses more, such as 20GB (default: never)')
    .option('--privacy <tier>', '1 metadata, 2 + prompts and tool details, 3 + responses (default 3)')
    .option('--max-body <size>', 'largest request body after decompression (default 64MiB)')
    .option('--insecure', 'allow a --host that others can reach without a token')
    .option('--no-redact', 'store known forms of secrets as they come')
}

/** The texts of the flags that were given, by setting. */
function flagsOf(command: Command): Flags {
  const given = command.optsWithGlobals() as Record<string, string | boolean | undefined>
  const flags: Flags = {}
  for (const name of Object.keys(settings) as SettingName[]) {
    const option = settings[name].flag.replace(/^--/, '').replace(/-(.)/g, (_, letter: string) => letter.toUpperCase())
    const value = given[option]
    if (value !== undefined && !(name === 'redact' && value === true)) flags[name] = String(value)
  }
  if (typeof given.home === 'string') flags.home = given.home
  if (typeof given.database === 'string') flags.database = given.database
  return flags
}

/** The configuration a command runs under. */
export function configOf(command: Command): Config {
  return loadConfig(flagsOf(command))
}

function program(withCompletion = true): Command {
  const telltale = new Command('telltale')
    .description('Collects what AI coding agents do, what it costs and where they fail.')
    .version(version, '-v, --version', 'print the version')
    .helpOption('-h, --help', 'show what can be typed')
    .addOption(new Option('--home <folder>', 'database, configuration and state (default ~/.telltale)'))
    .addOption(new Option('--database <file>', 'the database file (default <home>/telltale.duckdb)'))
    .showSuggestionAfterError()
    .exitOverride()
  telltale.configureOutput({
    outputError: (text, write) => write(`${oneLine(text.trim().replace(/^error: /, 'telltale: '))}\n`),
  })
  addServing(telltale)
  addImport(telltale)
  addDoctor(telltale)
  addStatusline(telltale)
  addExport(telltale)
  addSetup(telltale)
  addAsking(telltale)
  addPrices(telltale)
  addSharing(telltale, configOf, tools)
  if (withCompletion) addCompletion(telltale)
  // Not before: commands inherit it, and a word too many on one of them is a mistake.
  telltale.allowExcessArguments()
  explain(telltale)
  return telltale
}

function addServing(telltale: Command): void {
  // Plain `telltale` is `serve --watch all`, and offers history that was never imported.
  servingFlags(telltale)
    .option('--backfill', 'load the history first')
    .option('--open', 'open the page in the browser')
    .action(async (options, command: Command) => {
      const [unknown] = command.args
      if (unknown !== undefined) {
        throw new UsageError(`unknown command ${JSON.stringify(unknown)}; telltale --help lists the commands`)
      }
      const { serve } = await import('./commands/serve.ts')
      await serve(configOf(command), { ...options, watch: true, offer: true })
    })
  servingFlags(telltale.command('serve').description('receive telemetry and show the dashboard'))
    .option('--watch [tools...]', "also read the agents' transcripts as they grow (all unless named)")
    .option('--backfill', 'load the history first')
    .option('--open', 'open the page in the browser')
    // With the flags that plain `telltale` has, too: those are the program's own, wherever they stand.
    .action(async (_options, command: Command) =>
      (await import('./commands/serve.ts')).serve(configOf(command), command.optsWithGlobals()),
    )
  servingFlags(telltale.command('watch <tool>').description("serve, and read an agent's transcripts as they grow"))
    .option('--backfill', 'load the history first')
    .option('--no-otlp', 'do not open the OTLP ports')
    .action(async (tool, _options, command: Command) => {
      const { serve } = await import('./commands/serve.ts')
      const options = command.optsWithGlobals()
      await serve(configOf(command), { ...options, watch: [tool], receive: options.otlp })
    })
  telltale
    .command('hook <tool> [payload]')
    .description("hand an agent's hook call to the running server; says nothing and always succeeds")
    .allowExcessArguments()
    .action(async (tool, payload, _options, command: Command) => {
      try {
        const { hook } = await import('./commands/hook.ts')
        const { home, token } = configOf(command)
        await hook({ tool, payload, home, token })
      } catch {
        // The agent that calls us must never see our trouble.
      }
    })
}

/** Reading transcripts. */
function addImport(telltale: Command): void {
  telltale
    .command('import <tool> [file]')
    .description(
      `read local transcripts into the database: ${tools.join(', ')} or all; or copy a database: ai-observer FILE`,
    )
    .option('--from <date>', 'only from this day on (YYYY-MM-DD)')
    .option('--to <date>', 'only up to and including this day (YYYY-MM-DD)')
    .option('--force', 'read everything again, also what was deleted')
    .option('--dry-run', 'only tell what would be new')
    .option('--purge', 'first delete what was imported of this tool in this time')
    .option(
      '--pricing-mode <mode>',
      'auto, calculate (keeps no cost that an agent reported) or display (the summary counts only such) (default auto)',
    )
    .option('--path <folder>', "the tool's own folder, when it is not in its usual place")
    .option('--verbose', 'list the records that could not be read')
    .option('--yes', 'do not ask')
    .option('--skip-confirm', 'the same as --yes')
    .option('--json', 'as one JSON document')
    .action(async (tool, file, options, command: Command) =>
      (await import('./commands/import.ts')).importCommand(configOf(command), { ...options, tool, file }),
    )
}

/** Proving the whole way. */
function addDoctor(telltale: Command): void {
  telltale
    .command('doctor')
    .description('prove the way from the agents to the database, and say how to mend what is broken')
    .option('--json', 'as one JSON document')
    .action(async (options, command: Command) =>
      (await import('./commands/doctor.ts')).doctor(configOf(command), options),
    )
}

/** What agents run while they work. */
function addStatusline(telltale: Command): void {
  telltale
    .command('statusline')
    .description("a line for Claude Code's statusLine: cost of the session and of today, context in use")
    .option('--format <text>', 'a text with {session}, {today}, {block}, {left}, {context}, {model}, {project}')
    .action(async (options, command: Command) => {
      const { home, token } = configOf(command)
      const { statusline } = await import('./commands/statusline.ts')
      process.stdout.write(`${await statusline({ home, token, format: options.format })}\n`)
    })
}

/** What is stored, as files. */
function addExport(telltale: Command): void {
  telltale
    .command('export <tool>')
    .description(`write files and a DuckDB file of views: ${tools.join(', ')}, copilot-chat, github-copilot or all`)
    .requiredOption('--output <folder>', 'where to; an earlier export there is replaced')
    .option('--from <time>', 'YYYY-MM-DD (UTC) or RFC 3339')
    .option('--to <time>', 'YYYY-MM-DD (UTC, that day included) or RFC 3339')
    .option('--from-files', 'of the transcripts of this machine instead of the database')
    .option('--format <format>', 'parquet, csv or jsonl (default parquet)')
    .option('--zip', 'also as one archive, to take to another machine')
    .option('--dry-run', 'only tell how many rows')
    .option('--verbose', 'list the files')
    .option('--yes', 'do not ask')
    .option('--json', 'as one JSON document')
    .action(async (tool, options, command: Command) =>
      (await import('./commands/export.ts')).exportCommand(configOf(command), tool, options),
    )
}

/** The agents' own configuration. */
function addSetup(telltale: Command): void {
  telltale
    .command('setup <tool>')
    .description(`what to set so that a tool sends its telemetry here: ${tools.join(', ')} or all`)
    .option('--apply', "write it into the tool's own configuration, with a backup")
    .option('--undo', 'give the tool its configuration back as it was')
    .option('--check', 'tell whether it is set; exit code 1 when it is not')
    .option('--endpoint <url>', 'where to send to (default: the running server, else the ports of this configuration)')
    .option('--protocol <protocol>', 'grpc, http/protobuf or http/json (default http/protobuf)')
    .option('--token <token>', 'bearer token the server asks for')
    .option(
      '--privacy <tier>',
      'what the tool is asked to send: 1 metadata, 2 + prompts and tool details, 3 + responses',
    )
    .option('--hooks', 'also have the tool call telltale hook')
    .option('--yes', 'do not ask')
    .option('--json', 'as one JSON document (with --check)')
    // --token and --privacy are flags of plain `telltale`, too, and so the program's own.
    .action(async (tool, _options, command: Command) =>
      (await import('./commands/setup.ts')).setupCommand(configOf(command), tool, command.optsWithGlobals()),
    )
}

/** Commands that ask the running server, or the database when none runs. */
function addAsking(telltale: Command): void {
  telltale
    .command('status')
    .description('whether a server is up, and how it is doing')
    .option('--json', 'as one JSON document')
    .action(async (options, command: Command) =>
      (await import('./commands/status.ts')).status(configOf(command), options),
    )
  telltale
    .command('tail')
    .description('live records in the terminal')
    .option('--tool <tool>', 'only of this agent')
    .option('--service <name>', 'only of this service')
    .option('--type <types>', 'traces, metrics, logs (a comma list)')
    .action(async (options, command: Command) => (await import('./commands/tail.ts')).tail(configOf(command), options))
  telltale
    .command('sql [query]')
    .description('run one read-only statement; without one a prompt, or what comes on standard input')
    .option('--format <format>', 'table, json, csv or parquet (default table)')
    .option('--output <file>', 'into this file instead of standard output')
    .action(async (query, options, command: Command) =>
      (await import('./commands/sql.ts')).sql(configOf(command), query, options),
    )
  telltale
    .command('report <kind>')
    .description('the cost table: daily, weekly, monthly, session, model, project or tool')
    .option('--from <date>', 'from this day on (YYYY-MM-DD)')
    .option('--to <date>', 'up to and including this day (YYYY-MM-DD)')
    .option('--tz <zone>', "IANA name of the zone whose days are counted (default: this machine's)")
    .option('--tool <tool>', 'only of this tool')
    .option('--project <name>', 'only of this project')
    .option('--model <id>', 'only of this model')
    .option('--breakdown', 'a row for each model')
    .option('--json', 'as one JSON document')
    .action(async (kind, options, command: Command) =>
      (await import('./commands/report.ts')).report(configOf(command), kind, options),
    )
  telltale
    .command('delete <what>')
    .description('delete logs, metrics, traces, sessions or all of a time, or a whole session')
    .option('--from <time>', 'YYYY-MM-DD or RFC 3339')
    .option('--to <time>', 'YYYY-MM-DD (that day included) or RFC 3339')
    .option('--service <name>', 'only of this service')
    .option('--session <id>', 'everything of this session')
    .option('--dry-run', 'only tell what would go')
    .option('--no-compact', 'leave the file as it is, with what was deleted in it, until telltale compact')
    .option('--yes', 'do not ask')
    .option('--json', 'as one JSON document')
    .action(async (what, options, command: Command) =>
      (await import('./commands/delete.ts')).deleteRecords(configOf(command), what, options),
    )
  telltale
    .command('mcp')
    .description('answer the questions of an agent over MCP, on standard input and output')
    .action(async (_options, command: Command) => (await import('./commands/mcp.ts')).mcp(configOf(command)))
  telltale
    .command('rebuild')
    .description('compute the ledger anew from its observations and say what moved')
    .option('--dry-run', 'only tell what would move')
    .option('--json', 'as one JSON document')
    .action(async (options, command: Command) =>
      (await import('./commands/rebuild.ts')).rebuild(configOf(command), options),
    )
}

/** What a shell sources. */
function addCompletion(telltale: Command): void {
  telltale
    .command('completion <shell>')
    .description('print what a shell sources to complete this command line: bash, zsh, fish or powershell')
    .action(async (shell) => (await import('./completion.ts')).printCompletion(shell))
}

/** The price table, and the user's own prices. */
function addPrices(telltale: Command): void {
  const prices = telltale.command('prices').description('what models cost, and history priced anew')
  const load = () => import('./commands/prices.ts')
  prices
    .command('list [text]')
    .description('every model with a price, or those whose id holds a text')
    .option('--json', 'as one JSON document')
    .action(async (text, options, command: Command) => (await load()).listPrices(configOf(command), text, options))
  prices
    .command('show <model>')
    .description('the price in force for a model, and how its id was found')
    .option('--provider <name>', 'as this provider sells it')
    .option('--at <time>', 'as of this time (default: now)')
    .option('--json', 'as one JSON document')
    .action(async (model, options, command: Command) => (await load()).showPrice(configOf(command), model, options))
  prices
    .command('set <model>')
    .description('set the price of a model, in dollars per million tokens')
    .option('--input <dollars>', 'uncached input')
    .option('--output <dollars>', 'output, reasoning included')
    .option('--cache-read <dollars>', 'input from the cache (default: as input)')
    .option('--cache-write-5m <dollars>', 'input kept for five minutes (default: as input)')
    .option('--cache-write-1h <dollars>', 'input kept for an hour (default: as for five minutes)')
    .option('--from <date>', 'since when it holds (default: since ever)')
    .option('--included', 'it costs nothing by itself: free, or part of a plan')
    .option('--json', 'as one JSON document')
    .action(async (model, options, command: Command) => (await load()).setPrice(configOf(command), model, options))
  prices
    .command('remove <model>')
    .description('take back what was set for a model')
    .option('--json', 'as one JSON document')
    .action(async (model, options, command: Command) => (await load()).removePrice(configOf(command), model, options))
  prices
    .command('unpriced')
    .description('the models that were used and have no price')
    .option('--json', 'as one JSON document')
    .action(async (options, command: Command) => (await load()).listUnpriced(configOf(command), options))
  prices
    .command('reprice')
    .description('price history by the present table and say what moved')
    .option('--dry-run', 'only tell what would move')
    .option('--json', 'as one JSON document')
    .action(async (options, command: Command) => (await load()).repriceHistory(configOf(command), options))
}
