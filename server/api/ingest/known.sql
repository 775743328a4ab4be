-- known.sql: which of these records of a sender were accepted before.
select kind, id from pushed_records where source = $source and id in (select unnest($ids))
