// Entry `./node`: what only Node has. Verifies many products on all cores.
export {
  type ThreadSetup,
  type VerifyProductsOptions,
  verifyProducts,
} from './node/verify-products.ts'
