-- widgets.sql: what stands on the dashboards of an ai-observer database, from the top left.
select id, dashboard_id, widget_type, title, grid_column, grid_row, col_span, row_span, config::varchar as config
from dashboard_widgets
order by grid_row, grid_column, id
