-- widgets.sql: what stands on a dashboard, as it is read: row by row.
select
  id, widget_type, title, grid_column, grid_row, col_span, row_span, config, epoch_ns(created_at) as created_at,
  epoch_ns(updated_at) as updated_at
from widgets
where dashboard_id = $dashboard
order by grid_row, grid_column, widgets.created_at, id
