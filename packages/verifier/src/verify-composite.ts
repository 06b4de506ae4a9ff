// Composite products: a window with its pane and frame. Parts are found through AssociationEvents that both logs carry.
import type { Step, VerifyOptions } from './context.ts'
import { scidOf } from './sources/issuer-log.ts'
import { type EventVerdict, isWorse, type Verdict, type VerdictStatus } from './verdict/verdict.ts'
import { verifyProduct } from './verify-product.ts'

/** Why a part is, or is not, part of the whole. */
export type PartLink =
  /** Both logs carry the same event: each side has said so. */
  | 'two-sided'
  /** The part's log does not carry the event: nothing is claimed about the part. */
  | 'one-sided'
  /** The part's log could not be verified: whether it carries the event is not known. */
  | 'unknown'
  /** The part is also further up: not followed again. */
  | 'cycle'
  /** Deeper, or more, than the limits: not looked at. */
  | 'limit'

/** A part of the whole: how it is joined, and its own verdict. */
export type PartVerdict = {
  readonly did: string
  /** Digest of the event that joined it. */
  readonly digest: string
  readonly link: PartLink
  readonly status: VerdictStatus
  /** Null where the part was not looked at. */
  readonly composite: CompositeVerdict | null
}

/** The verdict of a product together with its parts. Plain JSON, like a verdict. */
export type CompositeVerdict = {
  readonly type: 'DppCompositeVerdict'
  readonly version: 1
  readonly did: string
  /** The worst of the product's own verdict and of its parts. */
  readonly status: VerdictStatus
  readonly own: Verdict
  readonly parts: readonly PartVerdict[]
  /**
   * Whether every event that could join a part was read, here and in each part: a withheld one may join another, and
   * whoever serves the files chooses what is withheld. With `requireDisclosure` such a product is `indeterminate`.
   */
  readonly complete: boolean
}

/** The options of a verification, and how far parts are followed. */
export type CompositeOptions = Omit<VerifyOptions, 'onStep'> & {
  /** Is told when a check of the whole or of a part begins and when it is done; what it throws is ignored. */
  readonly onStep?: (step: Step, did: string) => void
  /** Levels below the whole; 4 by default. */
  readonly maxDepth?: number
  /** Products in all; 64 by default. */
  readonly maxProducts?: number
}

/**
 * Verifies a product and, through them, the parts that its log joins to it and has not taken out again.
 *
 * Only events of the controller or a listed issuer join parts. A part that does not carry the event itself
 * is shown as one-sided, and makes the whole at best `indeterminate`: anybody can claim to hold a part.
 * Never throws.
 */
export async function verifyComposite(
  did: string,
  options: CompositeOptions,
): Promise<CompositeVerdict> {
  const { maxDepth = 4, maxProducts = 64 } = options
  const budget = { left: maxProducts - 1 }
  const verify = (product: string): Promise<Verdict> =>
    verifyProduct(product, { ...options, onStep: (step) => options.onStep?.(step, product) })
  return visit(did, await verify(did), {
    verify,
    budget,
    depth: maxDepth,
    path: [did],
  })
}

type Visit = {
  readonly verify: (did: string) => Promise<Verdict>
  /** Shared by the whole tree. */
  readonly budget: { left: number }
  readonly depth: number
  /** The products above, this one included. */
  readonly path: readonly string[]
}

async function visit(did: string, own: Verdict, at: Visit): Promise<CompositeVerdict> {
  const parts: PartVerdict[] = []
  for (const joined of joinedParts(own)) {
    const part = await visitPart(joined, at)
    if (part !== undefined) parts.push(part)
  }
  let status = own.status
  for (const part of parts) if (isWorse(toCheck(part.status), toCheck(status))) status = part.status
  const isRead = own.product !== null && own.events.every(({ disclosed }) => disclosed)
  const complete = isRead && parts.every(({ composite }) => composite?.complete === true)
  return { type: 'DppCompositeVerdict', version: 1, did, status, own, parts, complete }
}

async function visitPart(
  { part: did, digest, children }: JoinedPart,
  at: Visit,
): Promise<PartVerdict | undefined> {
  const isAbove = at.path.some((each) => scidOf(each) === scidOf(did))
  if (isAbove) return { did, digest, link: 'cycle', status: 'indeterminate', composite: null }
  if (at.depth <= 0 || at.budget.left <= 0) {
    return { did, digest, link: 'limit', status: 'indeterminate', composite: null }
  }
  at.budget.left--
  const own = await at.verify(did)
  // The event names products by DID and items by Digital Link: one that is no child is only concerned by it.
  if (own.product?.alsoKnownAs.some((each) => children.includes(each)) === false) return undefined
  const inside = { ...at, depth: at.depth - 1, path: [...at.path, did] }
  const composite = await visit(did, own, inside)
  // A log that could not be read at all says nothing about the link: its own status stands.
  if (own.product === null)
    return { did, digest, link: 'unknown', status: composite.status, composite }
  const isShared = own.events.some((event) => event.digest === digest)
  if (isShared) return { did, digest, link: 'two-sided', status: composite.status, composite }
  const status = composite.status === 'invalid' ? 'invalid' : 'indeterminate'
  return { did, digest, link: 'one-sided', status, composite }
}

type JoinedPart = {
  readonly part: string
  readonly digest: string
  /** Digital Links of the children that the event joins. */
  readonly children: readonly string[]
}

/** The parts that the product's log has joined, in order, without those that it took out again. */
function joinedParts({ product, events }: Verdict): JoinedPart[] {
  const joined = new Map<string, JoinedPart>()
  for (const event of events) {
    if (!isTrusted(event) || event.association === null) continue
    const { action, parent, children } = event.association
    if (product?.alsoKnownAs.includes(parent) !== true) continue
    for (const part of event.products.filter((did) => scidOf(did) !== product.scid)) {
      const key = scidOf(part) ?? part
      if (action === 'ADD') joined.set(key, { part, digest: event.digest, children })
      else joined.delete(key)
    }
  }
  return [...joined.values()]
}

function isTrusted({ status, standing }: EventVerdict): boolean {
  const isAccepted = standing === 'controller' || standing === 'listed'
  return isAccepted && (status === 'anchored' || status === 'pending')
}

function toCheck(status: VerdictStatus): 'passed' | Exclude<VerdictStatus, 'anchored'> {
  return status === 'anchored' ? 'passed' : status
}
