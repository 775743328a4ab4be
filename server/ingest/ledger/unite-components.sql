-- unite-components.sql: gives rows of some components the number of the component they turned out to belong to.
update call_observations set component = u.into_component
from (select unnest($from) as from_component, unnest($into) as into_component) as u
where component = u.from_component
