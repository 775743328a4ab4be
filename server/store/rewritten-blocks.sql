-- Blocks of metadata with free places: those a checkpoint writes over. Full ones (most, in a large file) are not touched.
select block_id from pragma_metadata_info('db') where free_blocks > 0 order by block_id
