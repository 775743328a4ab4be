// index.ts: Gemini CLI, as the program knows it.
import type { Agent } from '#proto/agent.ts'
import { hasScope } from '../scopes.ts'
import { hooks } from './hooks.ts'
import { metricCatalogue } from './metrics.ts'
import { otlp } from './otlp.ts'
import { setup } from './setup.ts'
import { setupText } from './setup-text.ts'
import { transcripts } from './transcript.ts'

export const gemini: Agent = {
  id: 'gemini',
  name: 'Gemini CLI',
  hue: 1,
  services: (name) => name === 'gemini-cli',
  claims: (batch) => hasScope(batch, (name) => name === 'gemini-cli'),
  otlp,
  metrics: {
    // Without overlap, where the agent's own counter repeats the cached part in its input.
    tokens: 'gemini_cli.token.usage.delta',
    cost: 'gemini_cli.cost.usage',
    importedTokens: 'gemini_cli.token.usage',
  },
  metricCatalogue,
  transcripts,
  hooks,
  setupText,
  setup,
}
