// index.ts: Claude Code, as the program knows it.
import type { Agent } from '#proto/agent.ts'
import { hasScope } from '../scopes.ts'
import { hooks } from './hooks.ts'
import { metricCatalogue } from './metrics.ts'
import { otlp } from './otlp.ts'
import { setup } from './setup.ts'
import { setupText } from './setup-text.ts'
import { transcripts } from './transcript.ts'

export const claudeCode: Agent = {
  id: 'claude-code',
  name: 'Claude Code',
  hue: 2,
  services: (name) => name === 'claude-code' || name === 'claude-code-desktop',
  claims: (batch) => hasScope(batch, (name) => name.startsWith('com.anthropic.claude_code')),
  otlp,
  metrics: {
    userFacingTokens: 'claude_code.token.usage_user_facing',
    userFacingCost: 'claude_code.cost.usage_user_facing',
    importedTokens: 'claude_code.token.usage',
    importedCost: 'claude_code.cost.usage',
  },
  metricCatalogue,
  transcripts,
  hooks,
  setupText,
  setup,
}
