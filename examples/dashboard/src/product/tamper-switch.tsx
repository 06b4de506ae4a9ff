// The tamper switch: a visitor picks an attack and sees what the check makes of it.
import type { VerdictStatus } from '@dpp/verifier'
import type { ReactNode } from 'react'
import { attacks, findAttack } from '../attacks.ts'
import { Icon } from '../icon.tsx'
import { statusWords } from '../words.ts'

export function TamperSwitch({
  attack,
  status,
  choose,
}: {
  readonly attack: string | undefined
  readonly status: VerdictStatus | undefined
  readonly choose: (attack: string | undefined) => void
}): ReactNode {
  const chosen = findAttack(attack)
  return (
    <section
      className="card tamper"
      data-active={chosen !== undefined}
      aria-labelledby="tamper-title"
    >
      <h2 id="tamper-title">
        <Icon name="warn" size={18} /> Tamper switch
      </h2>
      <label htmlFor="tamper">What if somebody…</label>
      <select
        id="tamper"
        value={chosen?.name ?? ''}
        onChange={({ target }) => choose(target.value === '' ? undefined : target.value)}
      >
        <option value="">Nobody does anything</option>
        {attacks.map(({ name, title }) => (
          <option key={name} value={name}>
            {title}
          </option>
        ))}
      </select>
      <p className="muted" role="status">
        {chosen === undefined
          ? 'Attacks on a copy of the evidence, in your browser only. The check stays the same.'
          : `${chosen.story} Expected: ${statusWords[chosen.expected].word}.`}
        {chosen !== undefined && status !== undefined && status !== chosen.expected
          ? ` The check says otherwise: ${statusWords[status].word}.`
          : ''}
      </p>
      {chosen === undefined ? null : (
        <button type="button" onClick={() => choose(undefined)}>
          Undo
        </button>
      )}
    </section>
  )
}
