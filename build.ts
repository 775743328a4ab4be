// build.ts: the one binary: the program, the page and the database library in one file.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import type { BunPlugin } from 'bun'
import tailwind from 'bun-plugin-tailwind'
import { contentHash } from './server/store/native/stage.ts'

const root = import.meta.dir
const { values } = parseArgs({
  options: { outfile: { type: 'string', default: join(root, 'dist/telltale') }, target: { type: 'string' } },
})

const platforms: Record<string, { bindings: string; files: string[] }> = {
  'bun-linux-x64': { bindings: 'linux-x64', files: ['duckdb.node', 'libduckdb.so'] },
  'bun-linux-arm64': { bindings: 'linux-arm64', files: ['duckdb.node', 'libduckdb.so'] },
  'bun-linux-x64-musl': { bindings: 'linux-x64-musl', files: ['duckdb.node', 'libduckdb.so'] },
  'bun-linux-arm64-musl': { bindings: 'linux-arm64-musl', files: ['duckdb.node', 'libduckdb.so'] },
  'bun-darwin-arm64': { bindings: 'darwin-arm64', files: ['duckdb.node', 'libduckdb.dylib'] },
  'bun-darwin-x64': { bindings: 'darwin-x64', files: ['duckdb.node', 'libduckdb.dylib'] },
  'bun-windows-x64': { bindings: 'win32-x64', files: ['duckdb.node', 'duckdb.dll'] },
}

const target = values.target ?? `bun-${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`
const platform = platforms[target]
if (!platform) {
  console.error(`build: no target ${target}; one of ${Object.keys(platforms).join(', ')}`)
  process.exit(2)
}

/**
 * Compresses the addon and its library once per version (level 19 makes the binary 15 MB smaller than level 3 and
 * unpacks as fast) and writes the module that stands in for `@duckdb/node-bindings`.
 */
function embedBindings(bindings: string, names: string[]): string {
  const folder = join(root, 'node_modules/@duckdb', `node-bindings-${bindings}`)
  const version = (JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { version: string }).version
  const cache = join(root, '.cache/native', bindings, version)
  mkdirSync(cache, { recursive: true })
  const files = names.map((name, index) => {
    const content = readFileSync(join(folder, name))
    const hash = contentHash(content)
    const compressed = join(cache, `${name}.${hash}.zst`)
    if (!Bun.file(compressed).size) writeFileSync(compressed, Bun.zstdCompressSync(content, { level: 19 }))
    return { name, hash, bytes: content.byteLength, compressed, variable: `file${index}` }
  })
  const shim = join(cache, 'bindings.ts')
  writeFileSync(
    shim,
    `${files.map((file) => `import ${file.variable} from ${JSON.stringify(file.compressed)} with { type: 'file' }`).join('\n')}
import { loadStaged } from ${JSON.stringify(join(root, 'server/store/native/stage.ts'))}
module.exports = loadStaged(${JSON.stringify(version)}, [
${files.map((file) => `  { name: '${file.name}', embeddedPath: ${file.variable}, bytes: ${file.bytes}, hash: '${file.hash}' },`).join('\n')}
])
`,
  )
  return shim
}

const shim = embedBindings(platform.bindings, platform.files)
const nativeBindings: BunPlugin = {
  name: 'duckdb-bindings',
  setup(build) {
    build.onResolve({ filter: /^@duckdb\/node-bindings$/ }, () => ({ path: shim }))
  },
}

/**
 * SQL becomes text inside the modules. Left to the bundler it is a file beside them, which a module that is loaded on demand
 * looks for in the wrong folder (`Cannot find module '/x.sql'` at the start).
 */
const sqlTexts: BunPlugin = {
  name: 'sql-texts',
  setup(build) {
    build.onLoad({ filter: /\.sql$/ }, ({ path }) => ({
      contents: `export default ${JSON.stringify(readFileSync(path, 'utf8'))}`,
      loader: 'js',
    }))
  },
}

const result = await Bun.build({
  entrypoints: [join(root, 'server/main.ts')],
  compile: { outfile: values.outfile, target: target as 'bun-linux-x64' },
  plugins: [tailwind, nativeBindings, sqlTexts],
  minify: true,
  // Screens of the page are files of their own, loaded when they are first visited; needs modules, for the program too.
  splitting: true,
  format: 'esm',
  // `telltale -h` takes 0.06 s instead of 0.28 s on a busy machine; the binary grows by 8 MB. Needs a main module without await.
  bytecode: true,
  sourcemap: 'none',
  define: { 'process.env.NODE_ENV': '"production"', TELLTALE_COMPILED: 'true' },
})
for (const log of result.logs) console.error(log)
if (!result.success) process.exit(1)
console.log(`built ${values.outfile} (${Math.round(Bun.file(values.outfile).size / 1e6)} MB) for ${target}`)
