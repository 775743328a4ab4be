-- seen.sql: what each door saw of the model requests of some sessions. A request that a door told of several times (parts of
-- a stream, a parent and its child) counts once for it: its answer before its failure, whole before part, then its largest.
with asked as (
  select unnest($tools) as tool, unnest($sessions) as session_id
),
-- Where a door does not say the session, it is the one of the requests that it saw.
placed as (
  select
    seen.tool, coalesce(nullif(seen.session_id, ''), of.session_id) as session_id, seen.source, seen.status,
    coalesce(list_min(seen.keys), seen.observation_id) as request,
    seen.input_tokens, seen.cache_read_tokens, seen.cache_write_tokens, seen.cache_write_5m_tokens,
    seen.cache_write_1h_tokens, seen.output_tokens, seen.reasoning_tokens, seen.web_searches, seen.reported_cost_nano_usd,
    row_number() over (
      partition by seen.tool, coalesce(nullif(seen.session_id, ''), of.session_id), seen.source, request
      order by seen.status = 'ok' desc, seen.is_partial, seen.output_tokens desc nulls last, seen.observation_id
    ) as turn
  from call_observations as seen
  left join (
    select component, min(session_id) as session_id
    from model_calls semi join asked using (tool, session_id)
    group by component
  -- Not "on ... and session_id = ''": DuckDB would compare every observation with every request asked for.
  ) as of on of.component = case when seen.session_id = '' then seen.component end
  where (seen.tool, seen.session_id) in (select (tool, session_id) from asked) or of.session_id is not null
)
select
  tool, session_id, source,
  count(*) filter (status = 'ok') as requests,
  count(*) filter (status <> 'ok') as errors,
  sum(input_tokens) as input_tokens,
  sum(cache_read_tokens) as cache_read_tokens,
  sum(cache_write_tokens) as cache_write_tokens,
  sum(cache_write_5m_tokens) as cache_write_5m_tokens,
  sum(cache_write_1h_tokens) as cache_write_1h_tokens,
  sum(output_tokens) as output_tokens,
  sum(reasoning_tokens) as reasoning_tokens,
  sum(web_searches) as web_searches,
  sum(reported_cost_nano_usd) as reported_cost_nano_usd
from placed semi join asked using (tool, session_id)
where turn = 1
group by tool, session_id, source
