// match.ts: from the model id that an agent reports to the ids that a price table may know it by. The one place for it.

/** One way to look a model up: the id, the table's provider when the id belongs to one, and the rule that led here. */
export type Candidate = { modelId: string; providerId: string | undefined; rule: string }

/** What agents and conventions call a provider → what the price table calls it. */
const providerIds: Record<string, string> = {
  anthropic: 'anthropic',
  openai: 'openai',
  google: 'google',
  gemini: 'google',
  'gcp.gemini': 'google',
  'gcp.gen_ai': 'google',
  'gcp.vertex_ai': 'google',
  vertex_ai: 'google',
  vertex: 'google',
  'google-vertex': 'google',
  'google-vertex-anthropic': 'google',
  'aws.bedrock': 'aws',
  bedrock: 'aws',
  'amazon-bedrock': 'aws',
  'azure.ai.openai': 'azure',
  'azure.ai.inference': 'azure',
  az_ai_openai: 'azure',
  azure: 'azure',
  openrouter: 'openrouter',
  deepseek: 'deepseek',
  'x-ai': 'x-ai',
  x_ai: 'x-ai',
  xai: 'x-ai',
  groq: 'groq',
  mistral_ai: 'mistral',
  mistral: 'mistral',
  moonshot_ai: 'moonshotai',
  moonshotai: 'moonshotai',
  cohere: 'cohere',
  perplexity: 'perplexity',
  cerebras: 'cerebras',
  together: 'together',
  fireworks: 'fireworks',
}

/** The table's provider id of a provider as an agent names it; `undefined` when it is none we know. */
export function providerIdOf(provider: string | undefined): string | undefined {
  return provider === undefined ? undefined : providerIds[provider.toLowerCase()]
}

/** Names before a slash that only say who serves the model: `anthropic/claude-…`, `models/gemini-…`. */
const pathPrefix = /^(?:[a-z0-9_.-]+\/)+(?=[^/]+$)/i
/** Bedrock: an optional region or inference profile, the vendor, and a version behind. */
const bedrock =
  /^(?:(?:us|eu|apac|jp|au|global|us-gov)\.)?(?:anthropic|amazon|meta|mistral|cohere|deepseek|openai|qwen|moonshot)\.(.+?)(?:-v\d+(?::\d+)?(?::\d+k)?)?$/

/**
 * The ids to try, most literal first. Every rule takes one kind of decoration off and names itself, so that a price always
 * says how it was found:
 *
 * | rule | takes off |
 * |---|---|
 * | exact | nothing |
 * | window | `[1m]` |
 * | bedrock | `us.anthropic.` and `-v1:0`; asked of provider `aws` first |
 * | prefix | `anthropic/`, `openrouter/anthropic/`, `models/`, `projects/…/models/` |
 * | vertex | `@20250929`, `@default` |
 * | dotted | `claude-opus-4.6` → `claude-opus-4-6` |
 * | dated | `-20250929`, `-2025-08-07` |
 * | variant | `:free`, `:thinking`, `-latest`, `-high`, `-fast` |
 */
export function candidates(model: string, provider: string | undefined): Candidate[] {
  const found: Candidate[] = []
  const seen = new Set<string>()
  const given = providerIdOf(provider)
  const add = (modelId: string, rule: string, providerId: string | undefined = undefined) => {
    const key = `${providerId}/${modelId}`
    if (modelId === '' || seen.has(key)) return
    seen.add(key)
    found.push({ modelId, providerId, rule })
  }
  const withGiven = (modelId: string, rule: string) => {
    if (given) add(modelId, rule, given)
    add(modelId, rule)
  }

  const lower = model.trim().toLowerCase()
  withGiven(lower, 'exact')
  let id = lower
  let rule = 'exact'
  const change = (to: string, by: string) => {
    if (to === id || to === '') return
    id = to
    rule = rule === 'exact' ? by : `${rule}+${by}`
    withGiven(id, rule)
  }
  change(id.replace(/\[\d+[km]\]$/, ''), 'window')
  change(id.replace(pathPrefix, ''), 'prefix')
  if (bedrock.test(id)) {
    add(id, rule === 'exact' ? 'bedrock' : `${rule}+bedrock`, 'aws')
    change(id.replace(bedrock, '$1'), 'bedrock')
  }
  change(id.replace(/@[a-z0-9-]+$/, ''), 'vertex')
  if (/^claude-/.test(id)) change(id.replace(/(\d)\.(\d)/g, '$1-$2'), 'dotted')
  change(id.replace(/:[a-z0-9-]+$/, ''), 'variant')
  change(id.replace(/-(?:20\d{6}|20\d\d-\d\d-\d\d)$/, ''), 'dated')
  change(id.replace(/-(?:latest|preview-latest|xhigh|high|medium|low|minimal|fast|thinking)$/, ''), 'variant')
  return found
}
