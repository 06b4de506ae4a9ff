// Entry `./de`: German, for `summarize`. Another language is an object of the same shape; a sentence that is missing does
// not compile.
import type { ReasonTexts } from './verdict/reasons.ts'
import type { Language } from './verdict/summarize.ts'

const reasons: ReasonTexts = {
  'log.verified': 'Das Protokoll ist bis Version {versionNumber} unversehrt.',
  'log.did-invalid': 'Das ist keine did:webvh-Kennung.',
  'log.unreachable': 'Das Protokoll war nicht abrufbar ({cause}).',
  'log.not-found': 'Unter seiner Adresse liegt kein Protokoll.',
  'log.unreadable': 'Was als Protokoll ausgeliefert wurde, ist keines ({cause}).',
  'log.too-large': 'Das Protokoll ist größer, als diese Prüfung lesen soll ({cause}).',
  'log.unsupported':
    'Das Protokoll benutzt eine Version von did:webvh, die diese Prüfung nicht kennt ({cause}).',
  'log.broken': 'Das Protokoll ist in sich nicht schlüssig: {cause}.',
  'log.other-did': 'Das Protokoll gehört zu einer anderen Kennung ({found}).',
  'log.witnesses-unreachable':
    'Die Bestätigungen, die das Protokoll verlangt, waren nicht abrufbar ({cause}).',
  'log.witnesses-missing':
    'Das Protokoll verlangt Bestätigungen durch Zeugen, und deren Datei fehlt oder deckt es nicht ab.',
  'log.witnesses-broken': 'Die Bestätigungen der Zeugen halten nicht: {cause}.',
  'log.behind-last-seen':
    'Das ausgelieferte Protokoll ist älter als ein früher gesehenes ({expected}).',
  'log.contradicts-last-seen':
    'Das Protokoll wurde umgeschrieben: Version {expected}, die früher gesehen wurde, fehlt darin.',
  'log.not-yet': 'Zu der gefragten Zeit hatte das Protokoll noch keine Version.',
  'events.verified': '{verified} von {total} Ereignissen sind geprüft.',
  'events.none': 'Das Protokoll nennt noch keine Ereignisse.',
  'events.not-disclosed': '{withheld} von {total} Ereignissen sind nicht offengelegt.',
  'events.list-broken': 'Die Liste der Ereignisse im Protokoll ist nicht schlüssig: {cause}.',
  'event.verified': 'Unterschrieben von einem Aussteller, der über dieses Produkt sprechen darf.',
  'event.third-party':
    'Eine Aussage Dritter: Der Aussteller verantwortet das Produkt nicht und ist nicht gelistet.',
  'event.not-disclosed': 'Der Inhalt ist nicht offengelegt; sein Fingerabdruck steht im Protokoll.',
  'event.not-anchored':
    'Das Ereignis steht in einem Eintrag, der noch nicht endgültig verankert ist.',
  'event.entry-unproven':
    'Ob der Eintrag mit dem Ereignis verankert ist, ließ sich nicht feststellen.',
  'event.entry-contradicted': 'Die Belege für den Eintrag mit dem Ereignis widersprechen sich.',
  'event.unreachable': 'Das Ereignis war nicht abrufbar ({cause}).',
  'event.unreadable': 'Was als Ereignis ausgeliefert wurde, ist keines ({cause}).',
  'event.too-large': 'Das Ereignis ist größer, als diese Prüfung lesen soll ({cause}).',
  'event.limit': 'Das Produkt hat mehr Ereignisse, als diese Prüfung lesen soll ({limit}).',
  'event.broken': 'Das Ereignis verletzt sein Format: {cause}.',
  'event.other-digest': 'Der ausgelieferte Inhalt ist nicht das Ereignis, das im Protokoll steht.',
  'event.other-product': 'Das Ereignis betrifft andere Produkte.',
  'event.not-in-log': 'Das Protokoll des Produkts enthält dieses Ereignis nicht.',
  'event.promised':
    'Das Protokoll enthält dieses Ereignis noch nicht; der Dienst hat zugesagt, es bis {anchorBy} zu verankern.',
  'event.promise-broken':
    'Der Dienst hatte zugesagt, dieses Ereignis bis {anchorBy} zu verankern, und das Protokoll enthält es nicht.',
  'event.receipt-unverified':
    'Das Protokoll enthält dieses Ereignis nicht, und seine Quittung ließ sich nicht prüfen ({cause}).',
  'event.signature-invalid': 'Die Unterschrift hält nicht ({cause}).',
  'event.key-unknown': 'Der Aussteller hat den Schlüssel der Unterschrift nie veröffentlicht.',
  'event.key-unconfirmed':
    'Der Schlüssel der Unterschrift steht nicht in der lesbaren Kopie des Protokolls des Ausstellers.',
  'event.key-removed':
    'Unterschrieben mit einem Schlüssel, den der Aussteller vor der Verankerung des Ereignisses entfernt hatte.',
  'event.key-removed-undated':
    'Der Schlüssel wurde später entfernt, und wann, ließ sich nicht feststellen ({cause}).',
  'event.key-removed-pending':
    'Der Schlüssel wurde entfernt, und das Ereignis ist noch nicht verankert.',
  'event.issuer-unreachable': 'Das Protokoll des Ausstellers war nicht lesbar ({cause}).',
  'event.issuer-broken': 'Das Protokoll des Ausstellers hält nicht: {cause}.',
  'event.issuer-limit':
    'Es sind mehr Aussteller oder Schlüssel, als diese Prüfung lesen soll ({limit}).',
  'warning.issuer-mirror':
    'Das eigene Protokoll des Ausstellers war nicht lesbar; benutzt wurde die Kopie beim Dienst.',
  'warning.removal-not-anchored':
    'Wann der Schlüssel entfernt wurde, sagt nur das Protokoll des Ausstellers selbst.',
  'warning.event-after-anchor': 'Das Ereignis will nach seiner Verankerung stattgefunden haben.',
  'warning.recovery-key-dropped':
    'Version {versionId} lässt den Notschlüssel des Eigentümers fallen.',
  'warning.batch-id':
    'Die Wurzel steht unter einer anderen Nummer im Register ({found}), als der Nachweis sagt ({expected}).',
  'warning.block': 'Der Nachweis nennt eine andere Blockzeit ({expected}) als die Kette ({found}).',
  'warning.foreign-proof':
    'Die Nachweisdatei spricht von einer Version, die dieses Protokoll nicht hat ({versionId}).',
  'warning.earlier-anchor-unread':
    'Der Anker einer früheren Version ließ sich nicht bestätigen ({cause}).',
  'warning.anchor-unconfirmed':
    'Ein weiterer Anker, den der Nachweis nennt, ließ sich nicht bestätigen ({cause}).',
  'warning.time-only':
    'Die Richtlinie nennt keine Verankerer: Der Anker belegt die Zeit, nicht, wer dahintersteht.',
  'inclusion.proven': 'Der neueste Eintrag ist Blatt eines verankerten Baums.',
  'inclusion.none-yet': 'Es gibt noch keine Nachweisdatei: Das Protokoll ist nicht verankert.',
  'inclusion.newest-missing': 'Der neueste Eintrag steht noch in keinem verankerten Stapel.',
  'inclusion.overdue':
    'Der neueste Eintrag müsste längst verankert sein: Er ist {ageSeconds} Sekunden alt.',
  'inclusion.unreachable': 'Die Nachweisdatei war nicht abrufbar ({cause}).',
  'inclusion.unreadable': 'Was als Nachweisdatei ausgeliefert wurde, ist kein JSON ({cause}).',
  'inclusion.too-large': 'Die Nachweisdatei ist größer, als diese Prüfung lesen soll ({cause}).',
  'inclusion.unsupported':
    'Die Nachweisdatei ist von einer Art, die diese Prüfung nicht kennt ({cause}).',
  'inclusion.broken': 'Die Nachweisdatei verletzt ihr Format: {cause}.',
  'inclusion.other-product': 'Die Nachweisdatei gehört zu einem anderen Produkt ({found}).',
  'inclusion.root-mismatch':
    'Der Eintrag {versionId} führt nicht zu der Wurzel, die sein Nachweis nennt.',
  'inclusion.log-behind':
    'Die Nachweisdatei spricht von einer neueren Version ({versionId}) als das ausgelieferte Protokoll.',
  'anchor.confirmed': 'Die Kette {chain} hält die Wurzel seit {time}.',
  'anchor.none-yet': 'Die Wurzel des neuesten Eintrags hat noch keinen Anker.',
  'anchor.newest-missing': 'Frühere Einträge sind verankert, der neueste noch nicht.',
  'anchor.not-final':
    'Die Wurzel steht auf der Kette, in einem Block, der noch nicht endgültig ist.',
  'anchor.overdue':
    'Der neueste Eintrag müsste längst endgültig verankert sein: Er ist {ageSeconds} Sekunden alt.',
  'anchor.absent': 'Die Kette hält die Wurzel nicht, die der Nachweis nennt.',
  'anchor.other-anchorer':
    'Nach der Kette hat ein anderes Konto die Wurzel verankert ({found}) als nach dem Nachweis ({expected}).',
  'anchor.not-accepted':
    'Die Wurzel ist verankert, aber nicht dort, wo die Richtlinie es anerkennt.',
  'anchor.no-reader': 'Für die Kette {chain} ist kein Zugang angegeben.',
  'anchor.unreadable': 'Die Kette war nicht lesbar ({cause}).',
  'anchor.batch-unreachable':
    'Die Datei, die weitere Anker nennen kann, war nicht abrufbar ({cause}).',
  'anchor.batch-unreadable': 'Was als Stapeldatei ausgeliefert wurde, war nicht lesbar ({cause}).',
  'anchor.batch-broken': 'Die Stapeldatei widerspricht dem Nachweis: {cause}.',
  'anchor.time-contradicts':
    'Der Eintrag {versionId} nennt eine Zeit ({found}) nach dem Block, der ihn verankert ({expected}).',
  'anchor.too-old':
    'Der neueste Nachweis ist {ageSeconds} Sekunden alt, mehr als die Richtlinie erlaubt.',
  'check.depends': 'Nicht erreicht: Eine frühere Prüfung wurde nicht bestanden.',
  'check.fault': 'Die Prüfung selbst ist gescheitert: {cause}.',
}

/** German. */
export const german: Language = {
  status: {
    anchored: '✅ Verankert',
    pending: '⏳ Ausstehend',
    indeterminate: '❔ Unbekannt',
    invalid: '❌ Ungültig',
  },
  reasons,
  through: 'Verankert bis Version {versionId} seit {time}.',
  withheld: '{withheld} von {total} Ereignissen sind nicht offengelegt.',
  thirdParty: 'Aussagen Dritter: {thirdParty}.',
}
