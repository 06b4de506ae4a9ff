// AWS Lambda behind a function URL: what DPP_INVALIDATION_URL names where CloudFront stands in front of the files. It needs the
// right cloudfront:CreateInvalidation, and the variables DISTRIBUTION_ID and TOKEN (the service's DPP_INVALIDATION_TOKEN).
import { createHash, timingSafeEqual } from 'node:crypto'

export async function handler(event) {
  if (!isSame(event.headers?.authorization ?? '', `Bearer ${process.env.TOKEN}`))
    return { statusCode: 401 }
  const body = event.isBase64Encoded ? Buffer.from(event.body, 'base64').toString() : event.body
  const { paths } = JSON.parse(body)
  // biome-ignore lint/correctness/noUndeclaredDependencies: the client comes with Lambda's runtime.
  const { CloudFrontClient, CreateInvalidationCommand } = await import('@aws-sdk/client-cloudfront')
  const command = new CreateInvalidationCommand({
    DistributionId: process.env.DISTRIBUTION_ID,
    InvalidationBatch: {
      // The same paths posted again, after an answer that was lost, are one invalidation.
      CallerReference: digest(`${Math.floor(Date.now() / 60_000)} ${paths.join(' ')}`),
      Paths: { Quantity: paths.length, Items: paths },
    },
  })
  await new CloudFrontClient().send(command) // What it throws becomes a 502, and the service tries again.
  return { statusCode: 202 }
}

function digest(text) {
  return createHash('sha256').update(text).digest('hex')
}

function isSame(a, b) {
  return timingSafeEqual(Buffer.from(digest(a)), Buffer.from(digest(b)))
}
