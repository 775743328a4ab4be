// match.ts: from the model id that an agent reports to the ids that a price table may know it by. The one place for it.
import { dictionary } from '#importers/json-values.ts'

/**
 * One way to look a model up: the id, the table's provider when the id belongs to one, the rules that led here, and the
 * speed when the id itself says one.
 */
export type Candidate = { modelId: string; providerId: string | undefined; rule: string; speed?: string }

/** What agents and conventions call a provider → what the price table calls it. */
const providerIds = dictionary<string>({
  anthropic: 'anthropic',
  openai: 'openai',
  'openai-responses': 'openai',
  google: 'google',
  gemini: 'google',
  'gcp.gemini': 'google',
  'gcp.gen_ai': 'google',
  'gcp.vertex_ai': 'google',
  vertex_ai: 'google',
  vertexai: 'google',
  vertex: 'google',
  'google-vertex': 'google',
  'google-vertex-anthropic': 'google',
  'aws.bedrock': 'aws',
  aws: 'aws',
  aws_bedrock: 'aws',
  bedrock: 'aws',
  'amazon-bedrock': 'aws',
  'azure.ai.openai': 'azure',
  'azure.ai.inference': 'azure',
  az_ai_openai: 'azure',
  'az.ai.openai': 'azure',
  'az.ai.inference': 'azure',
  azure: 'azure',
  'azure-openai': 'azure',
  github: 'github-copilot',
  'github-copilot': 'github-copilot',
  'github.copilot': 'github-copilot',
  github_copilot: 'github-copilot',
  copilot: 'github-copilot',
  openrouter: 'openrouter',
  cursor: 'cursor',
  deepseek: 'deepseek',
  'x-ai': 'x-ai',
  x_ai: 'x-ai',
  xai: 'x-ai',
  groq: 'groq',
  mistral_ai: 'mistral',
  mistralai: 'mistral',
  mistral: 'mistral',
  moonshot: 'moonshotai',
  moonshot_ai: 'moonshotai',
  moonshotai: 'moonshotai',
  minimax: 'minimax',
  zai: 'zai',
  'z.ai': 'zai',
  zhipuai: 'zhipuai',
  cohere: 'cohere',
  perplexity: 'perplexity',
  cerebras: 'cerebras',
  together: 'together',
  together_ai: 'together',
  togetherai: 'together',
  fireworks: 'fireworks',
  'fireworks-ai': 'fireworks',
  cloudflare: 'cloudflare',
  novita: 'novita',
  baseten: 'baseten',
})

/** The table's provider id of a provider as an agent names it; `undefined` when it is none we know. */
export function providerIdOf(provider: string | undefined): string | undefined {
  return provider === undefined ? undefined : providerIds[provider.trim().toLowerCase()]
}

/** Amazon Resource Names of Bedrock: what follows the last slash is the model. */
const arn = /^arn:aws[a-z-]*:bedrock:[^/]*\//
/** Bedrock: an optional region or inference profile, the vendor, and a version behind. */
const bedrock =
  /^(?:(?:us-gov|[a-z]{2,6})\.)?(?:anthropic|amazon|meta|mistral|cohere|deepseek|openai|qwen|moonshotai?|ai21|minimax|zai)\.(.+?)(?:-v\d+(?::\d+)?(?::\d+k)?)?$/
const effort = /-(?:xhigh|high|medium|low|minimal|none)$/

/**
 * The ids to try, most literal first. Every rule takes one kind of decoration off and names itself, so that a price always
 * says how it was found:
 *
 * | rule | takes off |
 * |---|---|
 * | exact | nothing |
 * | window | `[1m]` |
 * | prefix | `anthropic/`, `openrouter/anthropic/`, `openai:`, `models/`, `projects/…/publishers/…/models/` |
 * | bedrock | `arn:aws:bedrock:…/`, `us.anthropic.`, `-v1:0`; asked of provider `aws` before it is taken off |
 * | vertex | `@20250929`, `@default` |
 * | dotted | `claude-opus-4.6` → `claude-opus-4-6` |
 * | dated | `-20250929`, `-2025-08-07` |
 * | variant | `:free`, `:thinking`, `-latest`, `-thinking` |
 * | effort | `-high`, `-xhigh` |
 * | speed | `-fast`, which then multiplies the price or, where nobody says by what, leaves it unpriced |
 *
 * The provider is the one given, else the one that a prefix names, else the one whose ids look like this.
 */
export function candidates(model: string, provider: string | undefined): Candidate[] {
  const found: Candidate[] = []
  const seen = new Set<string>()
  const given = providerIdOf(provider) ?? (provider === undefined ? undefined : provider.trim().toLowerCase())
  let hint: string | undefined
  let speed: string | undefined
  let id = model.trim().toLowerCase()
  const rules: string[] = []
  const add = (modelId: string, providerId: string | undefined, by: readonly string[]) => {
    const key = `${providerId}/${modelId}`
    if (modelId === '' || seen.has(key)) return
    seen.add(key)
    const candidate: Candidate = { modelId, providerId, rule: by.length === 0 ? 'exact' : by.join('+') }
    if (speed) candidate.speed = speed
    found.push(candidate)
  }
  const addAll = () => {
    if (given) add(id, given, rules)
    if (hint) add(id, hint, rules)
    add(id, undefined, rules)
  }
  const change = (to: string, by: string) => {
    if (to === id || to === '') return
    id = to
    if (rules.at(-1) !== by) rules.push(by)
    addAll()
  }

  addAll()
  change(id.replace(/\[\d+[km]\]$/, ''), 'window')
  if (arn.test(id)) {
    hint = 'aws'
    change(id.slice(id.lastIndexOf('/') + 1), 'bedrock')
  }
  const named = /^([a-z0-9_.-]+):(.+)$/.exec(id)
  if (named && providerIdOf(named[1])) {
    hint = providerIdOf(named[1])
    change(named[2] as string, 'prefix')
  }
  for (let slash = id.indexOf('/'); slash >= 0; slash = id.indexOf('/')) {
    hint = providerIdOf(id.slice(0, slash)) ?? hint
    change(id.slice(slash + 1), 'prefix')
    // `anthropic/` alone is not a model.
    if (id.indexOf('/') === slash && id.length <= slash + 1) break
  }
  const onBedrock = bedrock.exec(id)
  if (onBedrock) {
    add(id, 'aws', [...rules, 'bedrock'])
    change(onBedrock[1] as string, 'bedrock')
  }
  change(id.replace(/@[a-z0-9-]+$/, ''), 'vertex')
  if (id.startsWith('claude-')) change(id.replace(/(\d)\.(\d)/g, '$1-$2'), 'dotted')
  change(id.replace(/:[a-z0-9.-]+$/, ''), 'variant')
  change(id.replace(/-(?:20\d{6}|20\d\d-\d\d-\d\d)$/, ''), 'dated')
  change(id.replace(/-(?:latest|thinking)$/, ''), 'variant')
  change(id.replace(effort, ''), 'effort')
  if (/-fast$/.test(id)) {
    speed = 'fast'
    change(id.replace(/-fast$/, ''), 'speed')
  }
  return found
}
