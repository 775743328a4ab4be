// cli-sharing.ts: the command line of what leaves this machine or comes to it: runs, pushes, tokens, backups, completion.
import type { Command } from 'commander'
import type { Config } from './config.ts'

/** The configuration a command runs under. */
type ConfigOf = (command: Command) => Config

export function addSharing(telltale: Command, configOf: ConfigOf, tools: readonly string[]): void {
  addRun(telltale, configOf)
  addPush(telltale, configOf, tools)
  addTokens(telltale, configOf)
  addBackup(telltale, configOf)
}

/** Bearer tokens of a shared server. */
function addTokens(telltale: Command, configOf: ConfigOf): void {
  const token = telltale.command('token').description('bearer tokens for a shared server; only their hashes are kept')
  const load = () => import('./commands/token.ts')
  token
    .command('create')
    .description('make a token and print it, once; from then on every port asks for one')
    .option('--name <text>', 'what it is for, such as the machine that will use it')
    .option('--user <name>', 'whose records come by it, where a record names nobody')
    .option('--scope <scopes...>', 'ingest (send), read (ask, see the page), admin (everything); default ingest')
    .option('--json', 'as one JSON document')
    .action(async (options, command: Command) => (await load()).createToken(configOf(command), options))
  token
    .command('list')
    .description('the tokens ever made, without what they are')
    .option('--json', 'as one JSON document')
    .action(async (options, command: Command) => (await load()).listTokens(configOf(command), options))
  token
    .command('revoke [token]')
    .description('refuse a token from now on, by its id or name')
    .option('--all', 'forget all tokens: a server on this machine alone then asks for none')
    .option('--json', 'as one JSON document')
    .action(async (which, options, command: Command) => (await load()).revokeToken(configOf(command), which, options))
}

/** To a server of several machines. */
function addPush(telltale: Command, configOf: ConfigOf, tools: readonly string[]): void {
  telltale
    .command('push')
    .description('send the transcripts of this machine to another telltale; it goes on where it stopped')
    .option('--to <url>', "the address of the other's page, such as http://server:8080")
    .option('--token <token>', 'the token it asks for (scope ingest)')
    .option('--tool <tool>', `only of these: ${tools.join(', ')} (a comma list; default all)`)
    .option('--as <name>', "this machine's name there (default: its host name)")
    .option('--watch', 'and what is written from now on, until Ctrl-C')
    .option('--json', 'as one JSON document')
    // --token is a flag of plain `telltale`, too, and so the program's own.
    .action(async (_options, command: Command) =>
      (await import('./commands/push.ts')).push(configOf(command), command.optsWithGlobals()),
    )
}

/** An agent started by us. */
function addRun(telltale: Command, configOf: ConfigOf): void {
  telltale
    .command('run')
    .description('run an agent with its telemetry pointed here by its environment alone, and tell what it used')
    .usage('[options] -- COMMAND…')
    .argument('<command...>', 'the agent and what it is given')
    .option('--json', 'a line of JSON as the last on standard output')
    .option('--budget <dollars>', 'exit with 3 when it cost more')
    .option('--quiet', 'no summary')
    .action(async (words, options, command: Command) => {
      const { run } = await import('./commands/run.ts')
      process.exitCode = await run(configOf(command), words, options)
    })
}

/** The database as a file, and back; and the file itself. */
function addBackup(telltale: Command, configOf: ConfigOf): void {
  telltale
    .command('backup <file>')
    .description('write the whole database of this moment into a file, also while a server takes records')
    .option('--json', 'as one JSON document')
    .action(async (file, options, command: Command) =>
      (await import('./commands/backup.ts')).backup(configOf(command), file, options),
    )
  telltale
    .command('restore <file>')
    .description('make a backup the database again')
    .option('--force', 'move a database that is there aside')
    .option('--json', 'as one JSON document')
    .action(async (file, options, command: Command) =>
      (await import('./commands/backup.ts')).restore(configOf(command), file, options),
    )
  telltale
    .command('compact')
    .description(
      'make the database file smaller, without a trace of what was deleted; also while a server takes records',
    )
    .option('--json', 'as one JSON document')
    .action(async (options, command: Command) =>
      (await import('./commands/compact.ts')).compact(configOf(command), options),
    )
}
