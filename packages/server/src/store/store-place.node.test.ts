import { describe, expect, it } from 'vitest'
import { parseStorePlace } from './store-place.ts'

const s3 = {
  kind: 's3',
  bucket: 'my-bucket',
  prefix: '',
  endpoint: undefined,
  region: undefined,
  pathStyle: false,
  unquotedEtags: false,
}

describe('parseStorePlace', () => {
  it.each([
    ['file:/srv/dpp', { kind: 'file', folder: '/srv/dpp' }],
    ['file:.dpp/files', { kind: 'file', folder: '.dpp/files' }],
    ['s3://my-bucket', s3],
    ['s3://my-bucket/a/b', { ...s3, prefix: 'a/b/' }],
    [
      's3://my-bucket/a/?endpoint=http://127.0.0.1:1&region=eu-central-1&pathStyle=true&unquotedEtags=true',
      {
        ...s3,
        prefix: 'a/',
        endpoint: 'http://127.0.0.1:1',
        region: 'eu-central-1',
        pathStyle: true,
        unquotedEtags: true,
      },
    ],
    ['azure://files', { kind: 'azure', container: 'files', prefix: '', endpoint: undefined }],
    [
      'azure://files/x?endpoint=https%3A%2F%2Fa.blob.core.windows.net',
      {
        kind: 'azure',
        container: 'files',
        prefix: 'x/',
        endpoint: 'https://a.blob.core.windows.net',
      },
    ],
  ])('reads %s', (text, place) => expect(parseStorePlace(text)).toEqual(place))

  it.each([
    '/srv/dpp',
    'file:',
    'file:///srv/dpp',
    'ftp://host/x',
    's3:my-bucket',
    's3://',
    's3://../x',
    's3://My_Bucket',
    's3://key:secret@my-bucket',
    's3://my-bucket/../x',
    's3://my-bucket/a//b',
    's3://my-bucket/a b',
    's3://my-bucket?pathstyle=true',
    's3://my-bucket?pathStyle=yes',
    's3://my-bucket?region=a&region=b',
    's3://my-bucket?endpoint=host:9000',
    's3://my-bucket?endpoint=https://key:secret@host',
    'azure://files?endpoint=https://a.blob.core.windows.net?sig=secret',
    'azure://files?region=x',
  ])('refuses %s, and repeats nothing of it', (text) => {
    const parse = () => parseStorePlace(text)
    expect(parse).toThrow(/^must /)
    if (text.includes('secret')) expect(parse).not.toThrow('secret')
  })
})
