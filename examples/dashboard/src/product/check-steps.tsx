// The verification as it runs: the four steps in their order, each with what it found.
import { type CheckName, checkNames } from '@dpp/verifier'
import type { ReactNode } from 'react'
import { Icon, type IconName } from '../icon.tsx'
import type { Progress, StepState } from '../use-verification.ts'
import { asVerdict, checkWords, formatBytes, humanize, plural, statusWords } from '../words.ts'

export function CheckSteps({ progress }: { readonly progress: Progress }): ReactNode {
  return (
    <ol className="steps" aria-label="Steps of the check">
      {checkNames.map((name) => (
        <CheckStep key={name} name={name} step={progress.steps[name]} />
      ))}
    </ol>
  )
}

function CheckStep({
  name,
  step,
}: {
  readonly name: CheckName
  readonly step: StepState
}): ReactNode {
  const { title, about } = checkWords[name]
  const status = step.result === undefined ? step.state : asVerdict(step.result.status)
  return (
    <li className="step" data-status={status}>
      <span className="step-sign">
        <Icon name={signOf(status)} size={15} />
      </span>
      <span className="step-text">
        <span className="step-title">
          {title} <span className="step-word">{wordOf(status)}</span>
          {step.elapsedMs === undefined || status === 'skipped' ? null : (
            <span className="step-time">{Math.round(step.elapsedMs)} ms</span>
          )}
        </span>
        <span className="step-about">{humanize(step.result?.text ?? about)}</span>
      </span>
    </li>
  )
}

type StepStatus = ReturnType<typeof asVerdict> | StepState['state']

function signOf(status: StepStatus): IconName {
  if (status === 'waiting' || status === 'running' || status === 'done') return 'clock'
  return status === 'skipped' ? 'skip' : statusWords[status].icon
}

function wordOf(status: StepStatus): string {
  if (status === 'anchored') return 'passed'
  if (status === 'waiting' || status === 'running') return status
  if (status === 'skipped') return 'not reached'
  return status === 'done' ? '' : statusWords[status].word.toLowerCase()
}

/** Every file that the check asked for. */
export function FilesRead({ progress }: { readonly progress: Progress }): ReactNode {
  const { reads } = progress
  const bytes = reads.reduce((sum, read) => sum + read.bytes, 0)
  return (
    <details className="disclosure">
      <summary>
        {plural(reads.length, 'file')} read, {formatBytes(bytes)}
      </summary>
      <ul className="reads">
        {reads.map((read, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: the list only grows at its end, and a URL may be read twice.
          <li key={`${index} ${read.url}`}>
            <code>{read.url}</code>
            <span>
              {read.status === 'found' ? formatBytes(read.bytes) : read.status} ·{' '}
              {Math.round(read.elapsedMs)} ms
            </span>
          </li>
        ))}
      </ul>
    </details>
  )
}
