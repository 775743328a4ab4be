-- facets.sql: how many of the sessions that match have each value of what they can be narrowed by, the most first.
with /* matched */
, valued as (
  select 'tool' as facet, tool as value from kept
  union all
  select 'status', case when not ended and last_time > make_timestamp_ns($active_since) then 'active' else 'ended' end
  from kept
  union all
  select 'project', project from kept where project <> ''
  union all
  select 'branch', branch from kept where branch <> ''
  union all
  select 'model', model
  from (
    select distinct tool, session_id, model from model_calls semi join kept using (tool, session_id) where model <> ''
  )
)
select facet, value, count(*) as sessions from valued group by facet, value
qualify row_number() over (partition by facet order by count(*) desc, value) <= $limit
order by facet, sessions desc, value
