// index.ts: GitHub Copilot, as the program knows it.
import type { Agent } from '#proto/agent.ts'
import { hasScope } from '../scopes.ts'
import { metricCatalogue } from './metrics.ts'
import { otlp } from './otlp.ts'
import { setup } from './setup.ts'
import { setupText } from './setup-text.ts'
import { transcripts } from './transcript.ts'

export const copilot: Agent = {
  id: 'copilot',
  name: 'GitHub Copilot',
  hue: 4,
  services: (name) => name === 'github-copilot' || name === 'copilot-chat',
  claims: (batch) => hasScope(batch, (name) => name === 'github.copilot' || name.startsWith('copilot-chat')),
  otlp,
  metrics: { tokens: 'github_copilot.token.usage', cost: 'github_copilot.cost.usage' },
  metricCatalogue,
  transcripts,
  setupText,
  setup,
}
