// What the events of a window state beside when and where: master data, measured values, declarations. Names have the prefix
// of the example; measured values are decimal strings. Every DoP and EPD here is invented, and says so.
import type { JsonObject } from '@dpp/core'
import type { WindowModel } from './window-model.ts'

/** Master data of a new pane (EPCIS ILMD). */
export function paneMasterData({ pane, design }: WindowModel): JsonObject {
  return {
    ilmd: {
      'example:buildUp': pane.buildUp,
      'example:widthMillimetres': pane.widthMm,
      'example:heightMillimetres': pane.heightMm,
      'example:thicknessMillimetres': pane.thicknessMm,
      'example:massKilograms': pane.massKg,
      'example:thermalTransmittance': pane.ug,
      'example:thermalTransmittanceMethod': 'EN 673:2011',
      'example:solarFactor': pane.gValue,
      'example:lightTransmittance': pane.lightTransmittance,
      'example:spacer': pane.spacer,
      ...declarations('GCO', design.glazing.code, 'EN 1279-5:2018'),
    },
  }
}

/** Master data of a new frame (EPCIS ILMD). */
export function frameMasterData({ frame, design }: WindowModel): JsonObject {
  return {
    ilmd: {
      'example:profile': frame.profile,
      'example:material': frame.material,
      'example:outerWidthMillimetres': String(design.widthMm),
      'example:outerHeightMillimetres': String(design.heightMm),
      'example:massKilograms': frame.massKg,
      'example:thermalTransmittance': frame.uf,
      'example:thermalTransmittanceMethod': 'EN ISO 10077-2:2017',
      'example:recycledShare': frame.recycledShare,
      ...declarations('FCO', frame.profile, 'EN 14351-1:2006+A2:2016'),
    },
  }
}

/** Master data of a new window (EPCIS ILMD): what it will be once pane and frame are in it. */
export function windowMasterData({ window, pane, frame, design }: WindowModel): JsonObject {
  return {
    ilmd: {
      'example:widthMillimetres': window.widthMm,
      'example:heightMillimetres': window.heightMm,
      'example:massKilograms': window.massKg,
      'example:fittingsKilograms': window.fittingsKg,
      'example:thermalTransmittance': window.uw,
      'example:thermalTransmittanceMethod': 'EN ISO 10077-1:2017',
      'example:thermalTransmittanceInput': {
        'example:glassArea': window.glassAreaM2,
        'example:frameArea': window.frameAreaM2,
        'example:glassPerimeter': window.glassPerimeterM,
        'example:ug': pane.ug,
        'example:uf': frame.uf,
        'example:psi': window.psi,
      },
      ...declarations('WCO', `${frame.profile}-${design.glazing.code}`, 'EN 14351-1:2006+A2:2016'),
    },
  }
}

/** The outcome of an inspection. */
export function measured(what: string, value: string, method: string): JsonObject {
  return {
    'example:measurement': {
      'example:quantity': what,
      'example:value': value,
      'example:method': method,
    },
  }
}

/** What recycling gave back. */
export function recovered(material: string, massKg: string): JsonObject {
  return { 'example:recovered': { 'example:material': material, 'example:massKilograms': massKg } }
}

export function note(text: string): JsonObject {
  return { 'example:note': text }
}

function declarations(maker: string, type: string, standard: string): JsonObject {
  const invented = 'invented for a demonstration: there is no such declaration'
  return {
    'example:declarationOfPerformance': {
      'example:number': `DoP-DEMO-${maker}-${type}`,
      'example:standard': standard,
      'example:status': invented,
    },
    'example:environmentalProductDeclaration': {
      'example:number': `EPD-DEMO-${maker}-${type}`,
      'example:standard': 'EN 15804:2012+A2:2019',
      'example:status': invented,
    },
  }
}
