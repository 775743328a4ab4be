// machine-routes.ts: /api/machine: how this server is set, and which agents of this machine send to it.
import { Hono } from 'hono'
import { agents } from '#importers/index.ts'
import { about } from '../api/describe.ts'
import { send } from '../api/json.ts'
import { Machine } from '../api/machine/shape.ts'
import type { Config } from '../config.ts'
import { setupOptions } from './setup.ts'
import { setupState } from './setup-state.ts'

/** Nothing is run and nothing is written: the agents' own files are only read. */
export function machineRoutes(config: Config): Hono {
  return new Hono().get(
    '/api/machine',
    about('How this server is set, and which agents of its machine send to it', Machine),
    async (c) => {
      const states = await Promise.all(
        agents
          .filter(({ setup }) => setup)
          .map((agent) => setupState(agent, config, setupOptions(config, agent, {}), { version: false })),
      )
      return send<Machine>(c, {
        settings: {
          home: config.home,
          configFile: config.configFile,
          privacy: config.privacy,
          redact: config.redact,
          retentionSeconds: config.retentionSeconds ?? null,
          retentionBytes: config.retentionBytes ?? null,
        },
        agents: states.map(({ tool, installed, configured, hooks, files, warnings }) => ({
          id: tool,
          installed,
          configured: installed && files.length > 0 && configured,
          hooks,
          files,
          warnings,
        })),
      })
    },
  )
}
