// The reference page: the OpenAPI document as plain HTML, one section per route, without scripts and without requests to
// anywhere. Read in a browser without a network, or printed.

type Described = { readonly description?: string; readonly content?: object }
type Parameter = { readonly name: string; readonly in: string; readonly description?: string }
type Operation = {
  readonly tags?: readonly string[]
  readonly summary?: string
  readonly description?: string
  readonly security?: readonly object[]
  readonly parameters?: readonly Parameter[]
  readonly requestBody?: Described
  readonly responses?: { readonly [status: string]: Described }
}
type OpenApi = {
  readonly info: { readonly title: string; readonly description?: string }
  readonly tags?: readonly { readonly name: string; readonly description?: string }[]
  readonly paths: { readonly [path: string]: { readonly [method: string]: Operation } }
  readonly components: { readonly schemas: { readonly [name: string]: object } }
}

const STYLE = `:root{color-scheme:light dark}body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}
code,pre{font:14px/1.45 ui-monospace,monospace}pre{overflow:auto;padding:.75rem;border:1px solid #8884;border-radius:4px}
section{border-top:1px solid #8884;padding:.5rem 0}h3 code{font-size:1rem}table{border-collapse:collapse}
td,th{text-align:left;vertical-align:top;padding:.15rem 1rem .15rem 0}.note{opacity:.75}`

/** Writes the page of an OpenAPI document. */
export function formatReferencePage(document: object): string {
  const { info, tags = [], paths, components } = document as OpenApi
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
  )
  const parts = tags.map(({ name, description = '' }) => {
    const own = operations.filter(({ operation }) => operation.tags?.includes(name))
    return `<h2 id="${escapeHtml(name)}">${escapeHtml(name)}</h2><p>${escapeHtml(description)}</p>${own.map(formatOperation).join('')}`
  })
  const schemas = Object.entries(components.schemas).map(
    ([name, schema]) =>
      `<section id="schema-${escapeHtml(name)}"><h3>${escapeHtml(name)}</h3><pre>${formatSchema(schema)}</pre></section>`,
  )
  const title = escapeHtml(info.title)
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${title}</title><style>${STYLE}</style></head><body><h1>${title}</h1><p>${escapeHtml(info.description ?? '')}</p>
<p><a href="/openapi.json">openapi.json</a></p>${parts.join('\n')}<h2>Bodies</h2>${schemas.join('\n')}</body></html>`
}

function formatOperation(each: { path: string; method: string; operation: Operation }): string {
  const { path, method, operation } = each
  const { summary = '', description, security, parameters = [], requestBody, responses } = operation
  const rows = [
    ...parameters.map(({ name, in: place, description: meaning = '' }) =>
      row(`${escapeHtml(place)} <code>${escapeHtml(name)}</code>`, escapeHtml(meaning)),
    ),
    ...(requestBody === undefined ? [] : [row('body', formatContent(requestBody))]),
    ...Object.entries(responses ?? {}).map(([status, answer]) =>
      row(`<code>${escapeHtml(status)}</code>`, formatContent(answer)),
    ),
  ]
  const token = security === undefined ? '' : '<p class="note">Needs a token.</p>'
  return `<section><h3><code>${method.toUpperCase()} ${escapeHtml(path)}</code></h3><p>${escapeHtml(summary)}</p>
${description === undefined ? '' : `<p>${escapeHtml(description)}</p>`}${token}<table>${rows.join('')}</table></section>`
}

function formatContent({ description = '', content = {} }: Described): string {
  const bodies = Object.entries(content).map(([type, { schema }]) => {
    const name = /#\/components\/schemas\/(\w+)$/.exec(schema?.$ref ?? '')?.[1]
    const link = name === undefined ? '' : ` <a href="#schema-${name}">${name}</a>`
    return `<code>${escapeHtml(type)}</code>${link}`
  })
  const names = Object.values(content).some(({ schema }) => schema?.$ref?.endsWith(description))
  return [...(names ? [] : [escapeHtml(description)]), ...bodies].join('<br>')
}

// References become links; everything else is the schema as it stands.
function formatSchema(schema: object): string {
  return escapeHtml(JSON.stringify(schema, null, 2)).replace(
    /#\/components\/schemas\/(\w+)/g,
    '<a href="#schema-$1">$1</a>',
  )
}

function row(name: string, meaning: string): string {
  return `<tr><th>${name}</th><td>${meaning}</td></tr>`
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`)
}
