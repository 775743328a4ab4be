// page-import.ts: the page, in a module of its own that is loaded by `import()`.
//
// The bundler gives the module that imports HTML the page's addresses: a chunk beside it is then looked for at `/chunk-….js`,
// as a browser would, and not in the binary. So nothing may be imported dynamically from where this stands.
export { default as page } from '../../frontend/index.html'
