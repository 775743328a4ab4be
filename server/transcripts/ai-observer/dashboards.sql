-- dashboards.sql: the dashboards of an ai-observer database, the oldest first.
select id, name, description, epoch_ns(created_at) as created
from dashboards
order by created_at, id
