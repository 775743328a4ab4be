-- usage.sql: made-up model requests of five tools, six models, 2,000 sessions and 40 projects over three months.
insert into model_calls by name
select
  'c' || i as call_id,
  i as component,
  ['claude-code', 'codex', 'gemini', 'opencode', 'copilot'][1 + i % 5] as tool,
  's' || (i % 2000) as session_id,
  make_timestamp_ns(1787000000000000000 + i * (7776000000000000 // $count)) as time,
  ['claude-sonnet-4-5', 'claude-opus-4-8', 'gpt-5.5', 'gemini-2.5-pro', 'o3', 'claude-haiku-4-5'][1 + (hash(i) % 6)::int]
    as model,
  'ok' as status,
  1 as requests,
  0 as errors,
  i % 1000 as input_tokens,
  i % 50000 as cache_read_tokens,
  i % 3000 as cache_write_tokens,
  i % 3000 as cache_write_5m_tokens,
  0 as cache_write_1h_tokens,
  i % 800 as output_tokens,
  i % 100 as reasoning_tokens,
  i % 1000 + i % 50000 + i % 3000 + i % 800 as total_tokens,
  0 as web_searches,
  ['otlp_logs'] as sources,
  'exact' as quality,
  case when i % 3 = 0 then i * 11 end as reported_cost_nano_usd,
  i * 10 as computed_cost_nano_usd,
  case when i % 3 = 0 then i * 11 else i * 10 end as cost_nano_usd,
  case when i % 3 = 0 then 'reported' else 'computed' end as cost_basis,
  'p' || (i % 40) as project,
  'main' as branch,
  0 as inherited
from range($count) as made (i)
