// What the deployment guides say an operator pays in a month: the arithmetic, which a test compares with the guides. Run by
// itself it prints the tables. Prices are assumptions; replace them, and run it again.

/** What happens in a month, for both clouds. */
export const load = {
  hours: 730,
  replicas: 2,
  batches: 730, // One an hour.
  events: 100_000,
  publicReads: 1_000_000,
  readGigabytes: 10,
  storedGigabytes: 20,
  logGigabytes: 5,
} as const

export type CostLine = {
  readonly item: string
  readonly quantity: number
  readonly unit: string
  /** US dollars for one unit. */
  readonly price: number
  /** Where the price was seen and when; `unchecked`: a list price as commonly known, not looked up. */
  readonly source: string
}

const SECONDS = load.hours * 3600
// Each event has a file, and is in a log and a witness file; each batch has two files.
const objectWrites = 3 * load.events + 2 * load.batches
const perReplica = { vcpu: 2, gigabytes: 4 } // As in deploy/.

const fortem = 'fortem.dev, 2026'
const fargate = 'wring.co, 2026-03-10'
const frontDoor = 'blog.cdnsun.com, 2026'
const unchecked = 'unchecked'

export const aws: readonly CostLine[] = [
  line(
    'Fargate, processors',
    load.replicas * perReplica.vcpu * load.hours,
    'vCPU-hour',
    0.04048,
    fargate,
  ),
  line(
    'Fargate, memory',
    load.replicas * perReplica.gigabytes * load.hours,
    'GB-hour',
    0.004445,
    fargate,
  ),
  line('Load balancer', load.hours, 'hour', 0.0225, unchecked),
  line('Load balancer, capacity', load.hours, 'LCU-hour', 0.008, unchecked),
  line(
    'Public addresses of the tasks',
    load.replicas * load.hours,
    'hour',
    0.005,
    'techresolve.blog, 2026-03-07',
  ),
  line('Redis: two t4g.small', 2 * load.hours, 'hour', 0.0168, unchecked),
  line('Redis: two gp3 volumes of 20 GB', 40, 'GB', 0.08, unchecked),
  line('S3, storage', load.storedGigabytes, 'GB', 0.023, 'devnotes.tech, undated'),
  line('S3, writes', objectWrites / 1000, '1,000', 0.005, 'devnotes.tech, undated'),
  line('CloudFront, requests', load.publicReads / 10_000, '10,000', 0.01, unchecked),
  line('CloudFront, data', load.readGigabytes, 'GB', 0.085, 'wring.co, 2026-03-08'),
  line('KMS: relayer and wrapping key', 2, 'key', 1, 'aws.amazon.com/kms/pricing, undated'),
  line(
    'KMS, signatures of anchors',
    load.batches / 10_000,
    '10,000',
    0.15,
    'factualminds.com, 2026-06',
  ),
  line('Secrets Manager', 4, 'secret', 0.4, 'hivebook.wiki, undated'),
  line('CloudWatch Logs', load.logGigabytes, 'GB', 0.5, fortem),
]

export const azure: readonly CostLine[] = [
  line(
    'Container Apps, processors',
    load.replicas * perReplica.vcpu * SECONDS - 180_000, // Free each month, as learn.microsoft.com has it; so is the next.
    'vCPU-second',
    0.000024,
    unchecked,
  ),
  line(
    'Container Apps, memory',
    load.replicas * perReplica.gigabytes * SECONDS - 360_000,
    'GiB-second',
    0.000003,
    unchecked,
  ),
  line('Redis: two B1ms', 2 * load.hours, 'hour', 0.0207, unchecked),
  line('Redis: two disks E4', 2, 'disk', 2.4, unchecked),
  line('Blob Storage, hot', load.storedGigabytes, 'GB', 0.018, '2kabhishek.github.io, undated'),
  line('Blob Storage, writes', objectWrites / 10_000, '10,000', 0.05, unchecked),
  line('Front Door Standard, base', 1, 'profile', 35, frontDoor),
  line('Front Door, requests', load.publicReads / 10_000, '10,000', 0.009, frontDoor),
  line('Front Door, data', load.readGigabytes, 'GB', 0.083, frontDoor),
  line(
    'Key Vault, signatures and secrets',
    (load.batches + 1000) / 10_000,
    '10,000',
    0.15,
    unchecked,
  ),
  line('Log Analytics, beyond 5 GB', Math.max(0, load.logGigabytes - 5), 'GB', 2.3, unchecked),
]

/** Gas of one anchor (docs/spec/registry.md) at a price of gas and of ether that nobody can promise. */
export const mainnet: readonly CostLine[] = [
  line(
    'anchors at 1 gwei and 3,000 dollars an ether',
    load.batches,
    'anchor',
    74_912 * 1e-9 * 3000,
    'assumed',
  ),
]

/** The table as the guides print it, with its sum. */
export function formatTable(lines: readonly CostLine[]): string {
  const rows = lines.map(({ item, quantity, unit, price, source }) => {
    const cost = (quantity * price).toFixed(2)
    return `| ${item} | ${formatNumber(quantity)} | ${unit} | ${formatPrice(price)} | ${cost} | ${source} |`
  })
  const sum = lines.reduce((total, { quantity, price }) => total + quantity * price, 0)
  return [
    '| item | quantity | unit | price | a month | price from |',
    '|---|---|---|---|---|---|',
    ...rows,
    `| **together** | | | | **${sum.toFixed(2)}** | |`,
  ].join('\n')
}

function line(
  item: string,
  quantity: number,
  unit: string,
  price: number,
  source: string,
): CostLine {
  return { item, quantity, unit, price, source }
}

function formatNumber(value: number): string {
  return value.toLocaleString('en-US', { maximumFractionDigits: 3 })
}

function formatPrice(value: number): string {
  return value.toLocaleString('en-US', { maximumFractionDigits: 6 })
}

if (import.meta.main) {
  for (const lines of [aws, azure, mainnet]) process.stdout.write(`${formatTable(lines)}\n\n`)
}
