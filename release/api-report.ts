// Public API reports by API Extractor: one Markdown file for each public entry, committed, so that a change of the public
// interface is a line in a review and never an accident.
import { join } from 'node:path'
import { Extractor, ExtractorConfig, ExtractorLogLevel } from '@microsoft/api-extractor'
import { type PublishedPackage, readPackages, repository } from './packages.ts'

/** Where the committed reports lie. */
export const reportFolder: string = join(repository, 'release/api')

/** A report's name: `anchor.store.s3` for the entry `@dpp/anchor/store/s3`. */
export const reportName = (folder: string, entry: string): string =>
  `${folder}.${entry.replaceAll('/', '.')}`

/**
 * Writes the report of every public entry into `folder` and returns their names. Reads the built declarations: build first.
 * Throws an `Error` that names the entry when its declarations cannot be analysed.
 */
export function writeReports(folder: string): string[] {
  return readPackages().flatMap((published) =>
    published.entries.map(({ name, types }) => {
      const report = reportName(published.folder, name)
      writeReport(published, report, types, folder)
      return report
    }),
  )
}

function writeReport(
  { folder, name }: PublishedPackage,
  report: string,
  types: string,
  target: string,
): void {
  const projectFolder = join(repository, 'packages', folder)
  const silent = { default: { logLevel: ExtractorLogLevel.None } }
  const config = ExtractorConfig.prepare({
    packageJsonFullPath: join(projectFolder, 'package.json'),
    configObjectFullPath: undefined,
    configObject: {
      projectFolder,
      mainEntryPointFilePath: types,
      compiler: {
        overrideTsconfig: {
          compilerOptions: {
            ...{ module: 'nodenext', moduleResolution: 'nodenext', target: 'es2022' },
            ...{ lib: ['ES2023', 'DOM', 'DOM.Iterable'], types: [], skipLibCheck: true },
          },
          files: [types],
        },
      },
      apiReport: {
        enabled: true,
        reportFileName: report,
        reportFolder: target,
        reportTempFolder: target,
        includeForgottenExports: true,
      },
      docModel: { enabled: false },
      dtsRollup: { enabled: false },
      tsdocMetadata: { enabled: false },
      newlineKind: 'lf',
      messages: {
        compilerMessageReporting: { default: { logLevel: ExtractorLogLevel.Error } },
        extractorMessageReporting: silent,
        tsdocMessageReporting: silent,
      },
    },
  })
  const faults: string[] = []
  const { succeeded } = Extractor.invoke(config, {
    localBuild: true,
    messageCallback: (message) => {
      message.handled = true
      if (message.logLevel === ExtractorLogLevel.Error) faults.push(message.text)
    },
  })
  if (!succeeded) throw new Error(`no API report for ${name} (${report}): ${faults.join('; ')}`)
}
