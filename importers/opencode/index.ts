// index.ts: OpenCode, as the program knows it.
import type { Agent } from '#proto/agent.ts'
import { hasScope } from '../scopes.ts'
import { metricCatalogue } from './metrics.ts'
import { otlp } from './otlp.ts'
import { setup } from './setup.ts'
import { setupText } from './setup-text.ts'
import { transcripts } from './transcript.ts'

export const opencode: Agent = {
  id: 'opencode',
  name: 'OpenCode',
  hue: 6,
  services: (name) => name === 'opencode',
  claims: (batch) => hasScope(batch, (name) => name === 'com.opencode' || name === 'opencode'),
  otlp,
  metrics: { importedTokens: 'opencode.token.usage', importedCost: 'opencode.cost.usage' },
  metricCatalogue,
  transcripts,
  setupText,
  setup,
}
