// The container of the public files and Azure Front Door in front of it. The files carry their own Cache-Control.
param name string = 'dpp'
param location string = resourceGroup().location
param domainName string

resource account 'Microsoft.Storage/storageAccounts@2023-05-01' = {
  name: '${name}${uniqueString(resourceGroup().id)}'
  location: location
  kind: 'StorageV2'
  sku: { name: 'Standard_ZRS' }
  properties: { allowBlobPublicAccess: true, minimumTlsVersion: 'TLS1_2', supportsHttpsTrafficOnly: true }
}

resource blobs 'Microsoft.Storage/storageAccounts/blobServices@2023-05-01' = {
  parent: account
  name: 'default'
  properties: {
    cors: {
      corsRules: [
        { allowedOrigins: ['*'], allowedMethods: ['GET', 'HEAD', 'OPTIONS'], allowedHeaders: ['*'], exposedHeaders: ['ETag'], maxAgeInSeconds: 86400 }
      ]
    }
  }
}

// Single blobs can be read without a login, and nobody can list them.
resource files 'Microsoft.Storage/storageAccounts/blobServices/containers@2023-05-01' = {
  parent: blobs
  name: 'dpp-public'
  properties: { publicAccess: 'Blob' }
}

resource profile 'Microsoft.Cdn/profiles@2024-02-01' = {
  name: name
  location: 'global'
  sku: { name: 'Standard_AzureFrontDoor' }
}

resource endpoint 'Microsoft.Cdn/profiles/afdEndpoints@2024-02-01' = {
  parent: profile
  name: name
  location: 'global'
}

resource domain 'Microsoft.Cdn/profiles/customDomains@2024-02-01' = {
  parent: profile
  name: replace(domainName, '.', '-')
  properties: {
    hostName: domainName
    tlsSettings: { certificateType: 'ManagedCertificate', minimumTlsVersion: 'TLS12' }
  }
}

resource group 'Microsoft.Cdn/profiles/originGroups@2024-02-01' = {
  parent: profile
  name: 'files'
  properties: { loadBalancingSettings: { sampleSize: 4, successfulSamplesRequired: 2 } }
}

resource origin 'Microsoft.Cdn/profiles/originGroups/origins@2024-02-01' = {
  parent: group
  name: 'blob'
  properties: {
    hostName: '${account.name}.blob.${environment().suffixes.storage}'
    originHostHeader: '${account.name}.blob.${environment().suffixes.storage}'
  }
}

resource headers 'Microsoft.Cdn/profiles/ruleSets@2024-02-01' = {
  parent: profile
  name: 'headers'
}

resource cors 'Microsoft.Cdn/profiles/ruleSets/rules@2024-02-01' = {
  parent: headers
  name: 'cors'
  properties: {
    order: 1
    actions: [
      {
        name: 'ModifyResponseHeader'
        parameters: { typeName: 'DeliveryRuleHeaderActionParameters', headerAction: 'Overwrite', headerName: 'Access-Control-Allow-Origin', value: '*' }
      }
    ]
  }
}

resource route 'Microsoft.Cdn/profiles/afdEndpoints/routes@2024-02-01' = {
  parent: endpoint
  name: 'files'
  dependsOn: [origin]
  properties: {
    originGroup: { id: group.id }
    customDomains: [{ id: domain.id }]
    ruleSets: [{ id: headers.id }]
    originPath: '/dpp-public'
    patternsToMatch: ['/.well-known/did/*', '/.well-known/did.jsonl']
    supportedProtocols: ['Https']
    httpsRedirect: 'Disabled'
    forwardingProtocol: 'HttpsOnly'
    linkToDefaultDomain: 'Disabled'
    cacheConfiguration: { queryStringCachingBehavior: 'IgnoreQueryString' }
  }
}
