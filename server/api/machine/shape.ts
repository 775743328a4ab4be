// shape.ts: /api/machine: how this server is set, and which agents of its machine send to it.
import { z } from 'zod'

const SetupFile = z.object({
  path: z.string(),
  state: z.enum(['here', 'elsewhere', 'off', 'unreadable']),
  endpoint: z.string().optional().describe('where it sends'),
  problem: z.string().optional(),
})

const MachineAgent = z.object({
  id: z.string(),
  installed: z.boolean().describe('its program or its folders are on this machine'),
  configured: z.boolean().describe('every file of its configuration sends here'),
  hooks: z.boolean().describe('it calls our hook command'),
  files: z.array(SetupFile),
  warnings: z.array(z.string()),
})

/** GET /api/machine. */
export const Machine = z
  .object({
    settings: z.object({
      home: z.string(),
      configFile: z.string(),
      privacy: z.number().describe('1 metadata, 2 + prompts and tool details, 3 + responses'),
      redact: z.boolean().describe('known forms of secrets are taken out before anything is stored'),
      retentionSeconds: z.number().nullable().describe('older records are deleted; null: kept for ever'),
      retentionBytes: z.number().nullable().describe('the oldest are deleted beyond this size; null: no limit'),
    }),
    agents: z.array(MachineAgent),
  })
  .meta({ id: 'Machine' })
export type Machine = z.infer<typeof Machine>
