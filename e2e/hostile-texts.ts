// hostile-texts.ts: text that means harm.

/** What a payload does when it works: it sets this in the page. Elements it makes carry it as an attribute. */
export const mark = 'owned'

/** Texts that are harmless where they are shown as text. `canary` is an address that nobody may ask for. */
export function corpus(canary: string): string[] {
  const run = `window.${mark}=1`
  return [
    `<script>${run}</script>`,
    `"><img ${mark} src="${canary}/a.png" onerror="${run}">`,
    `'"><svg ${mark} onload=${run}><image href="${canary}/b.svg"/></svg>`,
    `</script><script ${mark}>${run}</script><!--`,
    `</title></style></textarea></xmp></noscript><iframe ${mark} srcdoc="<script>parent.${mark}=1</script>">`,
    `javascript:${run}//`,
    `java\tscript:${run}`,
    `data:text/html;base64,${btoa(`<script>opener.${mark}=1</script>`)}`,
    `[click](javascript:${run}) [data](data:text/html,<script>${run}</script>) <javascript:${run}>`,
    `![alt](${canary}/c.png) ![](data:image/svg+xml,<svg onload=${run}>) [ref]\n\n[ref]: javascript:${run} "t"`,
    `<a ${mark} href="javascript:${run}">a</a><details ${mark} open ontoggle=${run}>`,
    `<style ${mark}>@import '${canary}/d.css';*{background:url(${canary}/e.png)}</style>`,
    `<link ${mark} rel=stylesheet href=${canary}/f.css><base ${mark} href=${canary}/><meta ${mark} http-equiv=refresh content="0;${canary}">`,
    `x" style="background:url(${canary}/g.png)" onmouseover="${run}" ${mark}="`,
    `url(${canary}/h.png);}*{background:url(${canary}/i.png)}`,
    `<math><mtext><table><mglyph><style><img ${mark} src=x onerror=${run}>`,
    `<form ${mark} action=${canary}><button ${mark} formaction="javascript:${run}">go</button></form>`,
    `&lt;img ${mark} src=x onerror=${run}&gt; &#60;script&#62;${run}&#60;/script&#62; &#x3c;script>`,
    `{{constructor.constructor('${run}')()}} \${${run}} <%= ${run} %> #{${run}}`,
    `\u001b]0;title\u0007\u001b]8;;javascript:${run}\u0007link\u001b]8;;\u0007\u001b[2J\u001b[31mred\u009b31m`,
    'invoice\u202egnp.exe \u2066if admin\u2069 \u200f\u061c',
    'nul\u0000in the \u0007middle\u0008\u007f',
    'half \ud83d of a pair \udc00',
    '__proto__',
    'constructor',
    'toString',
    'hasOwnProperty',
    `=HYPERLINK("${canary}/j","x")`,
    '@SUM(1+1)*cmd|" /C calc"!A0',
    `+1,"\r\n-2;\t`,
    "' OR 1=1 --",
    '%s%n%x %00 %0d%0a ../../../etc/passwd',
    `${canary}/visit`,
    'a'.repeat(3000),
    'Z͑ͫa̴͌l̵͍g̸͇o̵ \ufeff\u2028\u2029 \u{1f469}\u200d\u{1f469}\u200d\u{1f467}',
  ]
}

const plain = (text: string, most: number) => text.replaceAll('\u0000', '').slice(0, most).toWellFormed()
export const literal = (text: string) => `'${plain(text, 300).replaceAll("'", "''")}'`
export const name = (text: string) => `"${plain(text, 100).replaceAll('"', '""')}"`

/** A statement whose columns and cells are these texts. */
export const statement = (texts: readonly string[]) =>
  `select ${texts.map((one, i) => `${literal(one)} as ${name(`${i} ${one}`)}`).join(', ')}`

/** A part whose texts are short enough to be taken. */
export function shortened<T extends object>(part: T, most: number): T {
  return JSON.parse(
    JSON.stringify(part, (key, value) => (typeof value === 'string' && key !== 'text' ? value.slice(0, most) : value)),
  )
}
