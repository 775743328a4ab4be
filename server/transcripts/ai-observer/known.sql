-- known.sql: which of these rows of ai-observer files were stored before, whichever copy of the file they came in.
select id from pushed_records where source = 'ai-observer' and kind = $kind and id in (select unnest($ids))
