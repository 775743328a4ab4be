-- points.sql: the points of an ai-observer file, but for the `.delta` series that it made of others of the file.
select
  epoch_us("Timestamp") as time, ServiceName as service, MetricName as name, MetricDescription as description,
  MetricUnit as unit, ResourceAttributes::varchar as resource, ScopeName as scope, ScopeVersion as scope_version,
  Attributes::varchar as attributes, MetricType as type, "Value" as value, AggregationTemporality as temporality,
  IsMonotonic as monotonic, "Count"::bigint as count, "Sum" as sum, BucketCounts::varchar as bucket_counts,
  ExplicitBounds::varchar as bounds, "Scale" as scale, ZeroCount::bigint as zero_count,
  PositiveOffset as positive_offset, PositiveBucketCounts::varchar as positive_counts,
  NegativeOffset as negative_offset, NegativeBucketCounts::varchar as negative_counts,
  QuantileValues::varchar as quantile_values, QuantileQuantiles::varchar as quantiles, "Min" as min, "Max" as max
from otel_metrics
where not (MetricName like '%.delta' and left(MetricName, -6) in (select MetricName from otel_metrics))
