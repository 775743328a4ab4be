-- 013_log_filters.sql: which log records lists, histograms, levels and facets are of (server/api/logs).

-- Whether a record meets every filter: a JSON list of {asked, pointer, values, excluded}, where `asked` names a column and
-- `pointer` finds the attribute among the record's own or its resource's. It must have one of the values, or none of those that
-- are excluded; an empty text stands for a record without it.
create macro log_meets(
  filters, service, given, number, event, session, model, project, tool, scope, attributes, resource_attributes
) as
  len(list_filter(
    from_json(filters, '[{"asked":"VARCHAR","pointer":"VARCHAR","values":["VARCHAR"],"excluded":"BOOLEAN"}]'),
    lambda one: one.excluded = list_contains(
      one.values,
      coalesce(
        case one.asked
          when 'event' then event when 'model' then model when 'project' then project when 'tool' then tool
          when 'scope' then scope when 'service' then service when 'session' then session
          when 'level' then upper(severity_name(given, number, event))
        end,
        json_extract_string(attributes, one.pointer), json_extract_string(resource_attributes, one.pointer), ''
      )
    )
  )) = 0;
