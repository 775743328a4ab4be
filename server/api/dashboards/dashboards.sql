-- dashboards.sql: all dashboards, or one by its id, or the default one; the oldest first.
select id, name, description, is_default, epoch_ns(created_at) as created_at, epoch_ns(updated_at) as updated_at
from dashboards
where ($id is null or id = $id) and (not $is_default or is_default)
order by dashboards.created_at, id
