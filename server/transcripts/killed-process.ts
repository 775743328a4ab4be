// killed-process.ts: a process that imports with many small commits until it is killed; started by killed.test.ts. Not part of
// the program. Arguments: the database's folder, the user's home.
import '../store/pool-size.ts'
import { agents } from '#importers/index.ts'
import { loadConfig } from '../config.ts'
import { openCore } from '../core.ts'
import { createLog } from '../log.ts'
import { importTranscripts } from './import.ts'

const [folder, home] = process.argv.slice(2) as [string, string]
const core = await openCore(loadConfig({ home: folder }, { HOME: home }), createLog('ERROR'))
process.stdout.write('open\n')
const { tools } = await importTranscripts(
  { tools: ['claude-code'] },
  {
    core,
    agents,
    env: { home, platform: 'linux', vars: {} },
    settings: {},
    pricingMode: 'auto',
    commitBytes: 100_000,
  },
)
process.stdout.write(`done ${JSON.stringify(tools['claude-code'])}\n`)
await core.close()
