// setup-configs.ts: realistic configurations of the agents, for the tests of `telltale setup`.

/** How a file lies on disk before setup: its text, and links on the way to it. */
export type Given = { name: string; text: string | undefined; linked?: boolean; mode?: number }

const crlf = (text: string) => text.replaceAll('\n', '\r\n')

const around = (texts: [string, string][]): Given[] => [
  { name: 'missing', text: undefined },
  { name: 'empty', text: '' },
  ...texts.map(([name, text]) => ({ name, text })),
]

export const claudeConfigs: Given[] = [
  ...around([
    ['an empty object', '{}'],
    ['other keys and no end of line', '{\n  "model": "opus",\n  "permissions": { "allow": ["Bash(ls:*)"] }\n}'],
    [
      'four spaces and comments',
      '{\n    // mine\n    "env": {\n        "FOO": "1", // keep\n    },\n    /* block */ "theme": "dark"\n}\n',
    ],
    ['tabs', '{\n\t"env": {\n\t\t"OTEL_LOG_TOOL_DETAILS": "0"\n\t}\n}\n'],
    [
      'another backend per signal',
      '{\n  "env": {\n    "CLAUDE_CODE_ENABLE_TELEMETRY": "0",\n    "OTEL_METRICS_EXPORTER": "console,otlp",\n    "OTEL_EXPORTER_OTLP_LOGS_ENDPOINT": "https://elsewhere.example/v1/logs"\n  }\n}\n',
    ],
    [
      'hooks of others',
      '{\n  "hooks": {\n    "PostToolUse": [{ "matcher": "Edit", "hooks": [{ "type": "command", "command": "fmt" }] }]\n  }\n}\n',
    ],
    ['one line', '{"env":{"A":"ü \\u00e4"},"x":[1,2.0,1e3]}'],
  ]),
  { name: 'CRLF', text: crlf('{\n  "env": {\n    "A": "1"\n  }\n}\n') },
  { name: 'a byte order mark', text: '\uFEFF{\n  "a": 1\n}\n' },
  { name: 'linked dotfiles', text: '{\n  "a": 1\n}\n', linked: true },
  { name: 'a private file', text: '{ "a": 1 }\n', mode: 0o600 },
]

export const geminiConfigs: Given[] = [
  ...around([
    ['an empty object', '{}\n'],
    ['comments', '// settings\n{\n  "ui": { "theme": "GitHub" }, // nice\n  "mcpServers": {}\n}\n'],
    [
      'telemetry to a file',
      '{\n  "telemetry": {\n    "enabled": false,\n    "outfile": "/x/y.log",\n    "useCollector": true\n  }\n}\n',
    ],
    [
      'telemetry to another place',
      '{"telemetry":{"enabled":true,"target":"gcp","otlpEndpoint":"http://elsewhere.example:4317"}}',
    ],
    ['only a comment', '// nothing yet\n'],
    [
      'hooks of others',
      '{\n  "hooks": {\n    "AfterTool": [{ "hooks": [{ "type": "command", "command": "x" }] }]\n  }\n}\n',
    ],
  ]),
  { name: 'CRLF', text: crlf('{\n  "ui": {\n    "theme": "x"\n  }\n}\n') },
  { name: 'linked dotfiles', text: '{\n  "a": 1\n}\n', linked: true },
  { name: 'a trailing comma', text: '{\n  "a": 1,\n}\n' },
]

export const codexConfigs: Given[] = [
  ...around([
    [
      'other keys',
      'model = "gpt-5.6"\napproval_policy = "on-request" # careful\n\n[projects."/home/me/x y"]\ntrust_level = "trusted"\n',
    ],
    ['no end of line', '# mine\nmodel = "o3"\n\n[mcp_servers.a]\ncommand = "npx"\nargs = ["-y", "a"]'],
    [
      'a table of another backend',
      '[otel]\n# where to\nenvironment = "prod"\nexporter = { otlp-grpc = { endpoint = "https://elsewhere.example:4317" } } # theirs\nlog_user_prompt = false\n\n[tools]\nweb_search = true\n',
    ],
    [
      'sub-tables',
      '[otel]\nlog_user_prompt = true\n\n[otel.exporter.otlp-http]\nendpoint = "https://elsewhere.example/v1/logs"\nprotocol = "binary"\n\n[otel.exporter.otlp-http.headers]\nx-key = "k"\n\n[history]\npersistence = "none"\n',
    ],
    ['dotted keys', 'otel.environment = "dev"\notel.exporter = "none"\nmodel = "x"\n'],
    ['an inline table', 'otel = { environment = "dev", exporter = "none" }\nmodel = "x"\n[a]\nb = 1\n'],
    [
      'texts over lines',
      'notify = ["notify-send"]\ninstructions = """\n[otel]\nexporter = "not this"\n"""\nliteral = \'\'\'\n# [x]\n\'\'\'\nlist = [\n  "a", # ]\n  "b",\n]\n',
    ],
  ]),
  { name: 'CRLF', text: crlf('model = "x"\n\n[otel]\nexporter = "none"\n\n[a]\nb = 1\n') },
  { name: 'linked dotfiles', text: 'model = "x"\n', linked: true },
  {
    name: 'a private file with dates',
    text: 'since = 2026-01-01T00:00:00Z\n[[profiles]]\nname = "a"\n[[profiles]]\nname = "b"\n',
    mode: 0o600,
  },
]

export const opencodeConfigs: Given[] = [
  ...around([
    ['a schema', '{\n  "$schema": "https://opencode.ai/config.json"\n}\n'],
    ['other plug-ins', '{\n  "plugin": ["a", "b@1.2"], // mine\n  "model": "x/y"\n}\n'],
    ['no plug-ins', '{ "plugin": [] }'],
    ['a pinned plug-in', '{\n  "plugin": ["@devtheops/opencode-plugin-otel@0.8.0"]\n}\n'],
    ['tabs', '{\n\t"plugin": [\n\t\t"a"\n\t]\n}\n'],
    ['experimental', '{"experimental":{"openTelemetry":true}}\n'],
  ]),
  { name: 'CRLF', text: crlf('{\n  "model": "x"\n}\n') },
  { name: 'linked dotfiles', text: '{ "a": 1 }\n', linked: true },
  { name: 'comments all over', text: '/* a */ { /* b */ "x": /* c */ 1 /* d */ } // e\n' },
]

export const copilotConfigs: Given[] = [
  ...around([
    ['an empty object', '{\n}\n'],
    [
      'an editor of somebody',
      '{\n    "editor.fontSize": 13, // eyes\n    "[python]": { "editor.tabSize": 4 },\n    /* look */\n    "workbench.colorTheme": "Solarized",\n}\n',
    ],
    [
      'telemetry to a file',
      '{\n  "github.copilot.chat.otel.enabled": true,\n  "github.copilot.chat.otel.exporterType": "file",\n  "github.copilot.chat.otel.outfile": "/x"\n}\n',
    ],
    ['telemetry switched off', '{"github.copilot.chat.otel.enabled":false}'],
    ['tabs', '{\n\t"files.eol": "\\n"\n}\n'],
    ['no end of line', '{\n  "a": 1\n}'],
  ]),
  { name: 'CRLF', text: crlf('{\n  "a": 1\n}\n') },
  { name: 'linked dotfiles', text: '{ "a": 1 }\n', linked: true },
  { name: 'a byte order mark', text: '\uFEFF{ "a": 1 }\n' },
]
