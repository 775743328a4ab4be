-- stats.sql: the size of everything, all time. Of metrics, every point that a list of them shows: derived ones stand beside
-- those sent. Those of the view ledger_points are counted by its rules but not made: of a million requests 3.5 million points
-- take 1.4 s of CPU to make and 0.1 s to count, and the overview asks while records arrive.
with
requests as (
  select
    tool, session_id, sources = ['transcript'] as is_read, list_contains(sources, 'transcript') as is_in_file,
    cache_read_tokens + cache_write_tokens > 0 as is_user_facing,
    sum(
      (input_tokens > 0)::bigint + (output_tokens > reasoning_tokens)::bigint + (cache_read_tokens > 0)::bigint
      + (cache_write_tokens > 0)::bigint + (reasoning_tokens > 0)::bigint
    ) as tokens,
    count(*) filter (cost_nano_usd > 0) as costs
  from model_calls
  group by all
),
heard as (select distinct tool, session_id from requests where not is_read),
own as (
  select distinct name, session_id from raw_metric_points
  where session_id is not null and name in (select name from agent_metrics)
),
ledger as (
  select sum(case when m.kind in ('cost', 'user_facing_cost', 'imported_cost') then r.costs else r.tokens end) as points
  from requests as r
  join agent_metrics as m on r.tool = m.tool
  left join heard on r.tool = heard.tool and r.session_id = heard.session_id
  left join own on m.name = own.name and r.session_id = own.session_id
  where case
    when m.kind in ('imported_tokens', 'imported_cost') then r.is_in_file and own.name is null
    else (m.kind in ('tokens', 'cost') or r.is_user_facing) and (not r.is_read or heard.tool is null)
  end
)
select
  (select count(distinct trace_id) from spans) as traces,
  (select count(*) from spans) as spans,
  (select count(*) from spans where status_code = 2) as failed_spans,
  (select count(*) from logs) as logs,
  (select count(*) from raw_metric_points) + coalesce((select points from ledger), 0)::bigint as points,
  (select count(*) from sessions) as sessions,
  (select coalesce(sum(requests), 0)::bigint from model_calls) as calls
