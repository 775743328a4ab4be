// secret-forms.ts: the known forms of secrets: how each begins, and the expression that finds it.

/**
 * One form. `name` stands in for the secret. `beginnings` are three characters each (of any case) one of which stands
 * where a match of `sign` begins; `sign` is the expression itself unless that has something before its fixed part.
 * A group named `keep` in the expression stands before the secret and stays.
 */
export type SecretForm = {
  name: string
  beginnings: readonly string[]
  pattern: string
  flags?: 'i'
  sign?: string
}

const digits = '0123456789abcdef'

/**
 * What stands before a secret that is assigned to a name: the end of that name. Its beginning is not looked for, only that
 * something ends there: to look for all its words took the square of a long text of such words (20 s for a megabyte).
 */
const secretNames =
  'api[_-]?key|secret[_-]?access[_-]?key|secret[_-]?key|client[_-]?secret|access[_-]?token|auth[_-]?token|refresh[_-]?token|private[_-]?key|password|passwd|pwd'
const assignment = '["\'\\\\]*\\s*[:=]'

/**
 * Forms that vendors publish (prefixes and lengths), plus the shapes in which any secret is written down: headers,
 * URLs with a password, PEM blocks, assignments. Inside JSON text a line break of a PEM block is the two characters `\n`,
 * so both are accepted.
 */
export const secretForms: readonly SecretForm[] = [
  form(
    'private-key',
    '---',
    '-----BEGIN [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----[\\s\\S]*?(?:-----END [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----|$)',
  ),
  form('anthropic-key', 'sk-', 'sk-ant-[A-Za-z0-9_-]{16,}'),
  form('openrouter-key', 'sk-', 'sk-or-(?:v1-)?[A-Za-z0-9]{16,}'),
  form('openai-key', 'sk-', 'sk-(?:proj-|svcacct-|admin-)?[A-Za-z0-9_-]{20,}'),
  form('google-api-key', 'AIz', 'AIza[A-Za-z0-9_-]{35}'),
  form('google-oauth-token', 'ya2', 'ya29\\.[A-Za-z0-9_-]{20,}'),
  form('google-oauth-secret', 'GOC', 'GOCSPX-[A-Za-z0-9_-]{20,}'),
  form('aws-access-key', 'AKI ASI ABI ACC', '(?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{16}'),
  form('github-token', 'ghp gho ghu ghs ghr', 'gh[pousr]_[A-Za-z0-9]{30,}'),
  form('github-pat', 'git', 'github_pat_[A-Za-z0-9_]{22,}'),
  form(
    'gitlab-token',
    'glp gld glr glc gls glf gli gla',
    'gl(?:pat|ptt|dt|rt|cbt|soat|ft|imt|agent)-[A-Za-z0-9_-]{20,}',
  ),
  form('slack-token', 'xox', 'xox[abeoprs](?:\\.[a-z]+)?-[A-Za-z0-9-]{10,}'),
  form('slack-app-token', 'xap', 'xapp-\\d-[A-Za-z0-9-]{10,}'),
  form('slack-webhook', 'htt', 'https://hooks\\.slack\\.com/(?:services|workflows|triggers)/[A-Za-z0-9/_-]{20,}'),
  form(
    'discord-webhook',
    'htt',
    'https://(?:ptb\\.|canary\\.)?discord(?:app)?\\.com/api/webhooks/\\d+/[A-Za-z0-9_-]{20,}',
  ),
  form('stripe-key', 'sk_ rk_ pk_ whs', '(?:sk|rk|pk|whsec)_(?:live|test)_[A-Za-z0-9]{16,}'),
  form('stripe-webhook-secret', 'whs', 'whsec_[A-Za-z0-9]{24,}'),
  form('sendgrid-key', 'SG.', 'SG\\.[A-Za-z0-9_-]{16,}\\.[A-Za-z0-9_-]{16,}'),
  form(
    'twilio-key',
    [...digits].flatMap((digit) => [`SK${digit}`, `AC${digit}`]),
    '(?:SK|AC)[0-9a-f]{32}',
  ),
  form('mailgun-key', 'key', 'key-[0-9a-f]{32}'),
  form('npm-token', 'npm', 'npm_[A-Za-z0-9]{30,}'),
  form('pypi-token', 'pyp', 'pypi-[A-Za-z0-9_-]{32,}'),
  form('rubygems-key', 'rub', 'rubygems_[0-9a-f]{40,}'),
  form('cargo-token', 'cio', 'cio[A-Za-z0-9]{32}'),
  form('huggingface-token', 'hf_', 'hf_[A-Za-z0-9]{30,}'),
  form('replicate-token', 'r8_', 'r8_[A-Za-z0-9]{30,}'),
  form('groq-key', 'gsk', 'gsk_[A-Za-z0-9]{30,}'),
  form('xai-key', 'xai', 'xai-[A-Za-z0-9]{30,}'),
  form('perplexity-key', 'ppl', 'pplx-[A-Za-z0-9]{30,}'),
  form('digitalocean-token', 'doo dop dor', 'do[opr]_v1_[0-9a-f]{40,}'),
  form('databricks-token', 'dap', 'dapi[0-9a-f]{32}'),
  form('linear-key', 'lin', 'lin_(?:api|oauth)_[A-Za-z0-9]{30,}'),
  form('notion-key', 'ntn sec', '(?:ntn|secret)_[A-Za-z0-9]{40,}'),
  form('shopify-token', 'shp', 'shp(?:at|ca|pa|ss)_[0-9a-fA-F]{32}'),
  form('vault-token', 'hvs hvb hvr', 'hv[sbr]\\.[A-Za-z0-9_-]{24,}'),
  form('grafana-token', 'gls glc', 'gl(?:sa|c)_[A-Za-z0-9+/=_-]{30,}'),
  form('sentry-token', 'snt', 'sntry[su]_[A-Za-z0-9+/=_-]{30,}'),
  form('newrelic-key', 'NRA', 'NRAK-[A-Z0-9]{27}'),
  form('atlassian-token', 'ATA', 'ATATT3[A-Za-z0-9+/=_-]{30,}'),
  form('supabase-key', 'sbp sb_', 'sb(?:p|_secret|_publishable)_[A-Za-z0-9_-]{20,}'),
  form('postman-key', 'PMA', 'PMAK-[0-9a-f]{24}-[0-9a-f]{30,}'),
  form('doppler-token', 'dp.', 'dp\\.(?:pt|st|ct|sa|scim|audit)\\.[A-Za-z0-9_.-]{30,}'),
  form('age-key', 'AGE', 'AGE-SECRET-KEY-1[A-Z0-9]{50,}'),
  { ...form('telegram-token', ':AA', '\\d{8,10}:AA[A-Za-z0-9_-]{33}'), sign: ':AA[A-Za-z0-9_-]{33}' },
  // From its first dot on: begun at each `eyJ` of a long run of such letters, the search took the square of the run. What
  // stands before the dot is the same for every token of an algorithm.
  {
    ...form('jwt', '.ey', '(?<=eyJ[A-Za-z0-9_-]{8,})\\.eyJ[A-Za-z0-9_-]{8,}\\.[A-Za-z0-9_-]{8,}'),
    sign: '\\.eyJ[A-Za-z0-9_-]{8,}\\.[A-Za-z0-9_-]{8,}',
  },
  form('azure-storage-key', 'acc sha', '(?<keep>(?:AccountKey|SharedAccessKey)=)[A-Za-z0-9+/]{40,}={0,2}'),
  {
    ...form(
      'authorization',
      'aut',
      '(?<keep>authorization["\'\\\\]*\\s*[:=]\\s*["\'\\\\]*(?:bearer|basic|token|apikey)\\s+)[A-Za-z0-9._~+/=-]{8,}',
    ),
    flags: 'i',
  },
  form('bearer-token', 'bea', '(?<keep>\\bBearer\\s+)[A-Za-z0-9._~+/=-]{20,}'),
  {
    ...form(
      'url-password',
      '://',
      '(?<keep>\\b[a-z][a-z0-9+.-]{1,20}://[^\\s:/@"\'\\\\]{0,128}:)(?!\\$|<|\\[REDACTED)[^\\s/@"\'\\\\]{1,256}(?=@[^\\s/@]+)',
    ),
    flags: 'i',
    sign: '://[^\\s:/@"\'\\\\]{0,128}:[^\\s/@"\'\\\\]{1,256}@',
  },
  {
    ...form(
      'assigned-secret',
      'api sec cli acc aut ref pri pas pwd',
      `(?<keep>(?:(?<![a-z0-9])|(?<=\\\\[nrt]))(?:${secretNames})${assignment}\\s*["'\\\\]*)(?!\\$|<|\\[REDACTED|true\\b|false\\b|null\\b|undefined\\b)[A-Za-z0-9._~+/=!@#%^&*-]{8,}`,
    ),
    flags: 'i',
    sign: `(?:${secretNames})${assignment}`,
  },
]

function form(name: string, beginnings: string | readonly string[], pattern: string): SecretForm {
  return { name, beginnings: typeof beginnings === 'string' ? beginnings.split(' ') : beginnings, pattern }
}
