// index.ts: Codex, as the program knows it.
import type { Agent } from '#proto/agent.ts'
import { hasScope } from '../scopes.ts'
import { hooks } from './hooks.ts'
import { metricCatalogue } from './metrics.ts'
import { otlp } from './otlp.ts'
import { setup } from './setup.ts'
import { setupText } from './setup-text.ts'
import { transcripts } from './transcript.ts'

export const codex: Agent = {
  id: 'codex',
  name: 'Codex',
  hue: 3,
  services: (name) => name.startsWith('codex'),
  claims: (batch) => hasScope(batch, (name) => /^codex($|[_.:])/.test(name)),
  otlp,
  metrics: { tokens: 'codex_cli_rs.token.usage', cost: 'codex_cli_rs.cost.usage' },
  metricCatalogue,
  transcripts,
  hooks,
  setupText,
  setup,
}
