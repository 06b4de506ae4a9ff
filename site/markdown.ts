// What the checks need to know of a Markdown page: its title, its headings, its links and its fenced code blocks.
import GithubSlugger from 'github-slugger'
import { Lexer, type Token, type Tokens, walkTokens } from 'marked'

/** A fenced code block: `line` is that of its fence; the info string is a language and attributes such as `no-run="why"`. */
export type CodeBlock = {
  readonly line: number
  readonly language: string
  readonly attributes: Readonly<Record<string, string>>
  readonly code: string
}

/** A page as its checks see it; `anchors` are the fragments that GitHub and TypeDoc make of its headings. */
export type Page = {
  readonly title: string | undefined
  readonly anchors: ReadonlySet<string>
  readonly links: readonly string[]
  readonly blocks: readonly CodeBlock[]
}

export function parsePage(text: string): Page {
  const tokens = Lexer.lex(text)
  const slugger = new GithubSlugger()
  const anchors = new Set<string>()
  const links: string[] = []
  const blocks: CodeBlock[] = []
  let offset = 0
  void walkTokens(tokens, (token: Token) => {
    if (token.type === 'heading') anchors.add(slugger.slug(plainText(token as Tokens.Heading)))
    if (token.type === 'link' || token.type === 'image') links.push((token as Tokens.Link).href)
    if (token.type === 'code' && (token as Tokens.Code).codeBlockStyle !== 'indented') {
      const { raw, lang = '', text: code } = token as Tokens.Code
      offset = Math.max(text.indexOf(raw, offset), offset)
      blocks.push({ line: text.slice(0, offset).split('\n').length, ...readInfo(lang), code })
      offset += raw.length
    }
  })
  return { title: titleOf(text), anchors, links, blocks }
}

/** The text of the first heading. */
export function titleOf(text: string): string | undefined {
  const heading = Lexer.lex(text).find((token) => token.type === 'heading')
  return heading === undefined ? undefined : plainText(heading as Tokens.Heading)
}

function plainText({ tokens }: Tokens.Heading): string {
  let text = ''
  void walkTokens(tokens, (token) => {
    if ('text' in token && !('tokens' in token && token.tokens)) text += token.text
  })
  return text
}

function readInfo(info: string): Pick<CodeBlock, 'language' | 'attributes'> {
  const [language = ''] = info.split(' ')
  const attributes = Object.fromEntries(
    [...info.matchAll(/([a-z-]+)="([^"]*)"/g)].map(([, name, value]) => [name, value]),
  )
  return { language, attributes }
}
