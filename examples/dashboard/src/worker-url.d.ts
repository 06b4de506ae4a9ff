// Vite builds the worker as a script of its own and gives its address.
declare module '*?worker&url' {
  const url: string
  // biome-ignore lint/style/noDefaultExport: the form in which Vite gives an address.
  export default url
}
