// The whole front-end build: `npm ci && npm run build` in this folder. Its output is committed, so nobody needs Node.js to run the product.
import { readdirSync, rmSync, writeFileSync } from 'node:fs'
import * as esbuild from 'esbuild'

const entries = readdirSync('js').filter(name => !name.startsWith('_')).map(name => `js/${name}`)
rmSync('dist', { recursive: true, force: true })
const result = await esbuild.build({
  entryPoints: [...entries, 'css/app.css'],
  bundle: true, minify: true, format: 'esm', splitting: true,
  target: ['chrome123', 'firefox121', 'safari17.5'],
  outdir: 'dist', entryNames: '[name]-[hash]', chunkNames: 'chunk-[hash]',
  external: ['/static/*'], metafile: true, legalComments: 'none', logLevel: 'warning',
})
const manifest = {}
for (const [path, output] of Object.entries(result.metafile.outputs)) {
  if (!output.entryPoint) continue
  const imports = output.imports.filter(i => i.kind === 'import-statement').map(i => `/static/${i.path}`)
  manifest[output.entryPoint.split('/').pop()] = { file: `/static/${path}`, imports }
}
const sorted = Object.fromEntries(Object.entries(manifest).sort(([a], [b]) => a.localeCompare(b)))
writeFileSync('dist/manifest.json', JSON.stringify(sorted, null, 1) + '\n')
