// secrets.ts: the known forms of secrets, and how they are taken out of a text.

/** One form: its name (it stands in for the secret), and the expression that finds it. */
type SecretForm = { name: string; pattern: string; flags?: string }

/**
 * Forms that vendors publish (prefixes and lengths), plus the shapes in which any secret is written down: headers,
 * URLs with a password, PEM blocks, assignments. A group named `keep` stands before the secret and stays.
 * Inside JSON text a line break of a PEM block is the two characters `\n`, so both are accepted.
 */
const forms: SecretForm[] = [
  {
    name: 'private-key',
    pattern:
      '-----BEGIN [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----[\\s\\S]*?(?:-----END [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----|$)',
  },
  { name: 'anthropic-key', pattern: 'sk-ant-[A-Za-z0-9_-]{16,}' },
  { name: 'openrouter-key', pattern: 'sk-or-(?:v1-)?[A-Za-z0-9]{16,}' },
  { name: 'openai-key', pattern: 'sk-(?:proj-|svcacct-|admin-)?[A-Za-z0-9_-]{20,}' },
  { name: 'google-api-key', pattern: 'AIza[A-Za-z0-9_-]{35}' },
  { name: 'google-oauth-token', pattern: 'ya29\\.[A-Za-z0-9_-]{20,}' },
  { name: 'google-oauth-secret', pattern: 'GOCSPX-[A-Za-z0-9_-]{20,}' },
  { name: 'aws-access-key', pattern: '(?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{16}' },
  { name: 'github-token', pattern: 'gh[pousr]_[A-Za-z0-9]{30,}' },
  { name: 'github-pat', pattern: 'github_pat_[A-Za-z0-9_]{22,}' },
  { name: 'gitlab-token', pattern: 'gl(?:pat|ptt|dt|rt|cbt|soat|ft|imt|agent)-[A-Za-z0-9_-]{20,}' },
  { name: 'slack-token', pattern: 'xox[abeoprs](?:\\.[a-z]+)?-[A-Za-z0-9-]{10,}' },
  { name: 'slack-app-token', pattern: 'xapp-\\d-[A-Za-z0-9-]{10,}' },
  { name: 'slack-webhook', pattern: 'https://hooks\\.slack\\.com/(?:services|workflows|triggers)/[A-Za-z0-9/_-]{20,}' },
  {
    name: 'discord-webhook',
    pattern: 'https://(?:ptb\\.|canary\\.)?discord(?:app)?\\.com/api/webhooks/\\d+/[A-Za-z0-9_-]{20,}',
  },
  { name: 'stripe-key', pattern: '(?:sk|rk|pk|whsec)_(?:live|test)_[A-Za-z0-9]{16,}' },
  { name: 'stripe-webhook-secret', pattern: 'whsec_[A-Za-z0-9]{24,}' },
  { name: 'sendgrid-key', pattern: 'SG\\.[A-Za-z0-9_-]{16,}\\.[A-Za-z0-9_-]{16,}' },
  { name: 'twilio-key', pattern: '(?:SK|AC)[0-9a-f]{32}' },
  { name: 'mailgun-key', pattern: 'key-[0-9a-f]{32}' },
  { name: 'npm-token', pattern: 'npm_[A-Za-z0-9]{30,}' },
  { name: 'pypi-token', pattern: 'pypi-[A-Za-z0-9_-]{32,}' },
  { name: 'rubygems-key', pattern: 'rubygems_[0-9a-f]{40,}' },
  { name: 'cargo-token', pattern: 'cio[A-Za-z0-9]{32}' },
  { name: 'huggingface-token', pattern: 'hf_[A-Za-z0-9]{30,}' },
  { name: 'replicate-token', pattern: 'r8_[A-Za-z0-9]{30,}' },
  { name: 'groq-key', pattern: 'gsk_[A-Za-z0-9]{30,}' },
  { name: 'xai-key', pattern: 'xai-[A-Za-z0-9]{30,}' },
  { name: 'perplexity-key', pattern: 'pplx-[A-Za-z0-9]{30,}' },
  { name: 'digitalocean-token', pattern: 'do[opr]_v1_[0-9a-f]{40,}' },
  { name: 'databricks-token', pattern: 'dapi[0-9a-f]{32}' },
  { name: 'linear-key', pattern: 'lin_(?:api|oauth)_[A-Za-z0-9]{30,}' },
  { name: 'notion-key', pattern: '(?:ntn|secret)_[A-Za-z0-9]{40,}' },
  { name: 'shopify-token', pattern: 'shp(?:at|ca|pa|ss)_[0-9a-fA-F]{32}' },
  { name: 'vault-token', pattern: 'hv[sbr]\\.[A-Za-z0-9_-]{24,}' },
  { name: 'grafana-token', pattern: 'gl(?:sa|c)_[A-Za-z0-9+/=_-]{30,}' },
  { name: 'sentry-token', pattern: 'sntry[su]_[A-Za-z0-9+/=_-]{30,}' },
  { name: 'newrelic-key', pattern: 'NRAK-[A-Z0-9]{27}' },
  { name: 'atlassian-token', pattern: 'ATATT3[A-Za-z0-9+/=_-]{30,}' },
  { name: 'supabase-key', pattern: 'sb(?:p|_secret|_publishable)_[A-Za-z0-9_-]{20,}' },
  { name: 'postman-key', pattern: 'PMAK-[0-9a-f]{24}-[0-9a-f]{30,}' },
  { name: 'doppler-token', pattern: 'dp\\.(?:pt|st|ct|sa|scim|audit)\\.[A-Za-z0-9_.-]{30,}' },
  { name: 'age-key', pattern: 'AGE-SECRET-KEY-1[A-Z0-9]{50,}' },
  { name: 'telegram-token', pattern: '\\d{8,10}:AA[A-Za-z0-9_-]{33}' },
  { name: 'jwt', pattern: 'eyJ[A-Za-z0-9_-]{8,}\\.eyJ[A-Za-z0-9_-]{8,}\\.[A-Za-z0-9_-]{8,}' },
  { name: 'azure-storage-key', pattern: '(?<keep>(?:AccountKey|SharedAccessKey)=)[A-Za-z0-9+/]{40,}={0,2}' },
  {
    name: 'authorization',
    pattern:
      '(?<keep>authorization["\'\\\\]*\\s*[:=]\\s*["\'\\\\]*(?:bearer|basic|token|apikey)\\s+)[A-Za-z0-9._~+/=-]{8,}',
    flags: 'i',
  },
  { name: 'bearer-token', pattern: '(?<keep>\\bBearer\\s+)[A-Za-z0-9._~+/=-]{20,}' },
  {
    name: 'url-password',
    pattern:
      '(?<keep>\\b[a-z][a-z0-9+.-]{1,20}://[^\\s:/@"\'\\\\]{0,128}:)(?!\\$|<|\\[REDACTED)[^\\s/@"\'\\\\]{1,256}(?=@[^\\s/@]+)',
    flags: 'i',
  },
  {
    name: 'assigned-secret',
    pattern:
      '(?<keep>\\b(?:[a-z0-9]+[_-])*(?:api[_-]?key|secret[_-]?access[_-]?key|secret[_-]?key|client[_-]?secret|access[_-]?token|auth[_-]?token|refresh[_-]?token|private[_-]?key|password|passwd|pwd)["\'\\\\]*\\s*[:=]\\s*["\'\\\\]*)(?!\\$|<|\\[REDACTED|true\\b|false\\b|null\\b|undefined\\b)[A-Za-z0-9._~+/=!@#%^&*-]{8,}',
    flags: 'i',
  },
]

const compiled = forms.map(({ name, pattern, flags }) => ({ name, expression: new RegExp(pattern, `g${flags ?? ''}`) }))

/**
 * Fragments one of which every vendor's form contains. Nearly every text has none, and finding that out must be cheap: all
 * expressions over a 200-character text take 9 µs.
 */
const vendorHint =
  /sk-|AIza|ya29\.|GOCSPX-|AKIA|ASIA|ABIA|ACCA|gh[pousr]_|github_pat_|gl(?:pat|ptt|dt|rt|cbt|soat|ft|imt|agent)-|xox|xapp-|hooks\.slack|\/api\/webhooks\/|_live_|_test_|whsec_|SG\.|SK[0-9a-f]{8}|AC[0-9a-f]{8}|key-|npm_|pypi-|rubygems_|cio|hf_|r8_|gsk_|xai-|pplx-|_v1_|dapi|lin_|ntn_|secret_|shp|hv[sbr]\.|glsa_|glc_|sntry|NRAK-|ATATT3|sbp_|sb_|PMAK-|dp\.|AGE-SECRET|eyJ|-----BEGIN|Bearer/

/** Words beside which any secret is written down; such a text has a `:` or a `=`, which is looked for first. */
const writtenHint =
  /:AA|AccountKey|AccessKey|authorization|:\/\/[^\s/]*@|api[_-]?key|secret|token|password|passwd|pwd|private[_-]?key/i

function mayHoldSecret(text: string): boolean {
  return vendorHint.test(text) || (/[:=]/.test(text) && writtenHint.test(text))
}

/** How often each form was found since the start; names and counts, never a secret. */
export type RedactionReport = Map<string, number>

/** A URL with a password of one letter. */
const shortestSecret = 10

/** The text with every known secret replaced by `[REDACTED:<form>]`; the very same string when it holds none. */
export function redactText(text: string, report?: RedactionReport): string {
  if (text.length < shortestSecret || !mayHoldSecret(text)) return text
  let out = text
  for (const { name, expression } of compiled) {
    expression.lastIndex = 0
    if (!expression.test(out)) continue
    expression.lastIndex = 0
    out = out.replace(expression, (...found: unknown[]) => {
      report?.set(name, (report.get(name) ?? 0) + 1)
      const groups = found.at(-1) as { keep?: string } | undefined
      return `${typeof groups === 'object' ? (groups?.keep ?? '') : ''}[REDACTED:${name}]`
    })
  }
  return out
}
