// An HTTP handler for Azure Functions: what DPP_INVALIDATION_URL names where Front Door stands in front of the files. It needs
// the role "CDN Endpoint Contributor", and the variables ENDPOINT_ID (resource id of the endpoint) and TOKEN (the service's
// DPP_INVALIDATION_TOKEN).
import { createHash, timingSafeEqual } from 'node:crypto'

const API = '2024-02-01'

export async function purge(request) {
  if (!isSame(request.headers.get('authorization') ?? '', `Bearer ${process.env.TOKEN}`))
    return { status: 401 }
  const { paths } = await request.json()
  const answer = await fetch(
    `https://management.azure.com${process.env.ENDPOINT_ID}/purge?api-version=${API}`,
    {
      method: 'POST',
      headers: {
        authorization: `Bearer ${await accessToken()}`,
        'content-type': 'application/json',
      },
      body: JSON.stringify({ contentPaths: paths }),
    },
  )
  return { status: answer.ok ? 202 : 502 } // After a 502 the service tries again.
}

// The managed identity's token, from the address that the platform names.
async function accessToken() {
  const url = `${process.env.IDENTITY_ENDPOINT}?resource=https://management.azure.com&api-version=2019-08-01`
  const answer = await fetch(url, { headers: { 'x-identity-header': process.env.IDENTITY_HEADER } })
  return (await answer.json()).access_token
}

function isSame(a, b) {
  const digest = (text) => createHash('sha256').update(text).digest()
  return timingSafeEqual(digest(a), digest(b))
}
